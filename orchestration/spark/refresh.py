"""The warehouse from the lake: what is to be computed, by a launcher of whatever kind, and loaded.

A day's tables follow the day's revision. One that Spark has computed at its revision but that was not loaded, as the
process was killed, is loaded by the next refresh; one whose files are damaged is left out, and stays as it was.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from ingest.lake import Lake
from orchestration.lib.dbt_project import sole_refresh
from orchestration.lib.dbt_runs import build_models
from orchestration.spark.derived import Marker, forget_old, parts_of
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.lake_days import bring_up_to_date, revisions, sound_files
from orchestration.spark.load import ensure_tables, load_days, load_state, loaded_days, missing_relations, tell_days
from orchestration.spark.local import run_here
from orchestration.spark.models import DAYS, day_models, relations_read, state_models
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, Plan
from orchestration.spark.state import state_inputs
from orchestration.spark.work import Work
from schema.database import connect, driver_of, engine_for
from schema.errors import PromptoryError
from schema.roles import Role

Launcher = Callable[[Plan], dict[str, Any]]
"""Runs a plan to its end, and gives the report; raises a PromptoryError that says why it could not."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what is to be loaded when it has run."""

    plan: Plan
    """Without models: all is computed, and need not run."""
    days: Mapping[date, int] = field(default_factory=dict)
    """The days to load by their revisions, of which the plan computes some or all; none for the state."""
    faults: tuple[PromptoryError, ...] = ()
    """Days that are left out: each message names the day, the file and what to do."""
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When what people do in the dashboard was read."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: the days that it loaded, the rows by table, and what is wrong with days that it left out."""

    days: tuple[date, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[PromptoryError, ...] = ()


def prepare_days(
    engine: Engine, lake: Lake, days: Collection[date] | None = None, *, full: bool = False, whole: bool = False
) -> Prepared | None:
    """What is to be computed and loaded of days that changed, of those given or of all; None: nothing.

    `engine` connects as promptory_ingest. With `full` all days are computed anew; with `whole` files are verified to
    their last byte and not at their ends alone. The views that the models read must be there: `inputs_of_days`.

    Raises:
        LakeError: the lake cannot be reached.
    """
    faults = bring_up_to_date(engine, lake, days)
    wanted = revisions(engine, days)
    work, models = Work.begin(lake), day_models()
    computed = _computed(work.derived, wanted)
    with connect(engine_for(Role.DBT)) as connection:
        loaded = loaded_days(driver_of(connection))
    to_load = {day: one for day, one in wanted.items() if full or loaded.get(day) != one or day not in computed}
    to_compute = {day: one for day, one in to_load.items() if full or day not in computed}
    found = sound_files(engine, lake, to_compute, whole=whole)
    bad = to_compute.keys() - found.files.keys()
    to_load = {day: one for day, one in to_load.items() if day not in bad}
    to_compute = {day: one for day, one in to_compute.items() if day not in bad}
    told = {str(fault): fault for fault in (*faults, *found.faults)}
    if not to_load and not told:
        return None
    names = tuple(models) if to_compute else ()
    inputs = {EVENTS: Input(found.of(to_compute), EVENTS_SCHEMA)}
    if names:
        with connect(engine_for(Role.DBT)) as connection:
            needed = sorted(relations_read(names) & EXTRACTS.keys() - {DAYS})
            inputs |= work.extracts(driver_of(connection), needed)
    plan = Plan(work.job, names, inputs, work.derived, work.report, to_compute)
    return Prepared(plan, to_load, tuple(told.values()))


def prepare_state(engine: Engine, lake: Lake) -> Prepared:
    """What is to be computed of all days together: rankings' windows, tags, weeks and months, likes, neighbours.

    `engine` connects as promptory_ingest. dbt's models of `inputs_of_state` must be built since the days were loaded.

    Raises:
        LakeError: the lake cannot be reached.
    """
    work, models = Work.begin(lake), state_models()
    with connect(engine_for(Role.DBT)) as connection:
        driver = driver_of(connection)
        ensure_tables(driver)
        tell_days(driver, {})
        began_at = datetime.now(UTC)
        inputs, faults = state_inputs(engine, driver, work)
    plan = Plan(work.job, tuple(models), inputs, work.derived, work.report)
    return Prepared(plan, faults=faults, began_at=began_at)


def load(engine: Engine, prepared: Prepared, report: Mapping[str, Any]) -> dict[str, int]:
    """Load what a plan computed, each table in one transaction; returns the rows by table.

    `engine` connects as promptory_ingest. Readers see a table's old rows until all of its new ones are there. A day
    that another job computed meanwhile at a later revision is left to that one.

    Raises:
        PromptoryError: the report tells of a fault, or a table is not as its model is.
    """
    if fault := report.get("fault"):
        raise PromptoryError(f"Spark could not compute {fault['model']}: {fault['sentence']}.")
    warehouse, plan = engine_for(Role.DBT), prepared.plan
    if plan.days is not None:
        return load_days(warehouse, plan, prepared.days)
    return load_state(engine, warehouse, plan, prepared.began_at)


def inputs_of_days() -> list[str]:
    """The views of dbt's that are read when days are prepared."""
    return _of_dbt(relations_read(day_models()))


def inputs_of_state() -> list[str]:
    """The models of dbt's that are read when the state is prepared."""
    return _of_dbt(relations_read(state_models(), day_models()))


def refresh_from_lake(
    engine: Engine,
    lake: Lake,
    run: Launcher = run_here,
    *,
    build: Callable[[Sequence[str]], None] = build_models,
    full: bool = False,
) -> Refreshed:
    """Compute and load all that changed in the lake.

    `engine` connects as promptory_ingest; `build` builds dbt's models, in its selection syntax.

    Raises:
        PromptoryError: a step failed; what is loaded is as it was, or as the steps before left it.
        LakeError: the lake cannot be reached.
    """
    with connect(engine_for(Role.DBT)) as connection:
        missing = missing_relations(driver_of(connection), inputs_of_days())
    if missing:
        build([f"+{name}" for name in missing])
    days = prepare_days(engine, lake, full=full)
    rows: dict[str, int] = {}
    if days:
        days, report = run_days(engine, lake, days, run, full=full)
        with sole_refresh():
            rows |= load(engine, days, report)
    with connect(engine_for(Role.DBT)) as connection:
        ensure_tables(driver_of(connection))
        tell_days(driver_of(connection), {})
    build([f"+{name}" for name in inputs_of_state()])
    state = prepare_state(engine, lake)
    report = run(state.plan)
    with sole_refresh():
        rows |= load(engine, state, report)
    forget_old(state.plan.derived)
    told = {str(fault): fault for fault in (*(days.faults if days else ()), *state.faults)}
    return Refreshed(tuple(days.days) if days else (), rows, tuple(told.values()))


def run_days(
    engine: Engine,
    lake: Lake,
    prepared: Prepared,
    run: Launcher,
    days: Collection[date] | None = None,
    *,
    full: bool = False,
) -> tuple[Prepared, dict[str, Any]]:
    """Run the plan of days, of those given or of all; returns what is to be loaded now, and the report.

    Where Spark cannot, files are verified as a whole, and the days of the sound ones tried.

    Raises:
        PromptoryError: the job failed, and no file is the reason.
    """
    if not prepared.plan.models:
        return prepared, {}
    try:
        return prepared, run(prepared.plan)
    except PromptoryError:
        verified = prepare_days(engine, lake, days, full=full, whole=True)
        if verified is None or len(verified.faults) <= len(prepared.faults):
            raise
    return verified, run(verified.plan) if verified.plan.models else {}


def _computed(derived: str, wanted: Mapping[date, int]) -> set[date]:
    """The days that all models by day were computed of at their revisions."""
    markers: list[Mapping[str, Marker]] = [parts_of(derived, name) for name in day_models()]
    nothing = Marker("", (), 0)
    return {
        day for day, one in wanted.items() if all(found.get(str(day), nothing).revision == one for found in markers)
    }


def _of_dbt(relations: Collection[str]) -> list[str]:
    return sorted(name for name in relations if name in EXTRACTS and name.startswith(("stg_", "int_")) and name != DAYS)
