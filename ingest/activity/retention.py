"""Drop months of raw events that are no longer kept; what was counted of their days stays."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine, text

from ingest.batch import wait_for_turn
from schema.database import connect


def drop_old_activity(engine: Engine, months: int, today: date | None = None) -> int:
    """Drop the events of all but the present month and `months` before it; returns the number of months dropped."""
    today = today or datetime.now(UTC).date()
    counted = today.year * 12 + today.month - 1 - months
    first_kept = date(counted // 12, counted % 12 + 1, 1)
    with connect(engine) as connection:
        wait_for_turn(connection)
        dropped = connection.scalar(text("SELECT library.drop_activity_before(:first)"), {"first": first_kept})
    return int(dropped or 0)
