"""Days of the lake as a job reads them: which have changed, which of their files are sound."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, text

from ingest.errors import LakeDayError
from ingest.lake import Lake, Manifest, day_faults, settle_versions, write_own
from ingest.lake.layout import again
from schema.database import connect
from schema.errors import PromptoryError
from schema.wording import counted

_DAYS = """
SELECT activity_date, revision FROM library.activity_days
WHERE events_dropped_at IS NULL AND (cast(:days AS date[]) IS NULL OR activity_date = ANY(:days))
"""
_LOADED_EVENTS = """
SELECT d.day, e.events
FROM unnest(cast(:days AS date[])) AS d (day)
CROSS JOIN LATERAL (
    SELECT count(*) AS events FROM library.activity_events AS e
    WHERE
        e.occurred_at >= cast(d.day AS timestamp) AT TIME ZONE 'UTC'
        AND e.occurred_at < cast(d.day + 1 AS timestamp) AT TIME ZONE 'UTC'
        AND e.batch_id IS NOT NULL
) AS e
"""
_IN_LAKE = "SELECT activity_date FROM library.activity_days WHERE lake_version IS NOT NULL"


@dataclass(frozen=True, slots=True)
class DayFiles:
    """The files of each day that is sound, by path or address, and what is wrong with each of the others."""

    files: Mapping[date, tuple[str, ...]]
    faults: Mapping[date, PromptoryError]
    """One may be of several days."""

    def of(self, days: Iterable[date]) -> tuple[str, ...]:
        """The files of days, of those that are sound."""
        return tuple(file for day in sorted(days) for file in self.files.get(day, ()))

    def wrong_with(self, days: Iterable[date]) -> tuple[PromptoryError, ...]:
        """What is wrong with some days, each fault once."""
        return tuple(dict.fromkeys(self.faults[day] for day in sorted(days) if day in self.faults))


def bring_up_to_date(engine: Engine, lake: Lake, days: Collection[date] | None = None) -> list[PromptoryError]:
    """Write the dashboard's own events of days, or of all, to the lake, and let the library know every day's version.

    Returns what is wrong with days that cannot be written; the others are.
    """
    faults: list[PromptoryError] = []
    bounds = (min(days), max(days)) if days else (None, None)
    try:
        write_own(engine, lake, *bounds)
    except LakeDayError as error:
        faults.append(error)
    try:
        settle_versions(engine, lake, days)
    except LakeDayError as error:
        faults.append(error)
    return faults


def revisions(engine: Engine, days: Collection[date] | None = None) -> dict[date, int]:
    """The days, of some or of all, whose events are kept, with their revisions."""
    with connect(engine) as connection:
        found = connection.execute(text(_DAYS), {"days": None if days is None else list(days)})
        return dict(found.tuples().all())


def sound_files(engine: Engine, lake: Lake, days: Collection[date], *, whole: bool = False) -> DayFiles:
    """What a job may read of days; their files' ends are read, or all of their content (`whole`).

    Raises:
        LakeError: the lake cannot be reached.
    """
    manifests = lake.manifests() if len(days) > 1 else {day: found for day in days if (found := _manifest(lake, day))}
    with connect(engine) as connection:
        loaded = loaded_events(connection, days)
        registered = set(connection.scalars(text(_IN_LAKE)))
    files: dict[date, tuple[str, ...]] = {}
    faults: dict[date, PromptoryError] = {}
    behind: list[date] = []
    for day in sorted(days):
        found = manifests.get(day)
        if isinstance(found, LakeDayError):
            faults[day] = found
        elif found is None and day in registered:
            faults[day] = LakeDayError(f"The day {day} is not in the lake any more; {again(day)}")
        elif loaded[day] > (found.rows_of("files", "loaded") if found else 0):
            behind.append(day)
        elif found and (wrong := [finding.fault for finding in day_faults(lake, found, whole=whole)]):
            faults[day] = LakeDayError(" ".join(wrong))
        else:
            files[day] = tuple(f"{lake.root}/activity/dt={day}/{one.name}" for one in found.files) if found else ()
    return DayFiles(files, faults | (dict.fromkeys(behind, _lacking(behind)) if behind else {}))


def loaded_events(connection: Connection, days: Collection[date]) -> dict[date, int]:
    """How many events the ledger has of each of some days that were loaded from files."""
    return dict(connection.execute(text(_LOADED_EVENTS), {"days": list(days)}).tuples().all())


def _manifest(lake: Lake, day: date) -> Manifest | LakeDayError | None:
    try:
        return lake.manifest(day)
    except LakeDayError as error:
        return error


def named(days: Collection[date]) -> str:
    """Days as people are told of them: the one, or how many from which to which."""
    first, last = min(days), max(days)
    return str(first) if first == last else f"{counted(len(days), 'day')} from {first} to {last}"


def _lacking(behind: Collection[date]) -> LakeDayError:
    return LakeDayError(
        f"The lake lacks events of {named(behind)} that were loaded into the database: "
        f"run promptory lake write --loaded --from {min(behind)} --to {max(behind)}, and refresh again."
    )
