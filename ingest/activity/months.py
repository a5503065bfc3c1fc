"""The ledger's months: filled, made ahead, and dropped when they are no longer kept."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine, text

from ingest.activity import merge
from ingest.batch import Batch, wait_for_turn
from schema.database import connect

MANY_EVENTS = 10_000
"""From so many events on, a month that has none yet is written aside: its keys, indexes and references are then made
all at once, which takes a quarter of the time."""


def insert_events(batch: Batch) -> None:
    """Insert the staged events that are not excluded, into the partitions of their months."""
    for month, events in batch.connection.execute(text(merge.MONTHS)).tuples().all():
        table = None
        if events >= MANY_EVENTS:
            table = batch.connection.scalar(text("SELECT library.begin_activity_month(:month)"), {"month": month})
        if table is None:
            batch.connection.execute(
                text("SELECT library.ensure_activity_partitions(:month, :month)"), {"month": month}
            )
        bounds = {"month_start": _midnight(month), "month_end": _midnight(_next(month))}
        batch.run(merge.INSERT.format(table=table or "activity_events"), batch_id=batch.id, **bounds)
        if table is not None:
            batch.connection.execute(text("SELECT library.finish_activity_month(:month)"), {"month": month})


def keep_months(engine: Engine, months: int, today: date | None = None) -> int:
    """Make the months of the next ninety days; drop the raw events of all but `months` before the present one.

    What was shown and clicked is kept as long, and what was counted of the dropped days stays. Returns the number of
    months of events dropped.
    """
    today = today or datetime.now(UTC).date()
    counted = today.year * 12 + today.month - 1 - months
    first_kept = date(counted // 12, counted % 12 + 1, 1)
    with connect(engine) as connection:
        wait_for_turn(connection)
        ahead = {"first": today, "last": today + timedelta(days=90)}
        connection.execute(text("SELECT library.ensure_activity_partitions(:first, :last)"), ahead)
        connection.execute(text("SELECT library.ensure_impression_partitions(:first, :last)"), ahead)
        connection.execute(text("SELECT library.drop_impressions_before(:first)"), {"first": first_kept})
        dropped = connection.scalar(text("SELECT library.drop_activity_before(:first)"), {"first": first_kept})
    return int(dropped or 0)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
