"""What the reader was shown and opened, told to the library once: a rerun that shows the same tells nothing.

A page collects its lists in a `ShownPage` and ends with `tell()`. What cannot be written is logged; the page goes on.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
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

_LISTS, _ON_PAGE, _SEARCH, _VISIT = "shown_lists", "shown_on_page", "shown_search", "visit"


@dataclass(frozen=True, slots=True)
class _Told:
    """A list as it was told: `shown_at` is None where that failed."""

    content: tuple[object, ...]
    shown: Shown
    shown_at: datetime | None = None


class ShownPage:
    """The lists of one page, as it is drawn."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._new: list[_Told] = []
        self._surfaces: list[Surface] = []
        self._asked: Asked | None = None
        self._search_id: uuid.UUID | None = None

    def search(self, query: str, filters: tuple[object, ...], found: int) -> None:
        """The page shows what was searched for; another page of the same search is no new search."""
        asked = (viewer.viewer_id(), query, filters)
        before, search_id = st.session_state.get(_SEARCH, (None, None))
        if before != asked:
            search_id = uuid.uuid4()
            st.session_state[_SEARCH] = (asked, search_id)
            self._asked = Asked(search_id, visit(), query, found)
        self._search_id = search_id

    def list(self, surface: Surface, prompts: Iterable[tuple[int, str | None]], first_place: int = 1) -> Opening:
        """The page shows these prompts, by id and reason, in this order; returns who hears of those that are opened."""
        placed = tuple(PlacedPrompt(one, place, why) for place, (one, why) in enumerate(prompts, first_place))
        content = (viewer.viewer_id(), self._search_id, tuple(one.prompt_id for one in placed), first_place)
        self._surfaces.append(surface)
        before = _lists().get(surface)
        if before is None or before.content != content:
            before = _Told(content, Shown(uuid.uuid4(), surface, placed))
            self._new.append(before)
        return Opening(surface, lambda prompt_id: _click(surface, prompt_id, Action.OPEN))

    def tell(self) -> None:
        """Tell the library what is new on this page."""
        st.session_state[_ON_PAGE] = self._surfaces
        if not self._new and self._asked is None:
            return
        lists = [told.shown for told in self._new]
        told_at = written(lambda session: record_shown(session, lists, asked=self._asked, search_id=self._search_id))
        for told in self._new:
            _lists()[told.shown.surface] = replace(told, shown_at=told_at)


def opened(prompt_id: int) -> Surface | None:
    """The reader opened a prompt from the page they were on; returns the list, where it was in one.

    A link tells nothing when it is followed: the first list of that page that holds the prompt is taken for it.
    """
    for surface in st.session_state.get(_ON_PAGE, ()):
        told = _lists().get(surface)
        if told is not None and any(placed.prompt_id == prompt_id for placed in told.shown.prompts):
            _click(surface, prompt_id, Action.OPEN)
            return Surface(surface)
    return None


def copied(prompt_id: int, surface: Surface | None) -> None:
    """The reader copied a prompt that they had opened from a list."""
    if surface is not None:
        _click(surface, prompt_id, Action.COPY)


def _lists() -> dict[Surface, _Told]:
    found: dict[Surface, _Told] = st.session_state.setdefault(_LISTS, {})
    return found


def visit() -> str:
    """A name for this browser session, which tells nobody's."""
    return str(st.session_state.setdefault(_VISIT, uuid.uuid4().hex))


def _click(surface: Surface, prompt_id: int, action: Action) -> None:
    told = _lists().get(surface)
    if told is not None and told.shown_at is not None:
        list_id, shown_at = told.shown.list_id, told.shown_at
        written(lambda session: record_click(session, list_id, shown_at, prompt_id, action))


def written(write: Callable[[Session], Any]) -> Any:
    """What a statement says that is committed for the viewer; None where it could not be, which is logged."""
    try:
        with viewer.open_session() as session:
            done = write(session)
            session.commit()
    except SQLAlchemyError as error:
        log.warning("not_recorded", reason=str(getattr(error, "orig", error)))
        return None
    return done
