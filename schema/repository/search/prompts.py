"""The search: what was asked, put right where it is misspelt, found, and shown where it is found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.search.index import current_index, vocabulary_of
from schema.repository.search.patience import bounded
from schema.repository.search.request import parse_query
from schema.repository.search.snippets import Snippet, snippet_of
from schema.repository.search.spelling import corrected
from schema.repository.search.statement import found_prompts
from schema.repository.tables import prompt_cards
from schema.repository.warehouse import reading_marts


class Sort(StrEnum):
    """The order of what is found; all but relevance order the thousand most relevant."""

    RELEVANCE = "relevance"
    HOT = "hot"
    BEST = "best"
    LIKES = "likes"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Found:
    """A prompt that was found, the passage that shows why, and its BM25."""

    card: PromptCard
    snippet: Snippet
    score: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results, and how many there are in all; at least so many where `is_total` is false.

    `corrected` is the query that was searched for instead, where words were misspelt. `as_of` is when the index was
    last refreshed, None where there is none; the newest prompts are found all the same.
    """

    total: int
    found: list[Found]
    is_total: bool = True
    corrected: str | None = None
    as_of: datetime | None = None

    @property
    def cards(self) -> list[PromptCard]:
        """The prompts without their passages."""
        return [one.card for one in self.found]


def search_prompts(
    session: Session,
    query: str,
    *,
    sort: Sort = Sort.RELEVANCE,
    tags: tuple[str, ...] = (),
    agent_type: str | None = None,
    access: str | None = None,
    language: str | None = None,
    collection: str | None = None,
    creator: int | None = None,
    skip: int = 0,
    take: int = 20,
) -> SearchPage:
    """Prompts that hold any word of `query`, the best by BM25 first; all prompts for an empty query.

    A query may hold "a phrase", -word, tag:name; its last word may be the beginning of one. `tags` must all be there;
    `creator` is a person's id. A text that the viewer may not read is not searched, and has no part in any score.

    Raises:
        SearchTooSlowError: it took more than five seconds.
    """
    check_page(skip, take)
    asked = request = parse_query(query)
    index = current_index(session)
    if index is not None and asked.words:
        request = corrected(asked, vocabulary_of(session, index))
    wanted = {
        "agent_type": agent_type,
        "access": access,
        "language": language,
        "collection": collection,
        "creator": creator,
        "tags": [tag.casefold() for tag in (*tags, *request.tags)],
        "phrases": list(request.phrases),
    }
    parameters: dict[str, Any] = {name: value for name, value in wanted.items() if value not in (None, [])}
    parameters |= {
        "words": " ".join(request.words),
        "unwanted": " ".join(request.excluded),
        "beginning": request.beginning,
        "skip": skip,
        "take": take,
    }
    order = sort if index is not None or sort == Sort.NEW else Sort.RELEVANCE
    found = found_prompts(parameters, sort=order.value, is_indexed=index is not None)
    statement = (
        select_cards()
        .add_columns(found.c.score, found.c.total, found.c.is_total, found.c.terms)
        .join(found, found.c.prompt_id == prompt_cards.c.id)
        .order_by(found.c.place)
    )
    with reading_marts(), bounded(session):
        rows = session.execute(statement).all()
    terms = rows[0].terms or () if rows else ()
    return SearchPage(
        total=rows[0].total if rows else 0,
        found=[Found(card := to_card(row), snippet_of(card, terms), row.score) for row in rows],
        is_total=rows[0].is_total if rows else True,
        corrected=" ".join(request.words) if request.words != asked.words else None,
        as_of=index.as_of if index is not None else None,
    )
