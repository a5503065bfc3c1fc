"""The terms that a query asks for, what each is worth, and how much of its postings is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, log
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.repository.search.index import Index
from schema.repository.search.spelling import MAX_COMPLETIONS

# Robertson, Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009). The index is built with these;
# dbt's variables of the same names are equal to them.
K1, B = 1.2, 0.75
TITLE_WEIGHT = 2
POSTINGS_PER_BLOCK = 1_000

_OF_LANGUAGES = """
WITH asked AS MATERIALIZED (
    SELECT DISTINCT t.term
    FROM unnest(cast(:languages AS text[])) AS l (language)
    CROSS JOIN LATERAL library.search_terms(:words, l.language) AS t
)"""
_WITHOUT_INDEX = _OF_LANGUAGES + " SELECT term, 0 AS packed, 0 AS recent FROM asked ORDER BY term"
_COUNTED = """
SELECT a.term, coalesce(packed.documents, 0) AS packed, recent.documents AS recent
FROM asked AS a
CROSS JOIN LATERAL (
    SELECT cast(sum(b.term_documents) AS bigint) AS documents FROM analytics.search_postings AS b
    WHERE b.term = a.term AND b.generation = :generation AND b.block = 0
) AS packed
CROSS JOIN LATERAL (
    SELECT count(*) AS documents FROM analytics.search_recent_postings AS r
    WHERE
        r.term = a.term AND r.indexed_at > :generation AND r.indexed_at <= :as_of
        AND (r.replaced_at IS NULL OR r.replaced_at > :as_of)
) AS recent
ORDER BY a.term"""
_BEGINNING_WITH = f"""
, asked AS MATERIALIZED (
    SELECT term FROM letter
    UNION
    SELECT pairs.term
    FROM letter
    CROSS JOIN LATERAL (
        SELECT b.term FROM analytics.search_postings AS b
        WHERE
            b.term > letter.term AND b.term < letter.term || U&'\\+10FFFF'
            AND b.generation = :generation AND b.block = 0
        ORDER BY b.term_documents DESC, b.term LIMIT {MAX_COMPLETIONS}
    ) AS pairs
)"""


@dataclass(frozen=True, slots=True)
class Term:
    """A term; the prompts that hold it, in the packed postings and changed since; the blocks that are read of it."""

    term: str
    packed: int
    recent: int
    weight: float
    blocks: int = 0

    @property
    def documents(self) -> int:
        """How many hold it."""
        return self.packed + self.recent

    @property
    def is_cut(self) -> bool:
        """Whether some of its packed postings are left out."""
        return self.packed > self.blocks * POSTINGS_PER_BLOCK


def terms_of(session: Session, index: Index | None, words: Sequence[str]) -> list[Term]:
    """The terms of words in each language that the index has, with their weights; none of stop words.

    A single letter of a script without spaces stands for the commonest pairs that begin with it, too.
    """
    if index is None:
        statement = _WITHOUT_INDEX
    elif len(words) == 1 and len(words[0]) == 1 and not words[0].isascii():
        statement = _OF_LANGUAGES.replace("asked", "letter") + _BEGINNING_WITH + _COUNTED
    else:
        statement = _OF_LANGUAGES + _COUNTED
    # None is a text of an unknown language.
    parameters: dict[str, Any] = {"words": " ".join(words), "languages": [*(index.languages if index else ()), None]}
    if index is not None:
        parameters |= {"generation": index.generation, "as_of": index.as_of}
    rows = session.execute(text(statement), parameters).tuples()
    size = index.documents if index else 0
    return [Term(term, packed, recent, _weight(packed + recent, size)) for term, packed, recent in rows]


def _weight(documents: int, of: int) -> float:
    """Lucene's idf, which is never negative, times k1 + 1."""
    return (K1 + 1) * log(1 + (max(of - documents, 0) + 0.5) / (documents + 0.5))


def with_blocks(terms: Sequence[Term], postings: int) -> list[Term]:
    """The terms with the blocks to read, so that about so many postings are read of all together.

    Rare terms, which tell most, come first and are read whole; the commoner ones share what is left.
    """
    read: list[Term] = []
    for place, term in enumerate(sorted(terms, key=lambda one: (one.packed, one.term))):
        share = max(postings // (len(terms) - place), POSTINGS_PER_BLOCK) if postings > 0 else 0
        whole = ceil(term.packed / POSTINGS_PER_BLOCK)
        blocks = whole if term.packed <= share else share // POSTINGS_PER_BLOCK
        postings -= min(term.packed, blocks * POSTINGS_PER_BLOCK)
        read.append(replace(term, blocks=blocks))
    return read
