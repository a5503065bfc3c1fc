"""Views of the marts that analysts saved, as far as the session's viewer may see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from schema.models import SavedView

MAX_NAME = 80
_COLUMNS = (
    SavedView.id,
    SavedView.owner_id,
    SavedView.name,
    SavedView.question,
    SavedView.is_shared,
    SavedView.saved_at,
)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view; `question` is what was saved, in the words of whoever saves."""

    id: int
    owner_id: int
    name: str
    question: dict[str, Any]
    is_shared: bool
    saved_at: datetime


def saved_views(session: Session, *, take: int = 200) -> list[View]:
    """The viewer's own views and those that others share, by name."""
    statement = select(*_COLUMNS).order_by(func.lower(SavedView.name), SavedView.id).limit(take)
    return [View(**row) for row in session.execute(statement).mappings()]


def find_view(session: Session, view_id: int) -> View | None:
    """The view of this id; None where there is none, or none that the viewer may see."""
    row = session.execute(select(*_COLUMNS).where(SavedView.id == view_id)).mappings().one_or_none()
    return View(**row) if row else None


def save_view(session: Session, owner_id: int, name: str, question: dict[str, Any], *, is_shared: bool) -> int:
    """Save a view of the session's viewer; one of the same name is replaced. Returns its id."""
    values = {"question": question, "is_shared": is_shared, "saved_at": func.now()}
    statement = insert(SavedView).values(owner_id=owner_id, name=name, **values)
    statement = statement.on_conflict_do_update(constraint="uq_saved_views_owner_id_name", set_=values)
    return int(session.execute(statement.returning(SavedView.id)).scalar_one())


def share_view(session: Session, view_id: int, *, is_shared: bool) -> bool:
    """Show a view to other analysts, or no more; False where it is not the viewer's."""
    statement = update(SavedView).where(SavedView.id == view_id).values(is_shared=is_shared)
    return bool(session.execute(statement.returning(SavedView.id)).all())


def delete_view(session: Session, view_id: int) -> bool:
    """Delete a view; False where it is not the viewer's."""
    return bool(session.execute(delete(SavedView).where(SavedView.id == view_id).returning(SavedView.id)).all())
