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
from orchestration.spark.refresh import DAYS_A_RUN, Refreshed, load, prepare_state, refresh_days
from schema.errors import PromptoryError

READABLE, JUDGED = "each_day_is_readable", "each_list_is_judged"

Results = Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]

_specs = LakeSpecs(manifest)
_DAYS, _STATE = _specs.days(), _specs.state()
_SHOWN = key_of("int_shown_days")


@dg.multi_asset(
    name="lake_days",
    specs=_DAYS,
    check_specs=[
        dg.AssetCheckSpec(READABLE, asset=DAYS, description="The files of each day that changed are sound."),
    ],
    partitions_def=days,
    # More are several runs, as many at once as the instance allows.
    backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
)
def lake_days(context: dg.AssetExecutionContext, library: Library, spark: Spark) -> Results:
    """The days of a run, whether they changed or not; in a run of no days, such as the hourly one, all that changed.

    Days that cannot be read are as they were; the others are computed and loaded. A run of those days fails then; one
    of no days goes on. A check tells of them.
    """
    is_chosen = context.has_partition_key or context.has_partition_key_range
    wanted = [date.fromisoformat(key) for key in context.partition_keys] if is_chosen else None
    done: list[Refreshed] = []
    failure = ""
    try:
        for part in refresh_days(library.engine, library.lake, spark.launcher(context), wanted, full=is_chosen):
            done.append(part)  # noqa: PERF402 - those before a fault are loaded, too
    except PromptoryError as error:
        failure = str(error)
    faults = " ".join({str(fault): None for part in done for fault in part.faults})
    fails = bool(failure or (faults and is_chosen))
    if fails or not is_chosen:
        # What Dagster records of the step itself is of all days of the run, or of none.
        _tell_days(context, done)
    if not fails:
        yield from _results(_DAYS, [part.report for part in done])
    if faults or not fails:
        told_of = faults or "The files of each day that changed are sound."
        yield dg.AssetCheckResult(asset_key=DAYS, check_name=READABLE, passed=not faults, description=told_of)
    if fails:
        raise dg.Failure(f"{faults} {failure}".strip())


@dg.multi_asset(
    name="lake_state",
    specs=_STATE,
    check_specs=[
        dg.AssetCheckSpec(
            JUDGED, asset=_SHOWN, description="The files of the days are sound by whose likes shown lists are judged."
        ),
    ],
)
def lake_state(context: dg.AssetExecutionContext, library: Library, spark: Spark) -> Results:
    """What is computed of all days at once: windows, weeks and months, tags, likes and neighbours.

    Where a day lacks without which the numbers would be others, all is as it was. Lists that were shown are as they
    were where a day cannot be read by which they would be judged, and a check tells of it.
    """
    with told():
        prepared = prepare_state(library.engine, library.lake)
        report = spark.launcher(context)(prepared.plan)
        with sole_refresh():
            load(library.engine, prepared)
        forget_old(prepared.plan.derived)
    yield from _results(_STATE, [report])
    faults = " ".join(map(str, prepared.faults))
    told_of = faults or "All of them are sound."
    yield dg.AssetCheckResult(asset_key=_SHOWN, check_name=JUDGED, passed=not faults, description=told_of)


@dg.multi_asset_check(specs=_specs.checks(), can_subset=True, name="lake_tests")
def lake_tests(
    context: dg.AssetCheckExecutionContext, dbt: DbtCliResource, library: Library
) -> Iterator[dg.AssetCheckResult]:
    """The tests in dbt of the tables that were loaded, and of what is built of them."""
    library.lend_to_dbt()
    asked = context.selected_asset_check_keys
    untold = set(asked)
    command = ["test", "--select", " ".join(sorted(check.name for check in asked))]
    done = dbt.cli(command, raise_on_error=False, manifest=manifest, dagster_dbt_translator=translator)
    for event in done.stream():
        if isinstance(event, dg.AssetCheckEvaluation) and event.asset_check_key in asked:
            untold.discard(event.asset_check_key)
            yield dg.AssetCheckResult(
                asset_key=event.asset_key,
                check_name=event.check_name,
                passed=event.passed,
                severity=event.severity,
                metadata=event.metadata,
            )
    if untold:
        names = ", ".join(sorted(check.name for check in untold)[:5])
        raise dg.Failure(
            f"dbt told nothing of {len(untold)} of {len(asked)} tests ({names}); the step's log says why. "
            "What is loaded stands, untested."
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


def _results(specs: Iterable[dg.AssetSpec], reports: Iterable[Mapping[str, Any]]) -> Results:
    figures = _figures(reports)
    for spec in specs:
        yield dg.MaterializeResult(asset_key=spec.key, metadata=figures.get(spec.key, {}))


def _tell_days(context: dg.AssetExecutionContext, done: Iterable[Refreshed]) -> None:
    for part in done:
        figures = _figures([part.report])
        for spec in _DAYS:
            for day in sorted(part.days):
                metadata = figures.get(spec.key, {})
                context.log_event(dg.AssetMaterialization(spec.key, partition=str(day), metadata=metadata))


def _figures(reports: Iterable[Mapping[str, Any]]) -> dict[dg.AssetKey, dict[str, Any]]:
    """What jobs told of each model, by asset."""
    found: dict[dg.AssetKey, dict[str, Any]] = {}
    for one in (model for report in reports for model in report.get("models", [])):
        before = found.get(key_of(one["name"]), {"dagster/row_count": 0, "seconds": 0.0, "peak MB": 0})
        found[key_of(one["name"])] = {
            "dagster/row_count": before["dagster/row_count"] + one["rows"],
            "seconds": round(before["seconds"] + one["seconds"], 1),
            "peak MB": max(before["peak MB"], one["peak_mb"] or 0),
        }
    return found
