"""How many events the library has where they lie in the lake: the dashboard's own in the ledger, all others there.

What the dashboard wrote is in the ledger whether it has gone to the lake or not: what the lake has of it is not added.
What was loaded into the ledger before the engine was spark is in the lake, too, and counts there.
"""

from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Engine, text

from ingest.errors import LakeDayError
from ingest.lake.files import read_column
from ingest.lake.layout import EVENTS
from ingest.lake.manifest import LakeFile, Manifest
from ingest.lake.store import Lake
from schema.database import connect
from schema.settings import get_settings

_OWN = "SELECT count(*), max(occurred_at) FROM library.activity_events WHERE batch_id IS NULL"


def lake_in_use() -> Lake | None:
    """The lake, where the engine is spark; else None: the ledger holds all events."""
    settings = get_settings()
    return Lake(settings.lake) if settings.engine == "spark" else None


def events_held(engine: Engine, lake: Lake) -> tuple[int, datetime | None]:
    """How many events there are, and the moment of the newest.

    Days whose markers cannot be read are left out; `check` tells of them.

    Raises:
        LakeError: the lake cannot be reached.
    """
    manifests = [one for one in lake.manifests().values() if isinstance(one, Manifest)]
    with connect(engine) as connection:
        own, newest = connection.execute(text(_OWN)).tuples().one()
    events = int(own) + sum(one.events - one.rows_of("dashboard") for one in manifests)
    found = next((last for one in reversed(manifests) if (last := _newest(lake, one))), None)
    return events, max((moment for moment in (newest, found) if moment), default=None)


def events_by_day(lake: Lake) -> dict[date, int]:
    """How many events each day of the lake has; days whose markers cannot be read are left out.

    Raises:
        LakeError: the lake cannot be reached.
    """
    return {day: one.events for day, one in lake.manifests().items() if isinstance(one, Manifest)}


def events_of_prompts(lake: Lake, prompts: list[int]) -> int:
    """How many events that the dashboard did not write name some prompts.

    The whole lake is read for it, one column of each file.

    Raises:
        LakeDayError: a day cannot be read.
        LakeError: the lake cannot be reached.
    """
    events, wanted = 0, pa.array(prompts, pa.int64())
    for day, manifest in lake.manifests().items() if prompts else ():
        if isinstance(manifest, LakeDayError):
            raise manifest
        for values in read_column(lake, day, _of_others(manifest), "prompt_id"):
            events += pc.sum(pc.is_in(values, wanted)).as_py() or 0
    return events


def _newest(lake: Lake, manifest: Manifest) -> datetime | None:
    """The moment of a day's last event, as its files' ends tell; the day itself, where they cannot be read."""
    place = EVENTS.get_field_index("occurred_at")
    moments: list[datetime] = []
    try:
        for file in manifest.files:
            with lake.reading(manifest.day, file.name) as table:
                groups = (table.metadata.row_group(number) for number in range(table.metadata.num_row_groups))
                found = (group.column(place).statistics for group in groups)
                moments += [one.max for one in found if one]
    except LakeDayError:
        return datetime.combine(manifest.day, datetime.min.time(), UTC)
    return max(moments, default=None)


def _of_others(manifest: Manifest) -> list[LakeFile]:
    return [file for file in manifest.files if file.source != "dashboard"]
