"""Whether the lake holds what its markers say, file by file."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Engine

from ingest.errors import LakeDayError
from ingest.lake.days import check_schema, dropped_days, registered
from ingest.lake.ids import Ids
from ingest.lake.layout import EVENTS, MARKER, begin_again, is_ours, lost, mend
from ingest.lake.manifest import LakeFile, Manifest
from ingest.lake.store import Lake
from ingest.staging import Progress, no_progress
from schema.database import connect

MOST_REPEATS = 100
"""So many repeated ids are told one by one."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a day, and in which file of it, in words that say what to do."""

    day: date | None
    file: str | None
    fault: str


@dataclass(slots=True)
class LakeCheck:
    """What the lake holds, and what is wrong with it. `repeats` counts ids that more than one event has."""

    days: int = 0
    files: int = 0
    events: int = 0
    bytes: int = 0
    repeats: int = 0
    findings: list[Finding] = field(default_factory=list)


def check(engine: Engine, lake: Lake, progress: Progress = no_progress) -> LakeCheck:
    """Read the whole lake, and compare it with its markers and with what the library knows of it.

    Raises:
        LakeError: the lake cannot be reached.
    """
    result = LakeCheck()
    manifests: dict[date, Manifest] = {}
    result.findings += _foreign_folders(lake)
    for day, found in lake.manifests().items():
        if isinstance(found, LakeDayError):
            result.findings.append(Finding(day, MARKER, str(found)))
        else:
            manifests[day] = found
    unreadable = {finding.day for finding in result.findings}
    result.findings += [one for one in _unregistered(engine, manifests) if one.day not in unreadable]
    readable: list[tuple[date, LakeFile]] = []
    for day in lake.days():
        result.findings += _foreign_files(lake, day)
        if day in manifests:
            readable += _check_day(lake, manifests[day], result)
            progress(str(day), manifests[day].events)
    _check_repeats(lake, readable, result)
    return result


def _foreign_folders(lake: Lake) -> Iterator[Finding]:
    ours = {f"dt={day}" for day in lake.days()}
    for name in lake.folders():
        if name not in ours:
            fault = f"activity/{name} in the lake is no day of it; move it elsewhere."
            yield Finding(None, name, fault)


def _foreign_files(lake: Lake, day: date) -> Iterator[Finding]:
    for name in lake.names(day):
        if not is_ours(name):
            fault = (
                f"{lake.told(day, name)} was put there by somebody else, and is not read; bring it by way of "
                "promptory lake write, or move it elsewhere."
            )
            yield Finding(day, name, fault)


def _unregistered(engine: Engine, manifests: dict[date, Manifest]) -> Iterator[Finding]:
    with connect(engine) as connection:
        known = registered(connection)
        dropped = dropped_days(connection)
    for day in sorted((known.keys() | manifests.keys()) - dropped):
        if day not in manifests:
            yield Finding(day, MARKER, lost(day))
        elif known.get(day) != manifests[day].version:
            fault = f"What is built of {day} is older than the lake: a writer was stopped; run promptory lake write."
            yield Finding(day, None, fault)


def _check_day(lake: Lake, manifest: Manifest, result: LakeCheck) -> Iterator[tuple[date, LakeFile]]:
    """The day's files that can be read, as they are counted."""
    result.days += 1
    faults = list(day_faults(lake, manifest))
    result.findings += faults
    for file in manifest.files:
        if file.name in {finding.file for finding in faults}:
            continue
        result.files += 1
        result.events += file.rows
        result.bytes += file.bytes
        yield manifest.day, file


def day_faults(lake: Lake, manifest: Manifest, *, whole: bool = True) -> Iterator[Finding]:
    """What is wrong with a day's files; only what their ends tell, where they are not read as a whole.

    Raises:
        LakeError: the lake cannot be reached.
    """
    try:
        check_schema(lake, manifest)
    except LakeDayError as error:
        yield Finding(manifest.day, MARKER, str(error))
    for file in manifest.files:
        try:
            _see_that_it_is_sound(lake, manifest.day, file, whole=whole)
        except LakeDayError as error:
            yield Finding(manifest.day, file.name, str(error))


def _see_that_it_is_sound(lake: Lake, day: date, file: LakeFile, *, whole: bool) -> None:
    told = lake.told(day, file.name)
    with lake.reading(day, file.name) as table:
        if table.metadata.num_rows != file.rows:
            rows = table.metadata.num_rows
            raise LakeDayError(f"{told} holds {rows:,} events, and not the {file.rows:,} of the marker; {mend(day)}")
        if not _lies_in(day, table):
            raise LakeDayError(f"{told} holds events of other days; {mend(day)}")
    if whole and _hash_of(lake, day, file) != file.sha256:
        raise LakeDayError(f"{told} is not the file that was written there; {mend(day)}")


def _lies_in(day: date, table: pq.ParquetFile) -> bool:
    start = datetime.combine(day, time(), UTC)
    place = EVENTS.get_field_index("occurred_at")
    for number in range(table.num_row_groups):
        statistics = table.metadata.row_group(number).column(place).statistics
        if statistics is None or not start <= statistics.min <= statistics.max < start + timedelta(days=1):
            return False
    return True


def _hash_of(lake: Lake, day: date, file: LakeFile) -> str:
    digest = hashlib.sha256()
    with lake.content(day, file.name) as stream:
        while some := stream.read(_CHUNK):
            digest.update(some)
    return digest.hexdigest()


def _check_repeats(lake: Lake, readable: list[tuple[date, LakeFile]], result: LakeCheck) -> None:
    """Ids that several events have: within a day none may, over days PostgreSQL would keep the first only."""
    with closing(Ids(result.events)) as ids:
        for number, (day, file) in enumerate(readable):
            with lake.reading(day, file.name) as table:
                for batch in table.iter_batches(columns=["event_id"]):
                    ids.add(batch.column(0), number)
        told = 0
        for part in ids.parts():
            counted = part.group_by("event_id").aggregate([("number", "count"), ("number", "min"), ("number", "max")])
            repeated = counted.filter(pc.greater(counted["number_count"], 1))
            result.repeats += repeated.num_rows
            for one in repeated.slice(0, MOST_REPEATS - told).to_pylist():
                first, last = readable[one["number_min"]], readable[one["number_max"]]
                event = uuid.UUID(bytes=one["event_id"])
                if first[0] == last[0]:
                    fault = f"The event {event} is in {lake.told(*_named(last))} twice; {begin_again(last[0])}"
                else:
                    fault = (
                        f"The event {event} of {lake.told(*_named(last))} is one of {first[0]}, too, and counts on "
                        "both days; have the application give every event an id of its own."
                    )
                result.findings.append(Finding(last[0], last[1].name, fault))
                told += 1


def _named(file: tuple[date, LakeFile]) -> tuple[date, str]:
    return file[0], file[1].name
