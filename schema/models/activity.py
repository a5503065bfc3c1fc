"""The activity ledger: what people did with prompts, one row an event, partitioned by month."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Moment, one_of


class EventType(enum.StrEnum):
    """What happened."""

    VIEW = "view"
    COPY = "copy"
    LIKE = "like"
    UNLIKE = "unlike"
    SHARE = "share"
    SEARCH = "search"
    PAYWALL_VIEW = "paywall_view"
    SIGN_IN = "sign_in"


class ActivityEvent(Base):
    """One event. The partition key is part of the primary key; ingest keeps `event_id` unique over all months.

    Events that the dashboard records have no `batch_id`.
    """

    __tablename__ = "activity_events"

    event_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    occurred_at: Mapped[Moment] = mapped_column(primary_key=True)
    event_type: Mapped[EventType] = mapped_column(one_of(EventType))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="SET NULL"))
    prompt_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(Text)
    query: Mapped[str | None] = mapped_column(Text)
    result_count: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int | None] = mapped_column(Integer)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"))

    __table_args__ = (
        CheckConstraint(
            "event_type IN ('view', 'copy', 'like', 'unlike', 'share', 'search', 'paywall_view', 'sign_in')",
            name="event_type",
        ),
        CheckConstraint(
            "event_type IN ('search', 'sign_in') OR prompt_id IS NOT NULL", name="prompt_events_name_a_prompt"
        ),
        Index(
            "ix_activity_events_occurred_at",
            "occurred_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16},
        ),
        Index("ix_activity_events_user_id_occurred_at", "user_id", "occurred_at"),
        Index("ix_activity_events_prompt_id", "prompt_id"),
        Index(
            "ix_activity_events_likes",
            *("user_id", "prompt_id", "occurred_at"),
            postgresql_where=text("event_type IN ('like', 'unlike')"),
        ),
        Index("ix_activity_events_own", "occurred_at", postgresql_where=text("batch_id IS NULL")),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )


class ActivityDay(Base):
    """A UTC day that has, or had, events. Its revision grows with every change of them.

    `events_dropped_at` is when its month was dropped from the ledger: what was counted of it stays as it is.
    `lake_version` is the version of the day in the event lake that its revision answers for; null where it is in none.
    """

    __tablename__ = "activity_days"

    activity_date: Mapped[date] = mapped_column(Date, primary_key=True)
    revision: Mapped[int] = mapped_column(
        BigInteger,
        Sequence("activity_revisions", schema=LIBRARY),
        server_default=text(f"nextval('{LIBRARY}.activity_revisions')"),
    )
    events_dropped_at: Mapped[Moment | None]
    lake_version: Mapped[str | None] = mapped_column(Text)


class RecentUses(Base):
    """What a person viewed last, or copied last, in the event lake: prompts with the moments, the newest first.

    Only the engine spark fills it. What the dashboard recorded may be among it, and is in the ledger, too.
    """

    __tablename__ = "recent_uses"

    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), primary_key=True)
    event_type: Mapped[EventType] = mapped_column(one_of(EventType), primary_key=True)
    prompt_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    used_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))

    __table_args__ = (
        CheckConstraint("event_type IN ('view', 'copy')", name="event_type"),
        CheckConstraint("cardinality(prompt_ids) = cardinality(used_at)", name="a_moment_each"),
    )
