"""How a search runs: the terms first, then as little of their postings as gives a full page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from schema.repository.search.filters import FILTERS, SETS
from schema.repository.search.index import Index
from schema.repository.search.statement import MOST_GATHERED, Shape, search_statement
from schema.repository.search.terms import K1, B, Term, terms_of, with_blocks

# The postings that are read first, and those that are where filters leave no full page over.
POSTINGS_READ = (8_000, 80_000)
# Sets of prompts so small are scored prompt by prompt.
SET_SIZES = (500, 20_000)
# How many of what they hold are scored by all of their terms: for a page, with filters, and in other orders.
CANDIDATES = 300
CANDIDATES_TO_FILTER = 600
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
    for postings, set_size in zip(POSTINGS_READ, SET_SIZES if terms else SET_SIZES[-1:] * 2, strict=True):
        # Prompts are scored one by one from their documents, which an index holds.
        chosen = chosen_prompts(session, filters, set_size) if index is not None or not terms else None
        read = with_blocks(terms, postings)
        shape = Shape(
            frozenset(name for name in filters if chosen is None or name not in SETS),
            scope.sort,
            is_chosen=chosen is not None,
            is_indexed=index is not None,
            looks_for_words=bool(terms),
            is_cut=chosen is None and any(term.is_cut for term in read),
            has_stale=index is not None and index.has_stale,
            has_changed=any(term.recent for term in read),
            has_newer=has_newer,
            gathers=gathers,
            shows_cards=shows_cards,
        )
        candidates = CANDIDATES_TO_FILTER if filters else CANDIDATES
        if gathers or scope.sort != "relevance":
            candidates = MOST_GATHERED
        parameters = filters | _parameters(index, read, scope, candidates * postings // POSTINGS_READ[0])
        statement, names = search_statement(shape)
        values = parameters | {"chosen": chosen}
        rows = session.execute(statement, {name: values[name] for name in names}).all()
        leaves_out = shape.is_cut or sum(term.documents for term in read) > parameters["candidates"]
        is_whole = not terms or chosen is not None or not filters or not leaves_out
        if is_whole or len(rows) == scope.take:
            break
    of_terms = [term.term for term in terms]
    return Result(rows, of_terms, rows[0].ids or (), rows[0].total, rows[0].is_total) if rows else Result((), of_terms)


def chosen_prompts(session: Session, filters: Mapping[str, Any], most: int) -> list[int] | None:
    """The prompts of the filters that are sets; None without such a filter, or where they are more than `most`."""
    sets = sorted(filters.keys() & SETS.keys())
    if not sets:
        return None
    conditions = " AND ".join(FILTERS[name] for name in sets)
    statement = f"""
SELECT s.prompt_id FROM ({SETS[sets[0]]}) AS s INNER JOIN library.prompt_cards AS c ON c.id = s.prompt_id
WHERE {conditions} LIMIT :most + 1"""
    found = session.scalars(text(statement), {name: filters[name] for name in sets} | {"most": most}).all()
    return list(dict.fromkeys(found)) if len(found) <= most else None


def _parameters(index: Index | None, terms: Sequence[Term], scope: Scope, candidates: int) -> dict[str, Any]:
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
        "candidates": max(candidates, reach),
        "reach": max(reach, MOST_GATHERED),
        "skip": scope.skip,
        "take": scope.take,
    }
