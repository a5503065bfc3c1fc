"""With the engine spark: what is counted of raw events, computed over the event lake and loaded by COPY."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.defs.ingestion import days
from orchestration.defs.resources import IS_SPARK, Library, Spark
from orchestration.defs.warehouse import manifest, translator
from orchestration.lib.dbt_project import sole_refresh
from orchestration.lib.lake_specs import DAYS, LakeSpecs, key_of
from orchestration.spark.derived import forget_old
from orchestration.spark.refresh import load, prepare_days, prepare_state, run_days
from schema.errors import PromptoryError

DAYS_A_RUN = 30
"""A backfill of more is several runs, as many at once as the instance allows."""

READABLE = "each_day_is_readable"

Results = Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]

_specs = LakeSpecs(manifest)
_DAYS, _STATE = _specs.days(), _specs.state()


@dg.multi_asset(
    name="lake_days",
    specs=_DAYS,
    check_specs=[
        dg.AssetCheckSpec(READABLE, asset=DAYS, description="The files of each day that changed are sound."),
    ],
    partitions_def=days,
    backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
)
def lake_days(context: dg.AssetExecutionContext, library: Library, spark: Spark) -> Results:
    """The days of a run that changed; in a run of no days, such as the hourly one, all that changed.

    Days that cannot be read are as they were; the others are computed and loaded. A run of those days fails then; one
    of no days goes on, and tells by its check.
    """
    is_chosen = context.has_partition_key or context.has_partition_key_range
    wanted = [date.fromisoformat(key) for key in context.partition_keys] if is_chosen else None
    with told():
        done = prepare_days(library.engine, library.lake, wanted)
        report: dict[str, Any] = {}
        if done is not None:
            done, report = run_days(library.engine, library.lake, done, spark.launcher(context), wanted)
            with sole_refresh():
                load(library.engine, done, report)
    faults = " ".join(map(str, done.faults)) if done else ""
    if done and (faults or not is_chosen):
        # What Dagster records of the step itself is of all days of the run, or of none.
        _tell_days(context, done.days, report)
    if faults and is_chosen:
        raise dg.Failure(faults)
    yield from _results(_DAYS, report)
    told_of = faults or "The files of each day that changed are sound."
    yield dg.AssetCheckResult(asset_key=DAYS, check_name=READABLE, passed=not faults, description=told_of)


@dg.multi_asset(name="lake_state", specs=_STATE)
def lake_state(context: dg.AssetExecutionContext, library: Library, spark: Spark) -> Results:
    """What is computed of all days at once: windows, weeks and months, tags, likes and neighbours.

    Where a day cannot be read whose events are counted by the hour, all is as it was: the numbers would be others.
    """
    with told():
        prepared = prepare_state(library.engine, library.lake)
        if prepared.faults:
            raise dg.Failure(" ".join(map(str, prepared.faults)))
        report = spark.launcher(context)(prepared.plan)
        with sole_refresh():
            load(library.engine, prepared, report)
        forget_old(prepared.plan.derived)
    yield from _results(_STATE, report)


@dg.multi_asset_check(specs=_specs.checks(), can_subset=True, name="lake_tests")
def lake_tests(
    context: dg.AssetCheckExecutionContext, dbt: DbtCliResource, library: Library
) -> Iterator[dg.AssetCheckResult]:
    """The tests in dbt of the tables that were loaded, and of what is built of them."""
    library.lend_to_dbt()
    asked = context.selected_asset_check_keys
    command = ["test", "--select", " ".join(sorted(check.name for check in asked))]
    done = dbt.cli(command, raise_on_error=False, manifest=manifest, dagster_dbt_translator=translator)
    for event in done.stream():
        if isinstance(event, dg.AssetCheckEvaluation) and event.asset_check_key in asked:
            yield dg.AssetCheckResult(
                asset_key=event.asset_key,
                check_name=event.check_name,
                passed=event.passed,
                severity=event.severity,
                metadata=event.metadata,
            )


lake = [lake_days, lake_state] if IS_SPARK else []
"""What is computed there, with the engine spark."""


@contextmanager
def told() -> Iterator[None]:
    """Let a fault that a user can mend be what the asset says, without the way to it."""
    try:
        yield
    except PromptoryError as error:
        raise dg.Failure(str(error)) from error


def _results(specs: Iterable[dg.AssetSpec], report: Mapping[str, Any]) -> Results:
    figures = _figures(report)
    for spec in specs:
        yield dg.MaterializeResult(asset_key=spec.key, metadata=figures.get(spec.key, {}))


def _tell_days(context: dg.AssetExecutionContext, computed: Iterable[date], report: Mapping[str, Any]) -> None:
    figures = _figures(report)
    for spec in _DAYS:
        for day in sorted(computed):
            context.log_event(dg.AssetMaterialization(spec.key, partition=str(day), metadata=figures.get(spec.key, {})))


def _figures(report: Mapping[str, Any]) -> dict[dg.AssetKey, dict[str, Any]]:
    """What a job told of each model, by asset."""
    return {
        key_of(one["name"]): {"dagster/row_count": one["rows"], "seconds": one["seconds"], "peak MB": one["peak_mb"]}
        for one in report.get("models", [])
    }
