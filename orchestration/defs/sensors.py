"""Sensors: new files in the inbox and of activity, runs that end, and how old the rankings are."""

import json
import time
from collections.abc import Iterator

import dagster as dg

from ingest.folder import fingerprint
from orchestration.defs.ingestion import activity_events, days
from orchestration.defs.resources import Library
from orchestration.defs.schedules import import_inbox, load_activity_day
from orchestration.lib.alerts import failure_message, post_alert
from orchestration.lib.days import day_range, runs_of_days
from orchestration.lib.run_faults import report_failed_run, reported
from schema import metrics
from schema.metrics import Metric
from schema.settings import get_settings

RANKINGS = dg.AssetKey(["analytics", "prompt_rankings"])

Ticks = Iterator[dg.RunRequest | dg.SkipReason]


def _changed(context: dg.SensorEvaluationContext, seen: dict[str, str], at_first: dict[str, str]) -> dict[str, str]:
    """What is new or changed since runs were asked for, once two looks have found it the same, by name.

    What is still being copied changes between two looks. The cursor holds the fingerprints by name: those that runs
    were asked for, which `at_first` are those given, and those of the last look.
    """
    cursor = json.loads(context.cursor) if context.cursor else {"asked": at_first, "seen": {}}
    settled = {name: mark for name, mark in seen.items() if cursor["seen"].get(name) == mark}
    changed = {name: mark for name, mark in settled.items() if cursor["asked"].get(name) != mark}
    asked = {name: mark for name, mark in cursor["asked"].items() if name in seen}
    context.update_cursor(json.dumps({"asked": asked | changed, "seen": seen}))
    return changed


@dg.sensor(job=import_inbox, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext, library: Library) -> Ticks:
    """Ask for a run for each inbox object that is new or changed.

    A run moves its object away; one that could not is not asked for again before the object changes.
    """
    with reported("inbox_sensor"):
        changed = _changed(context, library.inbox.objects(), {})
        for name, mark in changed.items():
            yield dg.RunRequest(
                run_key=f"{name}:{mark}",
                run_config=dg.RunConfig(ops={"library__prompts": {"config": {"objects": [name]}}}),
            )
        if not changed:
            yield dg.SkipReason("Nothing in the inbox is new.")


@dg.sensor(job=load_activity_day, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def activity_sensor(context: dg.SensorEvaluationContext, library: Library) -> Ticks:
    """Ask for runs of the days whose activity files are new or changed, however long after the day.

    Days in a row are one run. The daily schedule loads a day once; this one what comes, or is corrected, later.
    """
    with reported("activity_sensor"):
        known = set(days.get_partition_keys())
        seen = {day: mark for day, mark in library.landing.activity_days().items() if day in known}
        loaded = context.instance.get_materialized_partitions(activity_events.key) if context.cursor is None else set()
        changed = _changed(context, seen, {day: mark for day, mark in seen.items() if day in loaded})
        for first, last in runs_of_days(changed):
            marks = fingerprint(f"{day}:{mark}" for day, mark in changed.items() if first <= day <= last)
            yield dg.RunRequest(run_key=f"{first}:{last}:{marks}", tags=day_range(first, last))
        if not changed:
            yield dg.SkipReason("No day has new activity.")


@dg.run_failure_sensor(name="failure_sensor", default_status=dg.DefaultSensorStatus.RUNNING)
def failure_sensor(context: dg.RunFailureSensorContext) -> None:
    """Tell people of a run that failed: in words in the log and at PROMPTORY_ALERT_WEBHOOK, and as an error report."""
    with reported("failure_sensor"):
        run, failures = context.dagster_run, context.get_step_failure_events()
        _tell_run(context, failed=1)
        report_failed_run(run, context.failure_event, failures)
        message = failure_message(run.job_name, run.run_id, failures)
        context.log.error(message)
        webhook = get_settings().alert_webhook
        if webhook is not None:
            post_alert(webhook.get_secret_value(), message)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS, name="success_sensor", default_status=dg.DefaultSensorStatus.RUNNING
)
def success_sensor(context: dg.RunStatusSensorContext) -> None:
    """Tell the figures of a run that did its work."""
    with reported("success_sensor"):
        _tell_run(context, failed=0)


def _tell_run(context: dg.RunStatusSensorContext, *, failed: int) -> None:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    took = {}
    # One that never started has no times.
    if record is not None and record.start_time is not None and record.end_time is not None:
        took = {Metric.RUN_SECONDS: round(record.end_time - record.start_time, 1)}
    metrics.tell({**took, Metric.RUNS_FAILED: failed}, job=context.dagster_run.job_name)


@dg.sensor(minimum_interval_seconds=300, default_status=dg.DefaultSensorStatus.RUNNING)
def freshness_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tell how old the newest build of the rankings is, also while nothing is built."""
    with reported("freshness_sensor"):
        built = context.instance.get_latest_materialization_event(RANKINGS)
        if built is None:
            return dg.SkipReason("The rankings were never built.")
        seconds = round(time.time() - built.timestamp)
        metrics.tell({Metric.FRESHNESS_LAG_SECONDS: seconds})
        return dg.SkipReason(f"The rankings were built {seconds:,} seconds ago.")


sensors = [inbox_sensor, activity_sensor, failure_sensor, success_sensor, freshness_sensor]
