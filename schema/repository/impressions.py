"""What readers were shown and what they opened of it: written for the viewer, and read by the warehouse only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.models import Action, Surface

# Beside the wait for a lock, which the functions themselves keep to a quarter of a second.
MAX_MILLISECONDS = 1_000

_BOUND = "SELECT set_config('statement_timeout', :milliseconds, true)"
_SHOWN = """
SELECT library.record_shown(
    cast(:list_ids AS uuid[]), cast(:surfaces AS text[]), cast(:prompt_ids AS bigint[]), cast(:places AS integer[]),
    cast(:reasons AS text[]), cast(:search AS uuid), :visit, :asked, :found
)
"""
_CLICK = "SELECT library.record_click(cast(:list_id AS uuid), :shown_at, :prompt_id, :action)"


@dataclass(frozen=True, slots=True)
class PlacedPrompt:
    """A prompt in a list: its place, from 1 on over all pages, and why it is there, if that was said."""

    prompt_id: int
    place: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as a reader saw it, under an id that its clicks name."""

    list_id: uuid.UUID
    surface: Surface
    prompts: tuple[PlacedPrompt, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: the id of its event, the visit it belongs to, the words, and how many prompts it found."""

    search_id: uuid.UUID
    visit: str
    query: str
    found: int


def bound_wait(session: Session) -> None:
    """Let what is only counted take no longer than MAX_MILLISECONDS in this transaction."""
    session.execute(text(_BOUND), {"milliseconds": str(MAX_MILLISECONDS)})


def record_shown(
    session: Session, lists: Sequence[Shown], *, asked: Asked | None = None, search_id: uuid.UUID | None = None
) -> datetime:
    """Record the lists of one page for the session's viewer, and the moment that clicks on them name.

    `asked` makes an event in the ledger; a further page of the same search gives its `search_id` alone. Nothing waits:
    where the day is held by a load, this fails at once.

    Raises:
        sqlalchemy.exc.DBAPIError: it could not be written.
    """
    rows = [(shown, placed) for shown in lists for placed in shown.prompts]
    parameters = {
        "list_ids": [shown.list_id for shown, _ in rows],
        "surfaces": [shown.surface.value for shown, _ in rows],
        "prompt_ids": [placed.prompt_id for _, placed in rows],
        "places": [placed.place for _, placed in rows],
        "reasons": [placed.reason for _, placed in rows],
        "search": asked.search_id if asked else search_id,
        "visit": asked.visit if asked else None,
        "asked": asked.query if asked else None,
        "found": asked.found if asked else None,
    }
    bound_wait(session)
    moment: datetime = session.execute(text(_SHOWN), parameters).scalar_one()
    return moment


def record_click(session: Session, list_id: uuid.UUID, shown_at: datetime, prompt_id: int, action: Action) -> None:
    """Record what the session's viewer did with a prompt of a list that they were shown; a second time changes nothing.

    The first prompt that is opened from a search is the one that its event names. A list of somebody else is passed
    over.

    Raises:
        sqlalchemy.exc.DBAPIError: it could not be written.
    """
    bound_wait(session)
    values = {"list_id": list_id, "shown_at": shown_at, "prompt_id": prompt_id, "action": action.value}
    session.execute(text(_CLICK), values)
