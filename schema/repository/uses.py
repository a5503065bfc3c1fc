"""What readers do with a prompt, written into the ledger for the session's viewer as it happens."""

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from schema.models import EventType
from schema.repository.impressions import bound_wait

COUNTED = (EventType.VIEW, EventType.COPY, EventType.PAYWALL_VIEW)

_USE = "SELECT library.record_use(cast(:event_id AS uuid), :what, :prompt_id, :visit)"
_LIKE = "SELECT library.record_like(:prompt_id, :likes, :visit)"


def record_use(session: Session, event_id: uuid.UUID, what: EventType, prompt_id: int, visit: str) -> bool:
    """Record a view, a copy or a meeting with the lock; whether that was new.

    The same event writes nothing twice, nor does a person's second view within half an hour. Nothing is written of a
    prompt that is not there, a lock that is open to the viewer, or a text that they may not read.

    Raises:
        ValueError: it is another kind of event.
        sqlalchemy.exc.DBAPIError: it could not be written; where the day is held by a load, at once.
    """
    if what not in COUNTED:
        raise ValueError(f"{what} is recorded in another way")
    bound_wait(session)
    values = {"event_id": event_id, "what": what.value, "prompt_id": prompt_id, "visit": visit}
    return bool(session.execute(text(_USE), values).scalar_one())


def record_like(session: Session, prompt_id: int, *, likes: bool, visit: str) -> bool:
    """Let the session's viewer like a prompt from now on, or no longer; whether that is a change.

    Said twice it writes nothing twice. A visitor likes nothing.

    Raises:
        sqlalchemy.exc.DBAPIError: it could not be written; where a load holds the day, after three seconds.
    """
    values = {"prompt_id": prompt_id, "likes": likes, "visit": visit}
    return bool(session.execute(text(_LIKE), values).scalar_one())
