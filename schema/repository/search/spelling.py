"""Words that nobody wrote, put right by those that somebody did."""

from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from schema.repository.search.request import SearchRequest

MAX_WORDS = 200_000
SHORTEST = 4
LONG = 8

_STATE = "SELECT max(generation), string_agg(audience, ',' ORDER BY audience) FROM analytics.search_state"
_WORDS = """
SELECT w.word, sum(w.documents)
FROM analytics.search_words AS w
WHERE w.generation = :generation
GROUP BY w.word
ORDER BY 2 DESC, w.word
LIMIT :most
"""


@dataclass(frozen=True)
class Vocabulary:
    """The words of what a viewer may read, by the number of documents that hold them, by their length too."""

    documents: dict[str, int]
    by_length: dict[int, list[str]]

    def nearest(self, word: str) -> str | None:
        """The word that is meant: one slip away, two for long words; the commonest of the nearest."""
        most = 2 if len(word) >= LONG else 1
        near = [one for length in range(len(word) - most, len(word) + most + 1) for one in self.by_length.get(length, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=20)
        best = min(found, key=lambda one: (one[1], -self.documents[one[0]], one[0]), default=None)
        return best[0] if best else None


def corrected(session: Session, request: SearchRequest) -> SearchRequest:
    """The request with its misspelt words put right; what stands in a phrase, or is a beginning, stays as it is."""
    if not any(_may_be_wrong(word) for word in request.words):
        return request
    vocabulary = _vocabulary(session)
    if vocabulary is None:
        return request
    in_phrases = {word for phrase in request.phrases for word in phrase.split()}
    words = []
    for place, word in enumerate(request.words):
        plain = word.lower().strip(".,;:!?()[]{}'\"")
        is_beginning = request.is_open and place == len(request.words) - 1
        known = plain in vocabulary.documents or word in in_phrases or not _may_be_wrong(plain)
        if known or (is_beginning and any(one.startswith(plain) for one in vocabulary.documents)):
            words.append(word)
        else:
            words.append(vocabulary.nearest(plain) or word)
    return replace(request, words=tuple(words))


def _may_be_wrong(word: str) -> bool:
    return len(word) >= SHORTEST and word.isascii() and word.strip(".,;:!?()[]{}'\"").isalpha()


def _vocabulary(session: Session) -> Vocabulary | None:
    try:
        with session.begin_nested():
            generation, audiences = session.execute(text(_STATE)).one()
            if generation is None:
                return None
            return _remembered(_Key(session, (generation, audiences, str(session.get_bind()))))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42P01":
            raise
        return None


@dataclass(frozen=True)
class _Key:
    """What a vocabulary is remembered by; the session only reads it."""

    session: Session
    identity: tuple[object, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=4)
def _remembered(key: _Key) -> Vocabulary:
    rows = key.session.execute(text(_WORDS), {"generation": key.identity[0], "most": MAX_WORDS}).tuples()
    documents = {word: int(count) for word, count in rows}
    by_length: dict[int, list[str]] = {}
    for word in documents:
        by_length.setdefault(len(word), []).append(word)
    return Vocabulary(documents, by_length)
