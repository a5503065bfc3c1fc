"""Days made tidy: few files, nothing of people and prompts that are gone, nothing that no marker names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, text

from ingest.lake.days import OpenDay, drop_day, dropped_days, each_day, open_day, registered
from ingest.lake.files import read_column, read_events
from ingest.lake.layout import EVENTS, MARKER, is_ours
from ingest.lake.manifest import LakeFile, Source
from ingest.lake.store import Lake
from ingest.staging import Progress, no_progress
from schema.database import connect

SMALL_ROWS = 1_000_000

_GONE = """
SELECT n.id FROM unnest(cast(:ids AS bigint[])) AS n (id)
WHERE NOT EXISTS (SELECT FROM library.{table} AS t WHERE t.id = n.id)
"""


@dataclass(slots=True)
class Compaction:
    """What was made tidy: days whose files were merged, days from which people or prompts were taken, files deleted.

    `days_dropped` are those whose months are kept no longer.
    """

    days_merged: int = 0
    days_cleaned: int = 0
    days_dropped: int = 0
    files_deleted: int = 0


def compact(engine: Engine, lake: Lake, progress: Progress = no_progress) -> Compaction:
    """Merge the small files of each day, and take out what the library has no more.

    As in the ledger, the event of a person who is gone stays without the person, and the event of a prompt that is
    gone goes with it. Days whose months are kept no longer (`keep_months`) go as a whole.

    Raises:
        LakeDayError: days' markers or files cannot be read; the other days are tidy.
        LakeError: the lake cannot be reached.
    """
    done = Compaction()
    with connect(engine) as connection:
        dropped = dropped_days(connection)

    def tidy(day: date) -> None:
        if day in dropped:
            deleted = drop_day(engine, lake, day)
            done.files_deleted += deleted
            done.days_dropped += deleted > 0
            return
        with open_day(engine, lake, day) as opened:
            _tidy(opened, done)
        progress(str(day), opened.manifest.events)

    each_day(lake.days(), tidy)
    return done


def drop_months(engine: Engine, lake: Lake) -> int:
    """Take the days out of the lake whose months are kept no longer, and touch no other; returns how many those are.

    A library that never had a lake does not ask for one.

    Raises:
        LakeError: the lake cannot be reached.
    """
    with connect(engine) as connection:
        dropped = dropped_days(connection) if registered(connection) else set()
    # What is left of a day that was dropped before is an empty folder.
    old = [day for day in lake.days() if day in dropped and lake.names(day)] if dropped else []
    return sum(drop_day(engine, lake, day) > 0 for day in old)


def _tidy(opened: OpenDay, done: Compaction) -> None:
    people = _gone(opened, "user_id", "users")
    prompts = _gone(opened, "prompt_id", "prompts")
    sources: tuple[Source, ...] = get_args(Source)
    if len(people) or len(prompts):
        files = [
            file
            for source in sources
            for file in opened.write(source, _without(_events(opened, opened.files(source)), people, prompts))
        ]
        opened.commit(files, opened.manifest.own)
        done.days_cleaned += 1
    else:
        small = {source: [file for file in opened.files(source) if file.rows < SMALL_ROWS] for source in sources}
        merged = [file for files in small.values() if len(files) > 1 for file in files]
        if merged:
            kept = [file for file in opened.files() if file not in merged]
            for source, files in small.items():
                if len(files) > 1:
                    kept += opened.write(source, _events(opened, files))
            opened.commit(kept, opened.manifest.own, same_events=True)
            done.days_merged += 1
    done.files_deleted += opened.lake.delete(opened.day, _left_over(opened))


def _left_over(opened: OpenDay) -> list[str]:
    """Files of ours that nobody reads: what writers left that were stopped, and what the marker named long ago."""
    named = {MARKER, *(file.name for file in opened.files()), *opened.manifest.former_at(datetime.now(UTC))}
    return [name for name in opened.lake.names(opened.day) if is_ours(name) and name not in named]


def _gone(opened: OpenDay, column: str, table: str) -> pa.Array:
    """The ids in a column of a day that the library has no more."""
    found = pa.array([], pa.int64())
    for values in read_column(opened.lake, opened.day, opened.files(), column):
        found = pc.unique(pa.concat_arrays([found, pc.unique(values)]))
    return pa.array(_missing(opened.connection, found.drop_null(), table), pa.int64())


def _missing(connection: Connection, ids: pa.Array, table: str) -> list[int]:
    statement = text(_GONE.format(table=table))
    parts = (ids.slice(start, SMALL_ROWS).to_pylist() for start in range(0, len(ids), SMALL_ROWS))
    return [one for part in parts for one in connection.scalars(statement, {"ids": part})]


def _without(events: Iterable[pa.Table], people: pa.Array, prompts: pa.Array) -> Iterator[pa.Table]:
    place = EVENTS.get_field_index("user_id")
    for table in events:
        kept = table.filter(pc.invert(pc.is_in(table["prompt_id"], prompts)))
        users = pc.if_else(pc.is_in(kept["user_id"], people), pa.scalar(None, pa.int64()), kept["user_id"])
        yield kept.set_column(place, EVENTS.field(place), users)


def _events(opened: OpenDay, files: Iterable[LakeFile]) -> Iterator[pa.Table]:
    return read_events(opened.lake, opened.day, files)
