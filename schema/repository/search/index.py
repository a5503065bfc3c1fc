"""The index as a viewer meets it: whether there is one, how large it is, and which words its texts are written with."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.repository.search.spelling import Vocabulary

MAX_UNINDEXED = 500
MAX_WORDS = 200_000
_REMEMBERED = 4

_IS_THERE = "SELECT to_regclass('analytics.search_state') IS NOT NULL"
_STATE = f"""
SELECT
    s.generation, s.as_of, s.audiences, s.documents, s.total_length, s.has_stale,
    (
        SELECT array_agg(DISTINCT language) FROM analytics.search_state CROSS JOIN LATERAL unnest(languages) AS language
    ) AS languages,
    EXISTS (
        SELECT FROM (SELECT created_at FROM library.prompt_cards ORDER BY id DESC LIMIT {MAX_UNINDEXED}) AS newest
        WHERE newest.created_at > s.as_of
    ) AS has_newer,
    (SELECT oid FROM pg_database WHERE datname = current_database()) AS database_oid
FROM (
    SELECT
        max(generation) AS generation, max(as_of) AS as_of, string_agg(audience, ',' ORDER BY audience) AS audiences,
        cast(sum(documents) AS bigint) AS documents, cast(sum(total_length) AS bigint) AS total_length,
        bool_or(cardinality(stale_prompt_ids) > 0) AS has_stale
    FROM analytics.search_state
) AS s
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
    """What identifies the words of the texts that a viewer may find, the same for all viewers of a kind; and its state.

    `average_length` is in terms. `has_stale` says that packed postings name prompts that are other ones by now,
    `has_newer` that there are prompts which came after the last refresh, at `as_of`.
    """

    server: str
    database_oid: int
    generation: datetime
    audiences: str
    as_of: datetime = field(compare=False)
    documents: int = field(compare=False)
    average_length: float = field(compare=False)
    languages: tuple[str, ...] = field(compare=False)
    has_stale: bool = field(compare=False)
    has_newer: bool = field(compare=False)


_vocabularies: OrderedDict[Index, Vocabulary] = OrderedDict()
_lock = Lock()


def current_index(session: Session) -> Index | None:
    """The index that the viewer's searches read now; None before the first refresh."""
    if not session.scalar(text(_IS_THERE)):
        return None
    state = session.execute(text(_STATE)).one()
    if state.generation is None:
        return None
    return Index(
        str(session.get_bind().engine.url),
        state.database_oid,
        state.generation,
        state.audiences,
        as_of=state.as_of,
        documents=state.documents,
        average_length=state.total_length / max(state.documents, 1),
        languages=tuple(state.languages or ()),
        has_stale=state.has_stale,
        has_newer=state.has_newer,
    )


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
