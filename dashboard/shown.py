"""What the reader was shown and opened, told to the library once: a rerun that shows the same tells nothing.

A page collects its lists in a `ShownPage` and ends with `tell()`. What cannot be written is logged; the page goes on.
A search is told as soon as its words have stood for a while: of those that are being typed, each letter searches.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import streamlit as st
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard import viewer
from dashboard.components import Opening
from schema.models import Action, Surface
from schema.repository.impressions import Asked, PlacedPrompt, Shown, record_click, record_shown

log = structlog.get_logger("dashboard")

SETTLES_AFTER = timedelta(seconds=1.2)
_LOOKS_EVERY = timedelta(seconds=1.5)
_LISTS, _ON_PAGE, _SEARCH, _VISIT = "shown_lists", "shown_on_page", "shown_search", "visit"


@dataclass(frozen=True, slots=True)
class _Search:
    """What was asked, with the event that it becomes; `began` on the process's clock, in seconds."""

    asked: tuple[object, ...]
    event: Asked
    began: float
    is_told: bool = False

    @property
    def is_settled(self) -> bool:
        return self.is_told or time.monotonic() - self.began >= SETTLES_AFTER.total_seconds()


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list; `shown_at` is None until it is told, and stays so where that failed."""

    content: tuple[object, ...]
    shown: Shown
    is_told: bool = False
    shown_at: datetime | None = None


class ShownPage:
    """The lists of one page, as it is drawn."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._listed: list[_Listed] = []
        self._search: _Search | None = None

    def search(self, query: str, filters: tuple[object, ...], found: int) -> None:
        """The page shows what was searched for; another page of the same search is no new search."""
        asked = (viewer.viewer_id(), query, filters)
        search = st.session_state.get(_SEARCH)
        if search is None or search.asked != asked:
            search = _Search(asked, Asked(uuid.uuid4(), visit(), query, found), time.monotonic())
            st.session_state[_SEARCH] = search
        self._search = search

    def list(self, surface: Surface, prompts: Iterable[tuple[int, str | None]], first_place: int = 1) -> Opening:
        """The page shows these prompts, by id and reason, in this order; returns who hears of those that are opened."""
        placed = tuple(PlacedPrompt(one, place, why) for place, (one, why) in enumerate(prompts, first_place))
        search_id = self._search.event.search_id if self._search else None
        content = (viewer.viewer_id(), search_id, tuple(one.prompt_id for one in placed), first_place)
        listed = _lists().get(surface)
        if listed is None or listed.content != content:
            listed = _Listed(content, Shown(uuid.uuid4(), surface, placed))
            _lists()[surface] = listed
        self._listed.append(listed)
        return Opening(surface, lambda prompt_id: _click(surface, prompt_id, Action.OPEN))

    def tell(self) -> None:
        """Tell the library what is new on this page, now or, of a search that may still be typed, in a moment."""
        st.session_state[_ON_PAGE] = [one.shown.surface for one in self._listed]
        if self._search is None or self._search.is_settled:
            _tell(self._search, self._listed)
        else:
            _run_again_once_settled()


@st.fragment(run_every=_LOOKS_EVERY)
def _run_again_once_settled() -> None:
    """Draw the page anew when it can be told, without this, which so ends."""
    search = st.session_state.get(_SEARCH)
    if search is not None and search.is_settled:
        st.rerun()


def _tell(search: _Search | None, listed: Sequence[_Listed]) -> None:
    new = [one for one in listed if not one.is_told]
    asked = search.event if search and not search.is_told else None
    if not new and asked is None:
        return
    lists, search_id = [one.shown for one in new], search.event.search_id if search else None
    told_at = written(lambda session: record_shown(session, lists, asked=asked, search_id=search_id))
    for one in new:
        _lists()[one.shown.surface] = replace(one, is_told=True, shown_at=told_at)
    if search:
        st.session_state[_SEARCH] = replace(search, is_told=True)


def opened(prompt_id: int) -> Surface | None:
    """The reader opened a prompt from the page they were on; returns the list, where it was in one.

    A link tells nothing when it is followed: the first list of that page that holds the prompt is taken for it.
    """
    for surface in st.session_state.get(_ON_PAGE, ()):
        listed = _lists().get(surface)
        if listed is not None and any(placed.prompt_id == prompt_id for placed in listed.shown.prompts):
            _click(surface, prompt_id, Action.OPEN)
            return Surface(surface)
    return None


def copied(prompt_id: int, surface: Surface | None) -> None:
    """The reader copied a prompt that they had opened from a list."""
    if surface is not None:
        _click(surface, prompt_id, Action.COPY)


def _lists() -> dict[Surface, _Listed]:
    found: dict[Surface, _Listed] = st.session_state.setdefault(_LISTS, {})
    return found


def visit() -> str:
    """A name for this browser session, which tells nobody's."""
    return str(st.session_state.setdefault(_VISIT, uuid.uuid4().hex))


def _click(surface: Surface, prompt_id: int, action: Action) -> None:
    listed = _lists().get(surface)
    if listed is None:
        return
    _tell(st.session_state.get(_SEARCH) if surface == Surface.SEARCH else None, [listed])
    list_id, shown_at = listed.shown.list_id, _lists()[surface].shown_at
    if shown_at is not None:
        written(lambda session: record_click(session, list_id, shown_at, prompt_id, action))


def written(write: Callable[[Session], Any]) -> Any:
    """What a statement says that is committed for the viewer; None where it could not be, which is logged."""
    try:
        with viewer.open_session() as session:
            done = write(session)
            session.commit()
    except SQLAlchemyError as error:
        log.warning("not_recorded", fault=type(getattr(error, "orig", None) or error).__name__)
        return None
    return done
