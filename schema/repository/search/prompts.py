"""The search: what was asked, put right where it is misspelt, found, and shown where it is found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from schema.embedders import QueryEmbedder
from schema.repository.cards import PromptCard, check_page, to_card
from schema.repository.search.facets import Facets, facets_of, library_facets
from schema.repository.search.find import Scope, find
from schema.repository.search.index import current_index, vocabulary_of
from schema.repository.search.meaning import find_with_meaning, meaning_of
from schema.repository.search.patience import bounded
from schema.repository.search.request import parse_query
from schema.repository.search.snippets import Snippet, snippet_of
from schema.repository.search.spelling import corrected
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
    """A prompt that was found, the passage that shows why, and its score.

    That is its BM25, or where meanings count, too, a sum of what both say, from 0 to 1.
    """

    card: PromptCard
    snippet: Snippet
    score: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results, and how many there are in all; at least so many where `is_total` is false.

    `corrected` is the query that was searched for instead, where words were misspelt. `as_of` is when the index was
    last refreshed, None where there is none; the newest prompts are found all the same. `facets`, where they were
    asked for, count what is found, of more than a thousand prompts the first thousand.
    """

    total: int
    found: list[Found]
    is_total: bool = True
    corrected: str | None = None
    as_of: datetime | None = None
    facets: Facets | None = None

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
    with_facets: bool = False,
    as_written: bool = False,
    embedder: QueryEmbedder | None = None,
) -> SearchPage:
    """Prompts that hold any word of `query`, the best by BM25 first; all prompts, the newest first, for an empty query.

    A query may hold "a phrase", -word, tag:name; its last word may be the beginning of one. `tags` must all be there;
    `creator` is a person's id. A text that the viewer may not read is not searched, and has no part in any score.
    `as_written` corrects no word. With an `embedder` that answers in time, prompts that mean the same in other words
    are found, too.

    Raises:
        SearchTooSlowError: it took more than five seconds.
    """
    check_page(skip, take)
    asked = parse_query(query)
    wanted = {
        "agent_type": agent_type,
        "access": access,
        "language": language,
        "collection": collection,
        "creator": creator,
        "tags": [tag.casefold() for tag in (*tags, *asked.tags)],
        "phrases": list(asked.phrases),
    }
    filters = {name: value for name, value in wanted.items() if value not in (None, [])}
    with reading_marts(), bounded(session):
        index = current_index(session)
        vocabulary = vocabulary_of(session, index) if index is not None and asked.words else None
        request = corrected(asked, vocabulary) if vocabulary is not None and not as_written else asked
        completions = vocabulary.completions(request.beginning) if vocabulary is not None else []
        scope = Scope(
            filters, sort.value if index is not None or sort == Sort.NEW else Sort.RELEVANCE.value, skip, take
        )
        words = (*request.words, *completions)
        meaning = meaning_of(session, request, embedder) if scope.sort == Sort.RELEVANCE else None
        if meaning is None:
            result = find(session, index, words, request.excluded, scope, gathers=with_facets)
        else:
            result = find_with_meaning(session, index, words, scope, meaning, gathers=with_facets)
        facets = None
        if with_facets:
            is_whole_library = index is not None and not (filters or asked.words or asked.excluded)
            facets = library_facets(session) if is_whole_library else facets_of(session, result.ids)
    return SearchPage(
        total=result.total,
        found=[Found(card := to_card(row), snippet_of(card, result.terms), row.score) for row in result.rows],
        is_total=result.is_total,
        corrected=" ".join(request.words) if request.words != asked.words else None,
        as_of=index.as_of if index is not None else None,
        facets=facets,
    )
