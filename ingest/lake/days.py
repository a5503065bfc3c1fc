"""A day of the lake, changed by one writer at a time: written aside, then committed by its marker."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from ingest.errors import LakeDayError
from ingest.lake.files import read_column, write_file
from ingest.lake.layout import COLUMNS, MARKER, begin_again, is_ours
from ingest.lake.manifest import LakeFile, Manifest, Source, new_writing
from ingest.lake.store import Lake
from schema.database import connect
from schema.wording import counted

_LOCK = 0x6C616B65
_TOLD = 5
_NO_VERSION = "none"
_TURN = "SELECT pg_advisory_xact_lock(:space, :day)"
_REGISTER = """
INSERT INTO library.activity_days AS d (activity_date, lake_version) VALUES (:day, :version)
ON CONFLICT (activity_date) DO UPDATE SET revision = excluded.revision, lake_version = excluded.lake_version
WHERE d.lake_version IS DISTINCT FROM excluded.lake_version
"""
_REGISTERED = "SELECT activity_date, lake_version FROM library.activity_days WHERE lake_version IS NOT NULL"
_DROPPED = "SELECT activity_date FROM library.activity_days WHERE events_dropped_at IS NOT NULL"


@dataclass(slots=True)
class OpenDay:
    """A day that no other writer touches meanwhile. `manifest` is its marker, or that of a day without events."""

    lake: Lake
    connection: Connection
    manifest: Manifest
    writing: str
    _files: int = 0

    @property
    def day(self) -> date:
        """The UTC day."""
        return self.manifest.day

    def files(self, *sources: Source) -> list[LakeFile]:
        """Its files, of some sources or all."""
        return [file for file in self.manifest.files if not sources or file.source in sources]

    def ids(self, files: Iterable[LakeFile]) -> Iterator[pa.Array]:
        """The ids of the events of files of the day."""
        return read_column(self.lake, self.day, files, "event_id")

    def write(self, source: Source, events: Iterable[pa.Table]) -> list[LakeFile]:
        """Write events aside; no file where there are none."""
        self._files += 1
        file = write_file(self.lake, self.day, f"{self.writing}-{self._files}.parquet", source, events)
        return [file] if file else []

    def commit(self, files: Iterable[LakeFile], own: str | None, *, same_events: bool = False) -> None:
        """Let the day be these files from now on; whoever had read a marker before may finish what it began.

        Its version stays where the events are the same. `compact` deletes what nobody reads any more.
        """
        before, files, now = self.manifest, tuple(files), datetime.now(UTC)
        self.manifest = Manifest(
            day=self.day,
            version=before.version if same_events else self.writing,
            written_at=now,
            events=sum(file.rows for file in files),
            schema=COLUMNS,
            files=files,
            former=before.former_at(now) | {file.name: now for file in before.files if file not in files},
            own=own,
        )
        self.connection.execute(text("SELECT"))  # the day is ours as long as the connection is
        self.lake.put(self.manifest)


def each_day(days: Iterable[date], work: Callable[[date], object]) -> None:
    """Work on one day after the other.

    Raises:
        LakeDayError: some cannot be used; the others were worked on.
    """
    faults = []
    for day in days:
        try:
            work(day)
        except LakeDayError as error:
            faults.append(str(error))
    if faults:
        more = f" And {counted(len(faults) - _TOLD, 'day')} more." if len(faults) > _TOLD else ""
        raise LakeDayError(" ".join(faults[:_TOLD]) + more)


@contextmanager
def open_day(engine: Engine, lake: Lake, day: date) -> Iterator[OpenDay]:
    """A day, as soon as no other writer is at it.

    Afterwards the library knows its version; one that it did not know yet gives the day a new revision.

    Raises:
        LakeDayError: its marker cannot be read, or is of another schema.
    """
    with _turn(engine, day) as connection:
        found = lake.manifest(day)
        if found is not None:
            check_schema(lake, found)
        opened = OpenDay(lake, connection, found or _empty(day), new_writing())
        yield opened
        # Not before: whoever records events of the day waits for the row.
        if opened.manifest.version != _NO_VERSION:
            connection.execute(text(_REGISTER), {"day": day, "version": opened.manifest.version})


def drop_day(engine: Engine, lake: Lake, day: date) -> int:
    """Take a day out of the lake, whatever is in its files; returns how many are deleted. The day keeps its revision.

    The marker goes first: whatever it named is nothing then.
    """
    with _turn(engine, day):
        ours = [name for name in lake.names(day) if is_ours(name)]
        return lake.delete(day, [MARKER]) + lake.delete(day, ours)


@contextmanager
def _turn(engine: Engine, day: date) -> Iterator[Connection]:
    """A connection as long as which no other writer is at a day."""
    with connect(engine) as connection:
        connection.execute(text(_TURN), {"space": _LOCK, "day": day.toordinal()})
        yield connection


def check_schema(lake: Lake, manifest: Manifest) -> None:
    """See that a day's events are of our schema.

    Raises:
        LakeDayError: they are not.
    """
    if manifest.columns != COLUMNS:
        differing = sorted(dict(manifest.columns.items() ^ COLUMNS.items()))
        raise LakeDayError(
            f"{lake.told(manifest.day, MARKER)} tells of another schema ({', '.join(differing)}); "
            f"{begin_again(manifest.day)}"
        )


def registered(connection: Connection) -> dict[date, str]:
    """The versions of the lake's days that the library knows."""
    return dict(connection.execute(text(_REGISTERED)).tuples().all())


def dropped_days(connection: Connection) -> set[date]:
    """The days whose events are kept no longer."""
    return set(connection.scalars(text(_DROPPED)))


def settle_versions(engine: Engine, lake: Lake, days: Collection[date] | None = None) -> list[date]:
    """Register the versions that a writer which was killed after its commit left untold; returns their days.

    Whoever builds from the lake begins with it, for all days or some. A day whose marker cannot be read is passed over:
    it is not changed.

    Raises:
        LakeDayError: days are of another schema; the others are registered.
        LakeError: the lake cannot be reached.
    """

    def settle(day: date) -> None:
        with open_day(engine, lake, day):
            pass

    manifests = lake.manifests()
    with connect(engine) as connection:
        known = registered(connection)
    wanted = {day: one for day, one in manifests.items() if days is None or day in days}
    untold = [day for day, one in wanted.items() if isinstance(one, Manifest) and known.get(day) != one.version]
    each_day(untold, settle)
    return untold


def _empty(day: date) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(day=day, version=_NO_VERSION, written_at=now, events=0, schema=COLUMNS, files=())
