"""What was imported, what was refused, and how much the library holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from schema.models import BatchKind, BatchStatus, Collection, ImportBatch, ImportRejection, Prompt, PromptSource


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
    passed_over: list[dict[str, Any]]
    options: dict[str, Any] | None
    picture_faults: list[dict[str, Any]]

    def total(self, count: str) -> int:
        """Sum of one count over the files."""
        return sum(file.get(count, 0) for file in self.files)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was not accepted, and why. Its row number is 0 where the whole file was refused."""

    id: int
    file: str
    row_number: int
    reason: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vanished:
    """A record that a newer version of its collection no longer holds. `is_archived` tells of its prompt."""

    prompt_id: int
    title: str
    file: str
    is_archived: bool


def vanished_in(session: Session, batch_id: int, *, take: int = 100) -> list[Vanished]:
    """The records that an import no longer found, in order of their files."""
    source = PromptSource
    statement = (
        select(source.prompt_id, source.title, source.file, Prompt.archived_at.is_not(None).label("is_archived"))
        .join(Prompt, Prompt.id == source.prompt_id)
        .where(source.vanished_batch_id == batch_id)
        .order_by(source.file, source.row_number)
        .limit(take)
    )
    return [Vanished(**row) for row in session.execute(statement).mappings()]


def recent_batches(
    session: Session, *, kind: BatchKind | None = None, batch_id: int | None = None, take: int = 20
) -> list[BatchSummary]:
    """The newest batches, newest first, or the one with that id; empty for a viewer who is not a curator."""
    batch = ImportBatch
    columns = (
        batch.id,
        batch.kind,
        batch.status,
        Collection.name.label("collection"),
        batch.started_at,
        batch.files,
        batch.failure,
        batch.passed_over,
        batch.options,
        batch.picture_faults,
    )
    statement = select(*columns).outerjoin(Collection, Collection.id == batch.collection_id).order_by(batch.id.desc())
    if kind is not None:
        statement = statement.where(batch.kind == kind)
    if batch_id is not None:
        statement = statement.where(batch.id == batch_id)
    return [BatchSummary(**row) for row in session.execute(statement.limit(take)).mappings()]


def batch_exists(session: Session, batch_id: int) -> bool:
    """Whether the history has this batch."""
    return session.get(ImportBatch, batch_id) is not None


def rejections_of(session: Session, batch_id: int, *, only_open: bool = False, take: int = 100) -> list[Rejection]:
    """The first rejected records of a batch, in the order of the files; `only_open`: those not corrected since."""
    refused = ImportRejection
    columns = (refused.id, refused.file, refused.row_number, refused.reason, refused.record)
    statement = select(*columns).where(refused.batch_id == batch_id).order_by(refused.id).limit(take)
    if only_open:
        statement = statement.where(refused.resolved_at.is_(None))
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
