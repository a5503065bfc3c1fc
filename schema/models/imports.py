"""Import history: what was loaded when, and what could not be."""

import enum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Created, Key, Moment, one_of


class BatchKind(enum.StrEnum):
    """What a batch brought."""

    PROMPTS = "PROMPTS"
    USERS = "USERS"
    ACTIVITY = "ACTIVITY"
    SUBSCRIPTIONS = "SUBSCRIPTIONS"


class BatchStatus(enum.StrEnum):
    """How a batch ended. A batch that failed, or was undone, left nothing but its row."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNDONE = "UNDONE"


class ImportBatch(Base):
    """One import: all of its files in one transaction.

    `files` holds the counts of each file, `passed_over` the files that hold no prompts: label and reason; so does
    `picture_faults` of pictures that prompts are without. `options` is what the curator said of an import of prompts.
    """

    __tablename__ = "import_batches"

    id: Mapped[Key]
    kind: Mapped[BatchKind] = mapped_column(one_of(BatchKind))
    status: Mapped[BatchStatus] = mapped_column(one_of(BatchStatus))
    collection_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.collections.id"), index=True)
    started_by: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="SET NULL"), index=True)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    failure: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[Created]
    finished_at: Mapped[Moment | None]
    passed_over: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    undone_at: Mapped[Moment | None]
    options: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    picture_faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")

    __table_args__ = (
        CheckConstraint("kind IN ('PROMPTS', 'USERS', 'ACTIVITY', 'SUBSCRIPTIONS')", name="kind"),
        CheckConstraint("status IN ('SUCCEEDED', 'FAILED', 'UNDONE')", name="status"),
    )


class ImportRejection(Base):
    """A record that was not accepted: where it stood, what it said and why."""

    __tablename__ = "import_rejections"

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id", ondelete="CASCADE"), index=True)
    file: Mapped[str] = mapped_column(Text)
    row_number: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    record: Mapped[Any] = mapped_column(JSONB)
    rejected_at: Mapped[Created]
    resolved_at: Mapped[Moment | None]


class ImportChange(Base):
    """A row as it was before a batch changed it; `before` is null for one that the batch inserted.

    Prompts and sources that a batch inserted name it themselves. For `prompt_tags`, `row_id` is the prompt and `before`
    the list of its tags' ids.
    """

    __tablename__ = "import_changes"

    relation: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    batch_id: Mapped[int] = mapped_column(
        ForeignKey(f"{LIBRARY}.import_batches.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    before: Mapped[Any | None] = mapped_column(JSONB)

    __table_args__ = (
        CheckConstraint(
            "relation IN ('prompts', 'prompt_sources', 'prompt_tags', 'tags', 'users', 'collections', "
            "'import_rejections')",
            name="relation",
        ),
    )
