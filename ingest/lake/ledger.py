"""What PostgreSQL holds into the lake: the events that were loaded, and those that the dashboard wrote itself."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Engine, text

from ingest.lake.days import OpenDay, dropped_days, each_day, open_day, registered
from ingest.lake.ids import first_of_each
from ingest.lake.layout import EVENTS
from ingest.lake.manifest import LakeFile, Manifest
from ingest.lake.names import ids_as_bytes
from ingest.lake.spool import Spool
from ingest.lake.store import Lake
from ingest.lake.write import LakeResult, add_events, kept_rows
from ingest.staging import Progress, no_progress
from schema.database import connect, driver_of

_BLOCK_BYTES = 8 * 1024 * 1024
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)

# The transaction sees one state of the ledger; the days are asked for one by one, so that each is read by its place.
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_LOADED_DAYS = """
SELECT d.activity_date FROM library.activity_days AS d
WHERE d.activity_date BETWEEN :first AND :last AND d.events_dropped_at IS NULL
ORDER BY d.activity_date
"""
# One state of a day's events is told from another by what is in all of their columns. A day whose month was dropped
# from the ledger is as it was.
_OWN_DAYS = """
SELECT
    cast(e.occurred_at AT TIME ZONE 'UTC' AS date),
    count(*) || '-' || to_hex(bit_xor(hashtextextended(cast(e AS text), 0)))
FROM library.activity_events AS e
WHERE e.batch_id IS NULL AND e.occurred_at >= :start AND e.occurred_at < :end
GROUP BY 1
"""
_COPY = """
COPY (
    SELECT
        event_id, cast(extract(epoch FROM occurred_at) * 1000000 AS bigint), event_type, user_id, prompt_id,
        session_id, query, result_count, position
    FROM library.activity_events
    WHERE occurred_at >= %s AND occurred_at < %s AND (batch_id IS NULL) = %s
) TO STDOUT (FORMAT csv)
"""
_TYPES = {field.name: field.type for field in EVENTS} | {"event_id": pa.string(), "occurred_at": pa.int64()}


def write_loaded(
    engine: Engine, lake: Lake, first: date | None = None, last: date | None = None, progress: Progress = no_progress
) -> LakeResult:
    """Add the events that were loaded into PostgreSQL, of the UTC days from `first` to `last`, both included.

    A day that the lake has lost begins anew with them, also where there are none.

    Raises:
        LakeDayError: days' markers or files cannot be read; the other days are written.
        LakeError: the lake cannot be reached.
    """
    result = LakeResult()
    with connect(engine) as ledger:
        ledger.execute(text(_SNAPSHOT))
        days = list(ledger.scalars(text(_LOADED_DAYS), {"first": first or _FIRST, "last": last or _LAST}))
        lost = registered(ledger).keys() - lake.manifests().keys()

        def add(day: date) -> None:
            with closing(Spool()) as spool:
                _spool(ledger, day, spool, is_own=False)
                added = add_events(engine, lake, day, spool, "loaded")[0] if spool.days() else 0
            if day in lost and not added:
                with open_day(engine, lake, day) as opened:
                    opened.commit(opened.files(), opened.manifest.own)
            if added:
                result.days[day] = added
            progress(str(day), added)

        each_day(days, add)
    return result


def write_own(
    engine: Engine, lake: Lake, first: date | None = None, last: date | None = None, progress: Progress = no_progress
) -> LakeResult:
    """Bring the dashboard's own events of these days up to date: they may change, so those of a day replace each other.

    Days on which nothing changed since are not written.

    Raises:
        LakeDayError: days' markers or files cannot be read; the other days are written.
        LakeError: the lake cannot be reached.
    """
    first, last = first or _FIRST, last or _LAST
    result = LakeResult()
    with connect(engine) as ledger:
        ledger.execute(text(_SNAPSHOT))
        bounds = {"start": _midnight(first), "end": _midnight(last + timedelta(days=1))}
        states: dict[date, str] = dict(ledger.execute(text(_OWN_DAYS), bounds).tuples().all())
        dropped = dropped_days(ledger)
        held = {
            day: one.own if isinstance(one, Manifest) else "unreadable"
            for day, one in lake.manifests().items()
            if first <= day <= last and day not in dropped
        }

        def replace(day: date) -> None:
            with closing(Spool()) as spool, open_day(engine, lake, day) as opened:
                _spool(ledger, day, spool, is_own=True)
                files = _own_files(opened, spool)
                opened.commit([*opened.files("files", "loaded"), *files], states.get(day))
            result.days[day] = sum(file.rows for file in files)
            progress(str(day), result.days[day])

        each_day((day for day in sorted(states.keys() | held.keys()) if states.get(day) != held.get(day)), replace)
    return result


def _own_files(opened: OpenDay, spool: Spool) -> list[LakeFile]:
    """The dashboard's own events of a day, written aside but for those that came by file before."""
    if opened.day not in spool.days():
        return []
    ids = (events["event_id"].combine_chunks() for events in spool.events(opened.day))
    files = opened.files("files", "loaded")
    expected = opened.manifest.rows_of("files", "loaded") + spool.rows(opened.day)
    is_first = first_of_each(opened.ids(files), ids, expected)
    return opened.write("dashboard", kept_rows(spool.events(opened.day), is_first))


def _spool(ledger: Connection, day: date, spool: Spool, *, is_own: bool) -> None:
    """Spool a day's events as the server sends them."""
    bounds = (_midnight(day), _midnight(day + timedelta(days=1)), is_own)
    with driver_of(ledger).cursor() as cursor, cursor.copy(_COPY, bounds) as copy:
        for block in _blocks(iter(copy)):
            spool.add(0, _events(block))


def _blocks(rows: Iterator[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """Rows, of which each comes for itself, many at once."""
    held = bytearray()
    for row in rows:
        held += row
        if len(held) >= _BLOCK_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _events(block: bytes) -> pa.Table:
    """A block of COPY's rows as EVENTS; it quotes an empty text, and not what is null."""
    table = pa_csv.read_csv(
        pa.BufferReader(block),
        pa_csv.ReadOptions(column_names=EVENTS.names, block_size=2 * _BLOCK_BYTES, use_threads=False),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(
            column_types=_TYPES, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    table = table.set_column(0, "event_id", ids_as_bytes(table["event_id"]))
    moments = table["occurred_at"].cast(pa.timestamp("us")).cast(EVENTS.field("occurred_at").type)
    return table.set_column(1, "occurred_at", moments).cast(EVENTS)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
