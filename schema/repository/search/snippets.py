"""The passage of a prompt in which a query's words stand."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from schema.repository.cards import PromptCard

LENGTH = 220
READ = 20_000
# Letters that may carry accents; from Hangul on, what comes apart is not an accent.
_WITH_ACCENTS = re.compile("[\u00c0-\u10ff]")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage as it stands in the prompt, and where its marks begin and end. Escape it before it is shown."""

    text: str
    marks: tuple[tuple[int, int], ...]


def snippet_of(card: PromptCard, terms: Sequence[str]) -> Snippet:
    """The passage of the text, or else of the description, that holds most of the terms; else the beginning.

    `terms` are those of the index: stems, with `es:` or the like before those of other languages, pairs of letters.
    """
    sources = [" ".join(source[:READ].split()) for source in (card.prompt_text, card.description) if source]
    passages = [_best_passage(source, _marks(source, terms)) for source in sources]
    return max(passages, key=lambda one: len(one.marks), default=Snippet("", ()))


def _best_passage(text: str, marks: list[tuple[int, int]]) -> Snippet:
    starts = [max(0, first - LENGTH // 4) for first, _ in marks]
    held = [bisect_left(marks, (start + LENGTH, 0)) - place for place, start in enumerate(starts)]
    start = starts[held.index(max(held))] if held else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + LENGTH)
    before = "… " if start else ""
    moved = len(before) - start
    passage = before + text[start:end] + ("…" if end < len(text) else "")
    return Snippet(passage, tuple((a + moved, b + moved) for a, b in marks if start <= a and b <= end))


def _marks(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where terms stand, in order; what touches is one mark."""
    stems = {_stem(term) for term in terms}
    words = [re.escape(stem) + (r"\w*" if len(stem) > 2 else r"\b") for stem in stems if stem.isascii()]
    pairs = [re.escape(stem) for stem in stems if not stem.isascii()]
    parts = ([r"\b(?:" + "|".join(words) + ")"] if words else []) + pairs
    if not parts:
        return []
    # Accents are no part of a term; a letter without its accent stands where it stood.
    folded = _WITH_ACCENTS.sub(lambda letter: unicodedata.normalize("NFD", letter[0])[0], text)
    lowered = folded.lower()
    marks: list[tuple[int, int]] = []
    for found in re.finditer(f"(?=({'|'.join(parts)}))", lowered if len(lowered) == len(text) else folded):
        start, end = found.span(1)
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], end))
        else:
            marks.append((start, end))
    return marks


def _stem(term: str) -> str:
    """A stem as the beginning of its words: y became i at its end."""
    stem = term.rpartition(":")[2]
    return stem[:-1] if len(stem) > 3 and stem.endswith("i") else stem
