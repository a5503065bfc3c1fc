"""How a search runs: the terms first, then as little of their postings as gives a full page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from schema.repository.search.filters import is_set, set_of
from schema.repository.search.index import Index
from schema.repository.search.statement import MOST_GATHERED, Shape, search_statement
from schema.repository.search.terms import K1, B, Term, terms_of, with_blocks

# The postings that are read first, and those that are where filters leave no full page over.
POSTINGS_READ = (8_000, 80_000)
# Sets of so few prompts are scored prompt by prompt, and of so few choose among the postings; larger ones, as all other
# filters, leave enough of the candidates over.
SCORED_ONE_BY_ONE = 1_000
CHOSEN = 20_000
# With fewer prompts than this to expect of the first reading, the second one is done at once.
EXPECTED = 100
# How many of what they hold are scored by all of their terms; and among how many of it so many are looked for that
# filters let through.
CANDIDATES = 300
LOOKED_AT = 2_000
# Without an index every prompt is newer than it.
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """What narrows a search down, by name of the filter; the order, and the page."""

    filters: Mapping[str, Any]
    sort: str
    skip: int
    take: int


@dataclass(frozen=True, slots=True)
class Result:
    """A page of cards with their scores, how many there are in all, and by which terms they were found.

    `ids` are those of the first thousand, where they were asked for; where `is_total` is false there are more.
    """

    rows: Sequence[Row[*tuple[Any, ...]]] = ()
    terms: Sequence[str] = ()
    ids: Sequence[int] = ()
    total: int = 0
    is_total: bool = True


def find(
    session: Session,
    index: Index | None,
    words: Sequence[str],
    excluded: Sequence[str],
    scope: Scope,
    *,
    gathers: bool,
    shows_cards: bool = True,
) -> Result:
    """What holds any of the words and none of the excluded ones; everything for words that all texts have.

    Without cards, rows are ids with their scores.
    """
    terms = terms_of(session, index, words) if words else []
    if words and not terms and not any(letter.isalnum() for word in words for letter in word):
        return Result()
    has_newer = index is None or index.has_newer
    filters = dict(scope.filters)
    if unwanted := [term.term for term in terms_of(session, index, excluded)] if excluded else []:
        filters |= {"unwanted": unwanted} if index is not None else {}
        filters |= {"unwanted_in_newer": unwanted} if has_newer else {}
    rows: Sequence[Row[*tuple[Any, ...]]] = ()
    chosen = set_of(filters)
    size = size_of_set(session, chosen, filters, CHOSEN) if chosen else None
    chosen = "" if size is None else chosen
    # Prompts are scored one by one from their documents, which an index holds.
    is_by_document = bool(terms) and index is not None and size is not None and size <= SCORED_ONE_BY_ONE
    for postings in _readings(index, size):
        read = with_blocks(terms, postings)
        is_cut = not is_by_document and any(term.is_cut for term in read)
        shape = Shape(
            frozenset(name for name in filters if not (chosen and is_set(name))),
            scope.sort,
            chosen=chosen,
            is_by_document=is_by_document,
            is_indexed=index is not None,
            looks_for_words=bool(terms),
            is_cut=is_cut,
            # A posting of a single term tells all.
            is_partial=is_cut and len(terms) > 1,
            has_stale=index is not None and index.has_stale,
            has_changed=any(term.recent for term in read),
            has_newer=has_newer,
            gathers=gathers,
            shows_cards=shows_cards,
        )
        candidates = CANDIDATES if scope.sort == "relevance" else MOST_GATHERED
        passing = MOST_GATHERED if gathers else candidates
        looked_at = LOOKED_AT * postings // POSTINGS_READ[0] if shape.filters else passing
        limits = {"looked_at": looked_at, "passing": passing, "candidates": candidates}
        parameters = filters | _parameters(index, read, scope, limits)
        statement, names = search_statement(shape)
        rows = session.execute(statement, {name: parameters[name] for name in names}).all()
        leaves_out = shape.is_cut or sum(term.documents for term in read) > parameters["looked_at"]
        is_whole = not terms or is_by_document or not filters or not leaves_out
        if is_whole or len(rows) == scope.take:
            break
    of_terms = [term.term for term in terms]
    return Result(rows, of_terms, rows[0].ids or (), rows[0].total, rows[0].is_total) if rows else Result((), of_terms)


def size_of_set(session: Session, chosen: str, filters: Mapping[str, Any], most: int) -> int | None:
    """How many prompts the query of a set gives; None for more than `most`."""
    statement = f"SELECT count(*) FROM (SELECT FROM ({chosen}) AS s LIMIT {most} + 1) AS s"
    size: int = session.execute(text(statement), {name: filters[name] for name in filters if is_set(name)}).scalar_one()
    return size if size <= most else None


def _readings(index: Index | None, size: int | None) -> Sequence[int]:
    """How many postings are read, and how many where those leave no full page over."""
    if index is None or size is None or size * POSTINGS_READ[0] >= EXPECTED * index.documents:
        return POSTINGS_READ
    return POSTINGS_READ[-1:]


def _parameters(index: Index | None, terms: Sequence[Term], scope: Scope, limits: dict[str, int]) -> dict[str, Any]:
    reach = scope.skip + scope.take
    return {
        "terms": [term.term for term in terms],
        "weights": [term.weight for term in terms],
        "blocks": [term.blocks for term in terms],
        "are_cut": [term.is_cut for term in terms],
        "most_documents": max((term.documents for term in terms), default=0),
        # Without an index every text counts as one of average length.
        "of_any_length": K1 * (1 - B) if index is not None else K1,
        "by_length": K1 * B / max(index.average_length, 1) if index is not None else 0.0,
        "generation": index.generation if index is not None else None,
        "as_of": index.as_of if index is not None else _BEFORE_ALL,
        "reach": max(reach, MOST_GATHERED),
        "skip": scope.skip,
        "take": scope.take,
    } | {name: max(limit, reach) for name, limit in limits.items()}
