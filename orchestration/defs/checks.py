"""Anomalies as checks: marts that shrink, days without events, and days with far more or fewer than usual."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import mean, stdev
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from sqlalchemy import text

from ingest.lake import events_by_day, lake_in_use
from orchestration.defs.discovery import prompt_neighbours, recommendation_nights
from orchestration.defs.ingestion import activity_events, subscriptions, users
from orchestration.defs.resources import Library
from orchestration.defs.warehouse import warehouse
from schema.database import connect, engine_for
from schema.roles import Role

MOST_SHRUNK = 0.2
MOST_SIGMAS = 5.0
DAYS_COMPARED = 28
FEWEST_DAYS = 7
# Below such a share of what is usual, recommendations got worse by more than chance.
LEAST_OF_USUAL = 0.7
# Which table of dbt's sources tells how new an asset is.
SOURCES = {"activity_days": activity_events.key, "subscriptions": subscriptions.key, "users": users.key}
_ROW_COUNT = "dagster/row_count"

# Missing days among the last sixty; the present day and the one before it may still be coming.
_DAYS_WITHOUT_EVENTS = """
SELECT cast(day AS date)
FROM (
    SELECT greatest(min(activity_date), cast(now() AT TIME ZONE 'UTC' AS date) - 60) AS first_day
    FROM library.activity_days
) AS known
CROSS JOIN LATERAL generate_series(first_day, cast(now() AT TIME ZONE 'UTC' AS date) - 2, interval '1 day') AS day
WHERE NOT EXISTS (SELECT FROM library.activity_days AS d WHERE d.activity_date = day)
ORDER BY day
"""

_EVENTS_BY_DAY = """
SELECT cast(e.occurred_at AT TIME ZONE 'UTC' AS date) AS day, count(*) AS events
FROM library.activity_events AS e
WHERE
    e.occurred_at >= cast(cast(:first AS date) AS timestamp) AT TIME ZONE 'UTC'
    AND e.occurred_at < cast(cast(:last AS date) + 1 AS timestamp) AT TIME ZONE 'UTC'
GROUP BY 1
"""

_NIGHTS = """
SELECT newest.last_date, newest.recall, avg(before.recall) AS usual
FROM (SELECT last_date, recall FROM library.recommendation_nights ORDER BY last_date DESC LIMIT 1) AS newest
INNER JOIN library.recommendation_nights AS before
    ON before.last_date < newest.last_date AND before.last_date >= newest.last_date - :days
GROUP BY newest.last_date, newest.recall
HAVING count(*) >= 7
"""


@dg.asset_check(asset=activity_events, description="Every day up to the one before yesterday has events.")
def each_day_has_events(library: Library) -> dg.AssetCheckResult:
    """Name the days of the last sixty that have none."""
    with connect(library.engine) as connection:
        missing = [str(day) for day in connection.scalars(text(_DAYS_WITHOUT_EVENTS))]
    told = f"No events on {', '.join(missing[:10])}; look for their files." if missing else "Every day has events."
    return dg.AssetCheckResult(passed=not missing, description=told, metadata={"days": missing})


@dg.asset_check(asset=activity_events, description="Yesterday's events are within 5 sigma of the 28 days before.")
def events_do_not_jump(library: Library) -> dg.AssetCheckResult:
    """Compare the newest whole day with those before it."""
    newest = datetime.now(UTC).date() - timedelta(days=1)
    events = _events_by_day(library, newest - timedelta(days=DAYS_COMPARED), newest)
    today = events.pop(newest, 0)
    if not today or len(events) < FEWEST_DAYS:
        return dg.AssetCheckResult(passed=True, description="There are not yet enough days to compare.")
    usual, spread = mean(events.values()), stdev(events.values())
    # Of days that are all the same, anything else is a jump.
    sigmas = abs(today - usual) / spread if spread else float(today != usual) * (MOST_SIGMAS + 1)
    told = f"{newest} has {today:,} events; {usual:,.0f} are usual (spread {spread:,.0f}, {sigmas:.1f} sigma)."
    return dg.AssetCheckResult(passed=sigmas <= MOST_SIGMAS, description=told, metadata={"sigmas": sigmas})


def _events_by_day(library: Library, first: date, last: date) -> dict[date, int]:
    """How many events each day of some has, of those that have any."""
    if lake := lake_in_use():
        return {day: events for day, events in events_by_day(lake).items() if first <= day <= last and events}
    with connect(library.engine) as connection:
        found = connection.execute(text(_EVENTS_BY_DAY), {"first": first, "last": last})
        return dict(found.tuples().all())


@dg.asset_check(
    asset=recommendation_nights, description="recall@20 is at least seven tenths of the mean of the 28 days before."
)
def quality_does_not_fall() -> dg.AssetCheckResult:
    """Compare the newest night with those before it; a warning."""
    with connect(engine_for(Role.DBT)) as connection:
        row = connection.execute(text(_NIGHTS), {"days": DAYS_COMPARED}).one_or_none()
    if row is None:
        return dg.AssetCheckResult(passed=True, description="There are not yet enough nights to compare.")
    told = f"recall@20 of {row.last_date} is {row.recall:.3f}; {row.usual:.3f} is usual."
    passed = row.recall >= row.usual * LEAST_OF_USUAL
    return dg.AssetCheckResult(passed=passed, severity=dg.AssetCheckSeverity.WARN, description=told)


def _row_counts(instance: dg.DagsterInstance, mart: dg.AssetKey) -> list[int]:
    """The rows of the mart's last two builds, the newest first."""
    records = instance.fetch_materializations(mart, limit=2).records
    found = (record.asset_materialization for record in records)
    counts = [one.metadata[_ROW_COUNT].value for one in found if one is not None and _ROW_COUNT in one.metadata]
    return [int(str(count)) for count in counts]


marts = [spec.key for spec in (*warehouse.specs, *prompt_neighbours.specs) if "mart" in spec.tags]


# One step for all: each step of a run is a process that loads the code location for seconds.
@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "does_not_shrink", asset=mart, description="It has at least four fifths of the rows that it had before."
        )
        for mart in marts
    ],
    can_subset=True,
)
def marts_do_not_shrink(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Compare the rows of each mart's newest build with those of the build before."""
    for mart in sorted(check.asset_key for check in context.selected_asset_check_keys):
        counts = _row_counts(context.instance, mart)
        told, passed = "It was built once; there is nothing to compare.", True
        if len(counts) == 2:
            now, before = counts
            told, passed = f"{now:,} rows; {before:,} before.", now >= before * (1 - MOST_SHRUNK)
        yield dg.AssetCheckResult(asset_key=mart, check_name="does_not_shrink", passed=passed, description=told)


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec("is_fresh", asset=key, description="As dbt's sources say.") for key in SOURCES.values()],
    can_subset=True,
)
def sources_are_fresh(
    context: dg.AssetCheckExecutionContext, dbt: DbtCliResource, library: Library
) -> Iterator[dg.AssetCheckResult]:
    """What dbt's source freshness says: how old the newest of what the library was told is."""
    library.lend_to_dbt()
    asked = {check.asset_key for check in context.selected_asset_check_keys}
    tables = " ".join(f"source:library.{table}" for table, asset in SOURCES.items() if asset in asked)
    done = dbt.cli(["source", "freshness", "--select", tables], raise_on_error=False).wait()
    told = done.get_artifact("sources.json")
    for result in told["results"]:
        table = result["unique_id"].rpartition(".")[2]
        passed = result["status"] == "pass"
        newest = result.get("max_loaded_at")
        yield dg.AssetCheckResult(
            asset_key=SOURCES[table],
            check_name="is_fresh",
            passed=passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"The newest is of {newest}." if newest else f"dbt could not tell: {result.get('error')}",
        )


checks: list[Any] = [
    each_day_has_events,
    events_do_not_jump,
    quality_does_not_fall,
    sources_are_fresh,
    marts_do_not_shrink,
]
