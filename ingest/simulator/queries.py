"""What people type into the search box, and how much the library finds."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from ingest.simulator.prompts import SimulatedPrompt
from ingest.simulator.simulation import Flags, Ints

MISSED = 0.09
MISSING = {
    "en": (
        "tax return",
        "wedding speech",
        "chess coach",
        "excel macro",
        "tarot reading",
        "d&d campaign",
        "resignation",
    ),
    "ko": ("사주 풀이", "로또 번호", "주식 자동매매", "논문 대필", "부동산 등기", "무료 미드저니", "축의금 문구"),
}
"""What people look for and do not find, by language, the most wanted first."""


class Queries:
    """The vocabulary of queries: several for each prompt, and those that find nothing."""

    def __init__(self, prompts: Sequence[SimulatedPrompt]) -> None:
        typed = [_queries(prompt) for prompt in prompts]
        found = sorted({query for queries in typed for query in queries})
        codes = {query: code for code, query in enumerate(found)}
        self.texts = [*found, *MISSING["en"], *MISSING["ko"]]
        self._of_prompt = np.array([[codes[query] for query in queries] for queries in typed])
        # A search engine finds more than the words themselves: some more prompts, always the same for a query.
        named = np.bincount(np.unique(self._of_prompt + len(found) * np.arange(len(prompts))[:, None]) % len(found))
        extra = np.array([zlib.crc32(query.encode()) % 30 for query in found])
        self._results = np.concatenate([named + extra, np.zeros(len(self.texts) - len(found), np.int64)])
        self._first_missing = len(found)

    def type(self, wanted: Ints, is_korean: Flags, random: np.random.Generator) -> tuple[Ints, Ints]:
        """What people type who want these prompts, as codes, and how many prompts each query finds."""
        count = len(wanted)
        codes = self._of_prompt[wanted, random.integers(0, self._of_prompt.shape[1], count)]
        ranks = 1 / np.arange(1, len(MISSING["en"]) + 1)
        missing = random.choice(len(ranks), count, p=ranks / ranks.sum()) + len(ranks) * is_korean
        codes = np.where(random.random(count) < MISSED, self._first_missing + missing, codes)
        return codes, self._results[codes]


def _queries(prompt: SimulatedPrompt) -> list[str]:
    """Four: the title's beginning, its longest word, its last word, and the first tag."""
    words = re.findall(r"\w+", prompt.title.lower()) or [prompt.key]
    longest = max(words, key=len)
    return [" ".join(words[:2]), longest, words[-1], prompt.tags[0] if prompt.tags else longest]
