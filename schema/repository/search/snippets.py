"""The passage of a prompt in which a query's words stand."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schema.repository.cards import PromptCard

LENGTH = 220
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage as it stands in the prompt, and where its marks begin and end. Escape it before it is shown."""

    text: str
    marks: tuple[tuple[int, int], ...]


def snippet_of(card: PromptCard, terms: Sequence[str]) -> Snippet:
    """The passage of the text, or else of the description, that holds most of the terms; else the beginning.

    `terms` are those of the index: stems, with `es:` and the like before those of other languages, and pairs of letters.
    """
    sources = [source for source in (card.prompt_text, card.description) if source]
    stems = {_comparable(term) for term in terms}
    best = max((_best_passage(source, stems) for source in sources), key=lambda one: len(one.marks), default=None)
    return best or Snippet("", ())


def _best_passage(text: str, stems: set[str]) -> Snippet:
    flat = " ".join(text[:200_000].split())
    marks = _marks(flat, stems)
    start = 0
    most = -1
    for first, _ in marks:
        begin = max(0, first - LENGTH // 4)
        held = sum(begin <= mark[0] and mark[1] <= begin + LENGTH for mark in marks[:400])
        if held > most:
            most, start = held, begin
        if first > 20_000:
            break
    start = flat.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(flat), start + LENGTH)
    passage = ("… " if start else "") + flat[start:end] + ("…" if end < len(flat) else "")
    moved = (2 if start else 0) - start
    return Snippet(passage, tuple((a + moved, b + moved) for a, b in marks if start <= a and b <= end))


def _marks(flat: str, stems: set[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for word in _WORD.finditer(flat):
        folded = _folded(word.group())
        if any(folded == stem or (len(stem) > 2 and folded.startswith(stem)) for stem in stems if stem.isascii()):
            spans.append(word.span())
            continue
        pairs = [stem for stem in stems if not stem.isascii()]
        for pair in pairs:
            place = folded.find(pair) if len(folded) == len(word.group()) else -1
            while place >= 0:
                spans.append((word.start() + place, word.start() + place + len(pair)))
                place = folded.find(pair, place + 1)
    return _joined(sorted(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _comparable(term: str) -> str:
    """A stem as the beginning of its words: y became i at its end."""
    stem = term.rpartition(":")[2]
    return stem[:-1] if len(stem) > 3 and stem.endswith("i") else stem


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).lower())
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", plain))
