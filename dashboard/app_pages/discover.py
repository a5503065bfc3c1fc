"""Find prompts: search and filters, recommendations, and the newest."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import viewer
from dashboard.components import AGENT_TYPES, LANGUAGES, TIERS, language_name, plain, prompt_grid, typed
from dashboard.recommended import hidden_list, recommendation_grid
from dashboard.shown import ShownPage
from dashboard.suggestions import recent_tags
from schema.embedders import query_embedder
from schema.models import Surface
from schema.repository.cards import PromptCard
from schema.repository.prompts import fetch_prompts
from schema.repository.recommendations import recommended_prompts
from schema.repository.search import search_prompts
from schema.repository.warehouse import WarehouseNotBuiltError

_PAGE_SIZE = 12
_PAGE = "discover_page"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the viewer looks for; None is no filter."""

    query: str
    agent_type: str | None
    access: str | None
    language: str | None
    tag: str | None

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a query nor a filter."""
        return not (self.query or self.agent_type or self.access or self.language or self.tag)


def page() -> None:
    """Results for what is wanted; suggestions where nothing is."""
    st.title("Discover", anchor=False)
    wanted, shown = _ask(), ShownPage()
    with viewer.open_session() as session:
        if wanted.is_nothing:
            _suggest(session, shown)
            _show_newest(session, wanted, shown)
        else:
            _show_results(session, wanted, shown)
    shown.tell()


def _ask() -> Wanted:
    query = st.text_input(
        "Search prompts",
        key="q",
        bind="query-params",
        type="search",
        icon=":material/search:",
        placeholder="A title, a tag, a task … in any language",
        max_chars=200,
        label_visibility="collapsed",
    )
    with st.grid(4, min_column_width=150):
        agent_type = _choice("Type", "type", list(AGENT_TYPES), AGENT_TYPES.get)
        access = _choice("Access", "access", list(TIERS), TIERS.get)
        language = _choice("Language", "language", list(LANGUAGES), language_name)
        tag = st.selectbox(
            "Tag",
            recent_tags(),
            index=None,
            placeholder="Any tag",
            key="tag",
            accept_new_options=True,
            bind="query-params",
            label_visibility="collapsed",
        )
    return Wanted(typed(query), agent_type, access, language, _as_tag(tag))


def _choice(label: str, key: str, options: list[str], name: Callable[[str], str | None]) -> str | None:
    return st.selectbox(
        label,
        options,
        index=None,
        placeholder=f"Any {label.lower()}",
        format_func=lambda option: name(option) or option,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )


def _as_tag(tag: str | None) -> str | None:
    """A typed tag as the library writes it: case-folded, no '#', words joined by hyphens."""
    return "-".join(typed(tag).casefold().lstrip("#").split()) or None


def _suggest(session: Session, shown: ShownPage) -> None:
    reader = viewer.viewer_id()
    try:
        found = recommended_prompts(session, reader or 0)
    except WarehouseNotBuiltError:
        session.rollback()
        st.info("Recommendations appear here after the first refresh of the rankings.")
        return
    if found:
        st.subheader("Popular this month" if reader is None else "For you", anchor=False)
        surface = Surface.TRENDING if reader is None else Surface.FOR_YOU
        opening = shown.list(surface, ((one.card.id, one.reason) for one in found))
        recommendation_grid(found, reader, opening)
    if reader is not None:
        hidden_list(session, reader)


def _show_newest(session: Session, wanted: Wanted, shown: ShownPage) -> None:
    number = _page_number(wanted)
    # One more than fits tells whether another page follows.
    cards = fetch_prompts(session, skip=number * _PAGE_SIZE, take=_PAGE_SIZE + 1)
    st.subheader("Newest", anchor=False)
    if not cards:
        st.info("The library is empty. A curator can fill it on the Import page.")
        return
    prompt_grid(cards[:_PAGE_SIZE], shown.list(Surface.NEW, _unexplained(cards[:_PAGE_SIZE]), number * _PAGE_SIZE + 1))
    _turn_pages(wanted, number, more=len(cards) > _PAGE_SIZE)


def _show_results(session: Session, wanted: Wanted, shown: ShownPage) -> None:
    number = _page_number(wanted)
    found = search_prompts(
        session,
        wanted.query,
        tags=(wanted.tag,) if wanted.tag else (),
        agent_type=wanted.agent_type,
        access=wanted.access,
        language=wanted.language,
        skip=number * _PAGE_SIZE,
        take=_PAGE_SIZE,
        embedder=query_embedder(),
    )
    if wanted.query:
        shown.search(wanted.query, astuple(wanted)[1:], found.total)
    if not found.cards:
        _show_nothing_found(wanted)
        return
    first = number * _PAGE_SIZE + 1
    if found.corrected:
        st.markdown(f"Showing results for **{plain(found.corrected, 200)}**")
    more = "" if found.is_total else " or more"
    st.caption(f"{first:,} to {first + len(found.cards) - 1:,} of {found.total:,}{more} prompts")
    prompt_grid(found.cards, shown.list(Surface.SEARCH, _unexplained(found.cards), first))
    _turn_pages(wanted, number, more=first + len(found.cards) <= found.total)


def _unexplained(cards: Iterable[PromptCard]) -> Iterable[tuple[int, None]]:
    return ((card.id, None) for card in cards)


def _show_nothing_found(wanted: Wanted) -> None:
    what = f"No prompt holds “{plain(wanted.query, 80)}”" if wanted.query else "No prompt is like this"
    has_filter = wanted.agent_type or wanted.access or wanted.language or wanted.tag
    advice = "Remove a filter, or try another word." if has_filter else "Try another word, or fewer letters of it."
    st.info(
        f"{what}{' with these filters' if has_filter and wanted.query else ''}. {advice}", icon=":material/search_off:"
    )


def _page_number(wanted: Wanted) -> int:
    """The page the viewer has turned to; 0 as soon as they look for something else."""
    turned_for, number = st.session_state.get(_PAGE, (None, 0))
    return number if turned_for == asdict(wanted) else 0


def _turn_pages(wanted: Wanted, number: int, *, more: bool) -> None:
    if number == 0 and not more:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        _turn_button("Previous", wanted, number - 1, disabled=number == 0)
        st.markdown(f"Page {number + 1}", width="content")
        _turn_button("Next", wanted, number + 1, disabled=not more)


def _turn_button(label: str, wanted: Wanted, target: int, *, disabled: bool) -> None:
    def turn() -> None:
        st.session_state[_PAGE] = (asdict(wanted), target)

    st.button(label, on_click=turn, disabled=disabled, key=f"turn-{label}")


page()
