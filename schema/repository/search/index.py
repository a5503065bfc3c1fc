"""The index as a viewer meets it: whether there is one, and which words its texts are written with."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.repository.search.spelling import Vocabulary

MAX_WORDS = 200_000
_REMEMBERED = 4

_IS_THERE = "SELECT to_regclass('analytics.search_state') IS NOT NULL"
_STATE = """
SELECT
    (SELECT oid FROM pg_database WHERE datname = current_database()) AS database_oid, max(generation) AS generation,
    max(as_of) AS as_of,
    string_agg(audience, ',' ORDER BY audience) AS audiences
FROM analytics.search_state
"""
_WORDS = """
SELECT w.word, sum(w.documents)
FROM analytics.search_words AS w
WHERE w.generation = :generation
GROUP BY w.word
ORDER BY 2 DESC, w.word
LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Index:
    """What identifies the words of the texts that a viewer may find, and when it was last refreshed.

    It is the same for all viewers of a kind.
    """

    server: str
    database_oid: int
    generation: datetime
    audiences: str
    as_of: datetime = field(compare=False)


_vocabularies: OrderedDict[Index, Vocabulary] = OrderedDict()
_lock = Lock()


def current_index(session: Session) -> Index | None:
    """The index that the viewer's searches read now; None before the first refresh."""
    if not session.scalar(text(_IS_THERE)):
        return None
    state = session.execute(text(_STATE)).one()
    if state.generation is None:
        return None
    return Index(str(session.get_bind().engine.url), state.database_oid, state.generation, state.audiences, state.as_of)


def vocabulary_of(session: Session, index: Index) -> Vocabulary:
    """The commonest words of the index, read once in a generation and kept in the process."""
    with _lock:
        if index in _vocabularies:
            _vocabularies.move_to_end(index)
            return _vocabularies[index]
    rows = session.execute(text(_WORDS), {"generation": index.generation, "most": MAX_WORDS}).tuples()
    vocabulary = Vocabulary.of({str(word): int(documents) for word, documents in rows})
    with _lock:
        _vocabularies[index] = vocabulary
        while len(_vocabularies) > _REMEMBERED:
            _vocabularies.popitem(last=False)
    return vocabulary
