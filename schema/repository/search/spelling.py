"""Words that nobody wrote, put right by those that somebody did."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from sys import maxunicode
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from schema.repository.search.request import SearchRequest

MAX_COMPLETIONS = 12
SHORTEST = 4
LONG = 8
_AROUND = ".,;:!?()[]{}'\""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by the number of documents that hold them, by their length, and in order."""

    documents: Mapping[str, int]
    by_length: Mapping[int, list[str]]
    in_order: list[str]

    @classmethod
    def of(cls, documents: Mapping[str, int]) -> Self:
        """The vocabulary of words that so many documents hold."""
        by_length: dict[int, list[str]] = {}
        for word in documents:
            by_length.setdefault(len(word), []).append(word)
        return cls(documents, by_length, sorted(documents))

    def begins(self, beginning: str) -> bool:
        """Whether any word begins so."""
        next_one = bisect_left(self.in_order, beginning)
        return next_one < len(self.in_order) and self.in_order[next_one].startswith(beginning)

    def completions(self, beginning: str) -> list[str]:
        """The commonest words that begin so; none where it is a word itself."""
        if not beginning or beginning in self.documents:
            return []
        begin, end = bisect_left(self.in_order, beginning), bisect_left(self.in_order, beginning + chr(maxunicode))
        return nsmallest(MAX_COMPLETIONS, self.in_order[begin:end], key=lambda word: (-self.documents[word], word))

    def nearest(self, word: str) -> str | None:
        """The word that is meant: one slip away, two for long words; the commonest of the nearest.

        A slip is a letter too much, too few, another, or two exchanged (optimal string alignment).
        """
        most = 2 if len(word) >= LONG else 1
        lengths = range(len(word) - most, len(word) + most + 1)
        near = [one for length in lengths for one in self.by_length.get(length, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=20)
        return min(found, key=lambda one: (one[1], -self.documents[one[0]], one[0]), default=(None,))[0]


def corrected(request: SearchRequest, vocabulary: Vocabulary) -> SearchRequest:
    """The request with its misspelt words put right; what stands in a phrase, or begins a word, stays as it is."""
    kept = {word for phrase in request.phrases for word in phrase.split()}
    words = [word if word in kept else _corrected(word, vocabulary) for word in request.words[:-1]]
    for last in request.words[-1:]:
        may_go_on = request.is_open and vocabulary.begins(last.lower())
        words.append(last if last in kept or may_go_on else _corrected(last, vocabulary))
    return replace(request, words=tuple(words))


def _corrected(word: str, vocabulary: Vocabulary) -> str:
    plain = word.lower().strip(_AROUND)
    if len(plain) < SHORTEST or not plain.isascii() or not plain.isalpha() or plain in vocabulary.documents:
        return word
    return vocabulary.nearest(plain) or word
