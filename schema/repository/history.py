"""What was imported, what was refused, and how much the library holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from schema.models import BatchKind, BatchStatus, Collection, ImportBatch, ImportRejection


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """One line of the import history."""

    id: int
    kind: BatchKind
    status: BatchStatus
    collection: str | None
    started_at: datetime
    files: list[dict[str, Any]]
    failure: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was not accepted, and why."""

    file: str
    row_number: int
    reason: str
    record: dict[str, Any]


def recent_batches(session: Session, *, kind: BatchKind | None = None, take: int = 20) -> list[BatchSummary]:
    """The newest batches, newest first; empty for a viewer who is not a curator."""
    batch = ImportBatch
    columns = (
        batch.id,
        batch.kind,
        batch.status,
        Collection.name.label("collection"),
        batch.started_at,
        batch.files,
        batch.failure,
    )
    statement = select(*columns).outerjoin(Collection, Collection.id == batch.collection_id).order_by(batch.id.desc())
    if kind is not None:
        statement = statement.where(batch.kind == kind)
    return [BatchSummary(**row) for row in session.execute(statement.limit(take)).mappings()]


def batch_exists(session: Session, batch_id: int) -> bool:
    """Whether the history has this batch."""
    return session.get(ImportBatch, batch_id) is not None


def rejections_of(session: Session, batch_id: int, *, take: int = 100) -> list[Rejection]:
    """The first rejected records of a batch, in the order of the files."""
    refused = ImportRejection
    columns = (refused.file, refused.row_number, refused.reason, refused.record)
    statement = select(*columns).where(refused.batch_id == batch_id).order_by(refused.id).limit(take)
    return [Rejection(**row) for row in session.execute(statement).mappings()]


def library_counts(session: Session) -> dict[str, int]:
    """Rows of the main tables, as far as the session's role may see them."""
    tables = ("users", "prompts", "tags", "collections", "activity_events", "user_prompt_likes", "subscriptions")
    counts = ", ".join(f"(SELECT count(*) FROM library.{table}) AS {table}" for table in tables)
    row = session.execute(text(f"SELECT {counts}")).one()
    return {name: int(count) for name, count in row._mapping.items()}


def last_activity(session: Session) -> datetime | None:
    """The moment of the newest event."""
    return session.scalar(select(func.max(text("occurred_at"))).select_from(text("library.activity_events")))
