"""The way back: events that came to the lake alone, loaded into the ledger."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Engine

from ingest.activity import merge
from ingest.activity.known import find_known_events
from ingest.batch import Batch, FileResult, open_batch
from ingest.errors import LakeDayError, LakeError
from ingest.lake.days import dropped_days, each_day, open_day, registered
from ingest.lake.files import read_events
from ingest.lake.layout import EVENTS, lost
from ingest.lake.manifest import LakeFile
from ingest.lake.store import Lake
from ingest.lake.write import LakeResult
from ingest.staging import Progress, no_progress
from schema.database import connect
from schema.models import BatchKind
from schema.wording import counted

_COLUMNS = ", ".join(EVENTS.names)
_CREATE = """
CREATE TEMPORARY TABLE lake_events (
    event_id uuid, occurred_at timestamptz, event_type text, user_id bigint, prompt_id bigint, session_id text,
    query text, result_count integer, position integer
) ON COMMIT DROP
"""
_COPY = f"COPY lake_events ({_COLUMNS}) FROM STDIN (FORMAT csv)"
_PARTITIONS = "SELECT library.ensure_activity_partitions(:day, :day)"
# As after a person or a prompt is deleted: the event stays without the person, and goes with the prompt.
_INSERT = f"""
INSERT INTO library.activity_events ({_COLUMNS}, batch_id)
SELECT
    e.event_id, e.occurred_at, e.event_type, u.id, e.prompt_id, e.session_id, e.query, e.result_count, e.position,
    :batch_id
FROM lake_events AS e
LEFT JOIN library.users AS u ON u.id = e.user_id
WHERE
    (e.prompt_id IS NULL OR EXISTS (SELECT FROM library.prompts AS p WHERE p.id = e.prompt_id))
    AND NOT EXISTS (SELECT FROM known_events AS k WHERE k.event_id = e.event_id)
"""
_LIKES = merge.LIKES_OF.format(
    touched="SELECT DISTINCT user_id, prompt_id FROM lake_events WHERE event_type IN ('like', 'unlike')"
)


def only_in_lake(engine: Engine, lake: Lake) -> dict[date, int | LakeDayError]:
    """The days of which the lake has events that may not be in the ledger, with how many.

    An error stands for a day of which that is not known, as it cannot be read. Days that are kept no longer are none.
    """
    with connect(engine) as connection:
        known, dropped = registered(connection), dropped_days(connection)
    if not known:
        return {}
    found = lake.manifests()
    days: dict[date, int | LakeDayError] = {}
    for day in sorted((known.keys() | found.keys()) - dropped):
        one = found.get(day, LakeDayError(lost(day)))
        if isinstance(one, LakeDayError):
            days[day] = one
        elif rows := one.rows_of("files"):
            days[day] = rows
    return days


def refuse_if_only_in_lake(engine: Engine, lake: Lake) -> None:
    """See that the ledger holds all events, so that it can be counted.

    Raises:
        LakeDayError: days of the lake cannot be read, which may have events that it has not.
        LakeError: the lake has events that it may not have; the message says what to do.
    """
    found = only_in_lake(engine, lake)
    each_day(found, lambda day: _rows(found[day]))
    days = {day: _rows(rows) for day, rows in found.items()}
    if days:
        events, span = counted(sum(days.values()), "event"), counted(len(days), "day")
        raise LakeError(
            f"PROMPTORY_ENGINE is postgres, but {events} of {span}, from {min(days)} to {max(days)}, are in the lake "
            "and may not be in the database: load them with promptory lake restore, or set PROMPTORY_ENGINE=spark."
        )


def restore(engine: Engine, lake: Lake, progress: Progress = no_progress) -> LakeResult:
    """Load into the ledger what came to the lake alone, a day at a time; what is there already is not loaded again.

    Likes follow from it, as they do from a load. Days whose months are kept no longer are left where they are.

    Raises:
        LakeDayError: days' markers or files cannot be read, or are lost; the other days are loaded.
        LakeError: the lake cannot be reached.
    """
    result, found = LakeResult(), only_in_lake(engine, lake)

    def load(day: date) -> None:
        _rows(found[day])
        with open_day(engine, lake, day) as opened:
            files = opened.files("files")
            with open_batch(engine, BatchKind.ACTIVITY, [f"lake/dt={day}"]) as batch:
                result.days[day] = _load(batch, lake, day, files)
            # Their content is as it was: they are now what the ledger holds, too.
            known = [one.model_copy(update={"source": "loaded"}) if one in files else one for one in opened.files()]
            opened.commit(known, opened.manifest.own, same_events=True)
        progress(str(day), result.days[day])

    each_day(found, load)
    return result


def _rows(found: int | LakeDayError) -> int:
    if isinstance(found, LakeDayError):
        raise found
    return found


def _load(batch: Batch, lake: Lake, day: date, files: list[LakeFile]) -> int:
    """The events of files of a day that the ledger does not have; returns how many."""
    batch.run(_PARTITIONS, day=day)
    batch.run(_CREATE)
    with batch.cursor() as cursor, cursor.copy(_COPY) as copy:
        for content in _as_csv(read_events(lake, day, files)):
            copy.write(content)
    batch.run("ANALYZE lake_events")
    find_known_events(batch, "lake_events")
    inserted = batch.run(_INSERT, batch_id=batch.id)
    batch.run(_LIKES)
    found = sum(file.rows for file in files)
    batch.files.append(
        FileResult(f"lake/dt={day}", "parquet", found=found, inserted=inserted, duplicates=found - inserted)
    )
    return inserted


def _as_csv(events: Iterator[pa.Table]) -> Iterator[memoryview]:
    for table in events:
        ids = pa.array([one.hex() for one in table["event_id"].to_pylist()], pa.string())
        stream = pa.BufferOutputStream()
        pa_csv.write_csv(table.set_column(0, "event_id", ids), stream, pa_csv.WriteOptions(include_header=False))
        yield memoryview(stream.getvalue())
