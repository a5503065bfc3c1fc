"""The warehouse from the lake: what is to be computed, by a launcher of whatever kind, and loaded.

A day's tables follow the day's revision. One that Spark has computed at its revision but that was not loaded, as the
process was killed, is loaded by the next refresh; one whose files are damaged is left out, and stays as it was.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from ingest.lake import Lake
from orchestration.lib.dbt_project import sole_refresh
from orchestration.lib.dbt_runs import build_models
from orchestration.spark.derived import forget_old
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.lake_days import DayFiles, bring_up_to_date, revisions, sound_files
from orchestration.spark.load import (
    computed_days,
    day_markers,
    ensure_tables,
    load_days,
    load_state,
    loaded_days,
    missing_relations,
    tell_days,
)
from orchestration.spark.local import run_here
from orchestration.spark.models import DAYS, day_models, relations_read, state_models
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, Plan
from orchestration.spark.state import state_inputs
from orchestration.spark.work import Work, names_file
from schema.database import connect, driver_of, engine_for
from schema.errors import PromptoryError
from schema.roles import Role

Launcher = Callable[[Plan], dict[str, Any]]
"""Runs a plan to its end, and gives the report; raises a PromptoryError that says why it could not."""


DAYS_A_RUN = 30
"""So many days at most are computed by one job, whose memory they share, and loaded before the next begins."""
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True, slots=True)
class Changed:
    """Days that are to be loaded."""

    days: Mapping[date, int]
    """By their revisions."""
    files: DayFiles
    """Of those that are to be computed first."""
    faults: tuple[PromptoryError, ...]
    """What is wrong with days that are left out: each message names the day, the file and what to do."""

    def parts(self) -> Iterator[dict[date, int]]:
        """The days of each job, the oldest first."""
        days = sorted(self.days.items())
        return (dict(days[start : start + DAYS_A_RUN]) for start in range(0, len(days), DAYS_A_RUN))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what is to be loaded when it has run."""

    plan: Plan
    """Without models: all is computed, and need not run."""
    days: Mapping[date, int] = field(default_factory=dict)
    """The days to load by their revisions, of which the plan computes some or all; none for the state."""
    faults: tuple[PromptoryError, ...] = ()
    """Of the state: days by which lists that were shown are not judged anew."""
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When what people do in the dashboard was read."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did, or a part of one."""

    days: tuple[date, ...] = ()
    """Those that it loaded."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """By table."""
    faults: tuple[PromptoryError, ...] = ()
    """What is wrong with days that it left out."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """Of the job, if one ran."""


def refresh_from_lake(
    engine: Engine,
    lake: Lake,
    run: Launcher = run_here,
    *,
    build: Callable[[Sequence[str]], None] = build_models,
    full: bool = False,
) -> Refreshed:
    """Compute and load all that changed in the lake; with `full` all.

    `engine` connects as promptory_ingest; `build` builds dbt's models, in its selection syntax.

    Raises:
        PromptoryError: a step failed; what is loaded is as it was, or as the steps before left it.
        LakeError: the lake cannot be reached.
    """
    done = list(refresh_days(engine, lake, run, full=full, build=build))
    _keep_tables()
    build([f"+{name}" for name in inputs_of_state()])
    state = prepare_state(engine, lake, full=full)
    run(state.plan)
    with sole_refresh():
        rows = Counter(load(engine, state))
    forget_old(state.plan.derived)
    for part in done:
        rows.update(part.rows)
    faults = {str(fault): fault for fault in (*(fault for part in done for fault in part.faults), *state.faults)}
    return Refreshed(tuple(day for part in done for day in part.days), dict(rows), tuple(faults.values()))


def refresh_days(
    engine: Engine,
    lake: Lake,
    run: Launcher,
    days: Collection[date] | None = None,
    *,
    full: bool = False,
    build: Callable[[Sequence[str]], None] = build_models,
) -> Iterator[Refreshed]:
    """Compute and load days that changed, of those given or of all; tells of each part as soon as it is loaded.

    With `full` they are computed whether they changed or not.

    Raises:
        PromptoryError: a job failed, and no file is the reason; what was told of is loaded.
        LakeError: the lake cannot be reached.
    """
    with connect(engine_for(Role.DBT)) as connection:
        missing = missing_relations(driver_of(connection), inputs_of_days())
    if missing:
        build([f"+{name}" for name in missing])
    changed = changed_days(engine, lake, days, full=full)
    if changed.faults:
        yield Refreshed(faults=changed.faults)
    for part in changed.parts():
        yield _refresh_part(engine, lake, run, part, changed.files)


def changed_days(engine: Engine, lake: Lake, days: Collection[date] | None = None, *, full: bool = False) -> Changed:
    """What is to be computed and loaded, of days that are given or of all; with `full` all of them.

    `engine` connects as promptory_ingest.

    Raises:
        LakeError: the lake cannot be reached.
    """
    faults = bring_up_to_date(engine, lake, days)
    wanted = revisions(engine, days)
    computed = {} if full else computed_days(day_markers(f"{lake.root}/derived"), wanted)
    with connect(engine_for(Role.DBT)) as connection:
        loaded = loaded_days(driver_of(connection))
    found = sound_files(engine, lake, wanted.keys() - computed.keys())
    told = {str(fault): fault for fault in (*faults, *found.wrong_with(found.faults))}
    to_load = {
        day: one for day, one in wanted.items() if day in found.files or (day in computed and loaded.get(day) != one)
    }
    return Changed(to_load, found, tuple(told.values()))


def prepare_days(lake: Lake, days: Mapping[date, int], found: DayFiles) -> Prepared:
    """The plan that computes those of some days whose files were found, and is to be followed by the load of all.

    The views that the models read must be there: `inputs_of_days`.

    Raises:
        LakeError: the lake cannot be reached.
    """
    work = Work.begin(lake)
    to_compute = {day: one for day, one in days.items() if day in found.files}
    names = tuple(day_models()) if to_compute else ()
    inputs = {EVENTS: Input(found.of(to_compute), EVENTS_SCHEMA)}
    if names:
        with connect(engine_for(Role.DBT)) as connection:
            needed = sorted(relations_read(names) & EXTRACTS.keys() - {DAYS})
            inputs |= work.extracts(driver_of(connection), needed)
    return Prepared(Plan(work.job, names, inputs, work.derived, work.report, to_compute), days)


def prepare_state(engine: Engine, lake: Lake, *, full: bool = False) -> Prepared:
    """What is to be computed of all days together: rankings' windows, tags, weeks and months, likes, neighbours.

    `engine` connects as promptory_ingest. dbt's models of `inputs_of_state` must be built since the days were loaded.
    With `full` also weeks, months and days of which nothing changed.

    Raises:
        LakeError: the lake cannot be reached, or a day of it lacks without which the numbers would be others.
    """
    work = Work.begin(lake)
    _keep_tables()
    with connect(engine_for(Role.DBT)) as connection:
        driver = driver_of(connection)
        driver.execute(_SNAPSHOT)
        began_at = datetime.now(UTC)
        inputs, faults = state_inputs(engine, driver, work, full=full)
    plan = Plan(work.job, tuple(state_models()), inputs, work.derived, work.report)
    return Prepared(plan, faults=faults, began_at=began_at)


def load(engine: Engine, prepared: Prepared) -> dict[str, int]:
    """Load what a plan computed, each table in one transaction; returns the rows by table.

    `engine` connects as promptory_ingest. Readers see a table's old rows until all of its new ones are there. A day
    that another job computed meanwhile at a later revision is left to that one.

    Raises:
        PromptoryError: what was computed is lost or damaged, or a table is not as its model is.
    """
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


def _refresh_part(engine: Engine, lake: Lake, run: Launcher, days: Mapping[date, int], found: DayFiles) -> Refreshed:
    """Compute and load days; where Spark cannot read a file, the others are, and the fault is told."""
    prepared = prepare_days(lake, days, found)
    faults: tuple[PromptoryError, ...] = ()
    report: Mapping[str, Any] = {}
    try:
        report = run(prepared.plan) if prepared.plan.models else {}
    except PromptoryError:
        if not names_file(prepared.plan):
            raise
        # Its ends were sound, or it was replaced since: to the last byte, or by the files that are there now.
        found = sound_files(engine, lake, prepared.plan.days or (), whole=True)
        faults = found.wrong_with(found.faults)
        prepared = prepare_days(lake, {day: one for day, one in days.items() if day not in found.faults}, found)
        report = run(prepared.plan) if prepared.plan.models else {}
    with sole_refresh():
        rows = load(engine, prepared)
    return Refreshed(tuple(prepared.days), rows, faults, report)


def _keep_tables() -> None:
    """Make the tables that are missing, and say which days are there."""
    with sole_refresh(), connect(engine_for(Role.DBT)) as connection:
        ensure_tables(driver_of(connection))
        tell_days(driver_of(connection), {})


def _of_dbt(relations: Collection[str]) -> list[str]:
    return sorted(name for name in relations if name in EXTRACTS and name.startswith(("stg_", "int_")) and name != DAYS)
