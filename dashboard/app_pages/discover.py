"""Find prompts: search and filters, recommendations, and the newest."""

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import formats, viewer
from dashboard.components import choose, plain, prompt_grid, typed
from dashboard.recommended import hidden_list, recommendation_grid
from dashboard.search_filters import Filters, chosen_filters, clear_filters, draw_filters
from dashboard.shown import ShownPage
from dashboard.translation import N_, _
from schema.embedders import query_embedder
from schema.metrics import Metric, timed
from schema.models import Surface
from schema.repository.cards import PromptCard
from schema.repository.prompts import fetch_prompts
from schema.repository.recommendations import recommended_prompts
from schema.repository.search import Facets, SearchPage, Sort, library_facets, search_prompts
from schema.repository.warehouse import WarehouseNotBuiltError

_PAGE_SIZE = 12
_PAGE = "discover_page"
_AS_WRITTEN = "discover_as_written"
_ORDERS = {
    "relevance": N_("Relevance"),
    "hot": N_("Hot"),
    "best": N_("Best"),
    "likes": N_("Most liked"),
    "new": N_("Newest"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the viewer looks for."""

    query: str
    filters: Filters
    sort: str

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a query nor a filter."""
        return not self.query and self.filters.are_none


def page() -> None:
    """Results for what is wanted; suggestions where nothing is."""
    st.title(_("Discover"), anchor=False)
    query, above, filters, shown = _ask(), st.container(), chosen_filters(), ShownPage()
    with viewer.open_session() as session:
        if not query and filters.are_none:
            with above:
                draw_filters(_library_facets(session))
            wanted = Wanted(query, filters, "new")
            _suggest(session, shown)
            _show_newest(session, wanted, shown)
        else:
            sort = choose(_("Order"), _ORDERS, "relevance", key="sort")
            wanted = Wanted(query, filters, sort)
            number = _page_number(wanted)
            found = _search(session, wanted, number)
            with above:
                draw_filters(found.facets or {})
            _show_results(wanted, found, number, shown)
            if not found.total:
                _suggest(session, shown)
    shown.tell()


def _ask() -> str:
    return typed(
        st.text_input(
            _("Search prompts"),
            key="q",
            bind="query-params",
            type="search",
            icon=":material/search:",
            placeholder=_("A title, a tag, a task … in any language"),
            max_chars=200,
            live="250ms",
            label_visibility="collapsed",
        )
    )


def _search(session: Session, wanted: Wanted, number: int) -> SearchPage:
    filters = wanted.filters
    with timed(Metric.SEARCH_MILLISECONDS):
        return search_prompts(
            session,
            wanted.query,
            tags=(filters.tag,) if filters.tag else (),
            agent_type=filters.agent_type,
            access=filters.access,
            language=filters.language,
            collection=filters.collection,
            creator=filters.creator,
            skip=number * _PAGE_SIZE,
            take=_PAGE_SIZE,
            sort=Sort(wanted.sort),
            with_facets=True,
            as_written=st.session_state.get(_AS_WRITTEN) == wanted.query,
            embedder=query_embedder(),
        )


def _library_facets(session: Session) -> Facets:
    try:
        return library_facets(session)
    except WarehouseNotBuiltError:
        session.rollback()
        return {}


def _suggest(session: Session, shown: ShownPage) -> None:
    reader = viewer.viewer_id()
    try:
        found = recommended_prompts(session, reader or 0)
    except WarehouseNotBuiltError:
        session.rollback()
        st.info(_("Recommendations appear here after the first refresh of the rankings."))
        return
    if found:
        st.subheader(_("Popular this month") if reader is None else _("For you"), anchor=False)
        surface = Surface.TRENDING if reader is None else Surface.FOR_YOU
        opening = shown.list(surface, ((one.card.id, one.reason) for one in found))
        recommendation_grid(found, reader, opening)
    if reader is not None:
        hidden_list(session, reader)


def _show_newest(session: Session, wanted: Wanted, shown: ShownPage) -> None:
    number = _page_number(wanted)
    # One more than fits tells whether another page follows.
    cards = fetch_prompts(session, skip=number * _PAGE_SIZE, take=_PAGE_SIZE + 1)
    st.subheader(_("Newest"), anchor=False)
    if not cards:
        st.info(_("The library is empty. A curator can fill it on the Import page."))
        return
    prompt_grid(cards[:_PAGE_SIZE], shown.list(Surface.NEW, _unexplained(cards[:_PAGE_SIZE]), number * _PAGE_SIZE + 1))
    _turn_pages(wanted, number, more=len(cards) > _PAGE_SIZE)


def _show_results(wanted: Wanted, found: SearchPage, number: int, shown: ShownPage) -> None:
    if wanted.query:
        shown.search(wanted.query, (*astuple(wanted.filters), wanted.sort), found.total)
    if not found.cards:
        _show_nothing_found(wanted)
        return
    first = number * _PAGE_SIZE + 1
    if found.corrected:
        _tell_corrected(wanted.query, found.corrected)
    _tell_counts(found, first)
    passages = {one.card.id: one.snippet for one in found.found}
    prompt_grid(found.cards, shown.list(Surface.SEARCH, _unexplained(found.cards), first), passages)
    _turn_pages(wanted, number, more=first + len(found.cards) <= found.total)


def _tell_counts(found: SearchPage, first: int) -> None:
    template = (
        N_("{first} to {last} of {total} prompts") if found.is_total else N_("{first} to {last} of {total} or more")
    )
    counts = {"first": first, "last": first + len(found.cards) - 1, "total": found.total}
    told = _(template, **{name: formats.number(count) for name, count in counts.items()})
    if found.as_of is None:
        age = _("There is no index yet: only the newest prompts are searched.")
    else:
        age = _("Index of {moment}", moment=formats.moment(found.as_of))
    st.caption(f"{told} · {age}")


def _tell_corrected(query: str, corrected: str) -> None:
    def search_as_written() -> None:
        st.session_state[_AS_WRITTEN] = query

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Showing results for **{query}**", query=plain(corrected, 200)), width="content")
        label = _("Search for “{query}” as it is written", query=plain(query, 80))
        st.button(label, key="as-written", type="tertiary", on_click=search_as_written)


def _unexplained(cards: Iterable[PromptCard]) -> Iterable[tuple[int, None]]:
    return ((card.id, None) for card in cards)


def _show_nothing_found(wanted: Wanted) -> None:
    query = plain(wanted.query, 80)
    if not query:
        said = _("No prompt is like this. Remove a filter.")
    elif not wanted.filters.are_none:
        said = _("No prompt holds “{query}” with these filters. Remove a filter, or try another word.", query=query)
    else:
        said = _("No prompt holds “{query}”. Try another word, or fewer letters of it.", query=query)
    st.info(said, icon=":material/search_off:")
    if not wanted.filters.are_none:
        st.button(_("Remove the filters"), icon=":material/filter_alt_off:", on_click=clear_filters, key="clear")


def _page_number(wanted: Wanted) -> int:
    """The page the viewer has turned to; 0 as soon as they look for something else."""
    turned_for, number = st.session_state.get(_PAGE, (None, 0))
    return number if turned_for == asdict(wanted) else 0


def _turn_pages(wanted: Wanted, number: int, *, more: bool) -> None:
    if number == 0 and not more:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        _turn_button("previous", _("Previous"), wanted, number - 1, disabled=number == 0)
        st.markdown(_("Page {number}", number=number + 1), width="content")
        _turn_button("next", _("Next"), wanted, number + 1, disabled=not more)


def _turn_button(name: str, label: str, wanted: Wanted, target: int, *, disabled: bool) -> None:
    def turn() -> None:
        st.session_state[_PAGE] = (asdict(wanted), target)

    st.button(label, on_click=turn, disabled=disabled, key=f"turn-{name}")


page()
