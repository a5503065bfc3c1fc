"""With the engine spark: the lake is made tidy each week, without people and prompts that are gone; its other jobs."""

from dataclasses import asdict

import dagster as dg

from ingest.lake import compact
from orchestration.defs.ingestion import retry_refused_events
from orchestration.defs.lake import told
from orchestration.defs.resources import IS_SPARK, Library


@dg.op
def compact_the_lake(context: dg.OpExecutionContext, library: Library) -> None:
    """Merge small files, take out who and what is gone, and delete what nobody reads any more."""
    with told():
        done = asdict(compact(library.engine, library.lake))
    context.log.info(", ".join(f"{name.replace('_', ' ')}: {count:,}" for name, count in done.items()))


@dg.job(description="Make the days of the lake tidy, without people and prompts that the library has no more.")
def compact_lake() -> None:
    """One step: each day takes its turn with its other writers."""
    compact_the_lake()


# Early on Sunday, when the day's activity has been loaded and few people are there.
_each_week = dg.ScheduleDefinition(
    name="compact_each_week",
    job=compact_lake,
    cron_schedule="20 3 * * 0",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

jobs = [compact_lake, retry_refused_events] if IS_SPARK else []
schedules = [_each_week] if IS_SPARK else []
