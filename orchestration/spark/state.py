"""What a job reads that computes all days together: parts that changed, what is known of days, and few raw events."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString

from psycopg.sql import SQL, Composable, Identifier, Literal
from sqlalchemy import Engine

from ingest.errors import LakeError
from orchestration.spark.derived import Marker, parts_of
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.lake_days import named, sound_files
from orchestration.spark.models import PARTS, Parts, day_models, relations_read, state_models
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, schema_of
from orchestration.spark.recent_uses import USES
from orchestration.spark.tables import is_there, table_of
from orchestration.spark.work import Work
from schema.database import Driver
from schema.errors import PromptoryError
from schema.wording import counted

EDGES = (0, 1, 2, 7, 14, 30, 60)
"""Windows of int_ranking_windows begin or end so many days before the newest event: these days' events are read."""
_LIKES_FOLLOW = 7
"""A list that was shown is judged by the likes of so many days after it, and of its own."""

# Of what dbt has no model of, and no contract.
_COLUMNS = {
    "likes_of_days": (
        "activity_date date, user_id bigint, prompt_id bigint, "
        "last_word struct<occurred_at: timestamp, event_id: binary, event_type: string>, revision bigint"
    ),
    USES: (
        "activity_date date, user_id bigint, event_type string, prompt_id bigint, used_at timestamp, revision bigint"
    ),
}
# From the newest day on that had a viewer, as int_ranking_windows looks for its end.
_NEWEST_USE = """
SELECT max(activity_date) FROM analytics.int_viewer_days
WHERE events > searches AND activity_date <= cast(now() AT TIME ZONE 'UTC' AS date)
"""
_KEPT = "SELECT activity_date FROM library.activity_days WHERE events_dropped_at IS NULL"
_DROPPED = "SELECT activity_date FROM library.activity_days WHERE events_dropped_at IS NOT NULL"
_COUNTED = "SELECT activity_date FROM analytics.int_activity_days WHERE events_dropped_at IS NULL"
_SHOWN = "SELECT DISTINCT cast(shown_at AT TIME ZONE 'UTC' AS date) FROM library.shown_lists"
_TOLD = 5


def state_inputs(
    engine: Engine, driver: Driver, work: Work, *, full: bool = False
) -> tuple[dict[str, Input], tuple[PromptoryError, ...]]:
    """The inputs of the models of all days, and what is wrong with days by which lists would be judged that were shown.

    These lists stay as they were judged, and nothing else lacks because of such a day.
    `driver` is in a transaction that sees one state of the database, where the tables of these models are there. With
    `full` all parts are computed, whether they changed or not.

    Raises:
        LakeError: a day was not computed that is counted, or the events of one cannot be read on which windows begin
            or end: the numbers would be others.
    """
    needed = relations_read(state_models(), day_models())
    kept = _days(driver, _KEPT)
    by_model = {name: parts_of(work.derived, name) for name in sorted(needed & day_models().keys())}
    lacking = {
        day for day in _days(driver, _COUNTED) & kept if any(str(day) not in parts for parts in by_model.values())
    }
    edges = kept & _edges(driver, kept)
    follow = {day: kept & _after(day, range(_LIKES_FOLLOW + 1)) for day in _shown_to_judge(driver, full=full)}
    found = sound_files(engine, work.lake, lacking | edges | set().union(*follow.values()))
    _refuse(found.wrong_with(lacking | edges), lacking - found.faults.keys())
    unjudged = [day for day, days in follow.items() if days & found.faults.keys()]
    instead = {parts.relation: _to_compute(parts.relation, full=full, without=unjudged) for parts in PARTS.values()}
    inputs = work.extracts(driver, sorted(needed & EXTRACTS.keys()), instead)
    inputs[EVENTS] = Input(found.of(found.files), EVENTS_SCHEMA)
    for name, parts in by_model.items():
        inputs[name] = _by_day(driver, work, name, parts)
    return inputs, found.wrong_with(found.faults)


def _edges(driver: Driver, kept: Collection[date]) -> set[date]:
    """The days whose events tell where windows begin and end."""
    known = [day for day in kept if day <= datetime.now(UTC).date()]
    newest: date | None = driver.execute(_NEWEST_USE).fetchone()[0]  # type: ignore[index]
    first = newest or max(known, default=date.max)
    return {day - timedelta(days=edge) for day in known if day >= first for edge in EDGES}


def _after(day: date, numbers: Iterable[int]) -> set[date]:
    return {day + timedelta(days=number) for number in numbers}


def _days(driver: Driver, statement: LiteralString) -> set[date]:
    return {day for (day,) in driver.execute(statement)}


def _refuse(faults: Collection[PromptoryError], uncomputed: Collection[date]) -> None:
    """Say why nothing is computed of all days, if it is so."""
    told = [str(fault) for fault in faults][:_TOLD]
    if len(faults) > _TOLD:
        told.append(f"And {counted(len(faults) - _TOLD, 'fault')} more: promptory lake check tells them.")
    if uncomputed:
        again = "run promptory refresh, or materialize lake_days of them in Dagster"
        told.append(f"Spark has not computed {named(uncomputed)}: {again}.")
    if told:
        raise LakeError(f"Rankings and all else that is counted over many days stay as they were. {' '.join(told)}")


def _by_day(driver: Driver, work: Work, name: str, parts: Mapping[str, Marker]) -> Input:
    """What was computed of every day, and of days that were dropped before the lake had them what PostgreSQL holds."""
    files = tuple(file for marker in parts.values() for file in marker.files)
    columns = day_models()[name].columns
    if not columns:
        return Input(files, _COLUMNS[name])
    dropped = [day for day in _days(driver, _DROPPED) if str(day) not in parts]
    if dropped and is_there(driver, name):
        statement = SQL("SELECT {} FROM {} WHERE activity_date = ANY({})").format(
            SQL(", ").join(map(Identifier, columns)), table_of(name), Literal(dropped)
        )
        files += (work.extract(driver, name, statement),)
    return Input(files, schema_of(columns))


def _to_compute(relation: str, *, full: bool, without: Collection[date] = ()) -> Composable:
    """The parts of a relation that some model has not, or not as they are now; with `full` all."""
    wanted = SQL(" OR ").join(
        _lacks(table, parts, full=full) for table, parts in PARTS.items() if parts.relation == relation
    )
    judged = SQL("TRUE")
    if without and relation == PARTS["int_shown_days"].relation:
        judged = SQL("source.activity_date <> ALL({})").format(Literal(list(without)))  # type: ignore[assignment]
    statement = SQL("SELECT source.* FROM ({}) AS source WHERE ({}) AND {}")
    return statement.format(SQL(EXTRACTS[relation]), wanted, judged)


def _lacks(table: str, parts: Parts, *, full: bool) -> Composable:
    same = SQL(" AND ").join(SQL("built.{0} = source.{0}").format(Identifier(key)) for key in parts.keys)
    return SQL("({} AND {} AND ({} OR NOT EXISTS (SELECT FROM {} AS built WHERE {})))").format(
        SQL(parts.which), SQL(parts.is_counted), Literal(full), table_of(table), same
    )


def _shown_to_judge(driver: Driver, *, full: bool) -> set[date]:
    """The days on which something was shown that is to be judged anew."""
    followed = _to_compute(PARTS["int_shown_days"].relation, full=full)
    changed = SQL("SELECT activity_date FROM ({}) AS changed").format(followed)
    return {day for (day,) in driver.execute(changed)} & _days(driver, _SHOWN)
