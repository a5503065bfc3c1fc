"""What a job reads that computes all days together: parts that changed, what is known of days, and few raw events."""

from collections.abc import Collection
from datetime import date, timedelta

from psycopg.sql import SQL, Composable, Identifier, Literal
from sqlalchemy import Engine

from orchestration.spark.derived import parts_of
from orchestration.spark.extracts import EXTRACTS, Driver
from orchestration.spark.lake_days import newest_days, sound_files
from orchestration.spark.models import PARTS, Parts, day_models, relations_read, state_models
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, schema_of
from orchestration.spark.recent_uses import USES
from orchestration.spark.tables import is_there, table_of
from orchestration.spark.work import Work
from schema.errors import PromptoryError

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
_SHOWN = "SELECT DISTINCT cast(shown_at AT TIME ZONE 'UTC' AS date) FROM library.shown_lists"
_DROPPED = "SELECT activity_date FROM library.activity_days WHERE events_dropped_at IS NOT NULL"


def state_inputs(engine: Engine, driver: Driver, work: Work) -> tuple[dict[str, Input], tuple[PromptoryError, ...]]:
    """The inputs of the models of all days; the second are faults of days whose events are left out.

    `driver` connects as promptory_dbt, to a database where the tables of these models are there.
    """
    needed = relations_read(state_models(), day_models())
    lists = _shown_to_judge(driver)
    newest: date | None = driver.execute(_NEWEST_USE).fetchone()[0]  # type: ignore[index]
    ends = newest_days(work.lake, newest)
    wanted = {day - timedelta(days=edge) for day in ends for edge in EDGES}
    wanted |= {day + timedelta(days=number) for day in lists for number in range(_LIKES_FOLLOW + 1)}
    found = sound_files(engine, work.lake, wanted & set(work.lake.days()))
    bad = wanted & set(work.lake.days()) - found.files.keys()
    unjudged = [day for day in lists if bad & {day + timedelta(days=number) for number in range(_LIKES_FOLLOW + 1)}]
    instead = {parts.relation: _to_compute(parts.relation, unjudged) for parts in PARTS.values()}
    inputs = work.extracts(driver, sorted(needed & EXTRACTS.keys()), instead)
    inputs[EVENTS] = Input(found.of(found.files), EVENTS_SCHEMA)
    for name in sorted(needed & day_models().keys()):
        inputs[name] = _by_day(driver, work, name)
    return inputs, found.faults


def _by_day(driver: Driver, work: Work, name: str) -> Input:
    """What was computed of every day, and of days that were dropped before the lake had them what PostgreSQL holds."""
    model, parts = day_models()[name], parts_of(work.derived, name)
    files = tuple(file for marker in parts.values() for file in marker.files)
    columns = model.columns
    if not columns:
        return Input(files, _COLUMNS[name])
    dropped = [day for (day,) in driver.execute(_DROPPED) if str(day) not in parts]
    if dropped and is_there(driver, name):
        statement = SQL("SELECT {} FROM {} WHERE activity_date = ANY({})").format(
            SQL(", ").join(map(Identifier, columns)), table_of(name), Literal(dropped)
        )
        files += (work.extract(driver, name, statement),)
    return Input(files, schema_of(columns))


def _to_compute(relation: str, without: Collection[date]) -> Composable:
    """The parts of a relation that some model has not, or not as they are now."""
    missing = SQL(" OR ").join(_lacks(table, parts) for table, parts in PARTS.items() if parts.relation == relation)
    wanted = SQL("TRUE")
    if without and relation == PARTS["int_shown_days"].relation:
        wanted = SQL("source.activity_date <> ALL({})").format(Literal(list(without)))  # type: ignore[assignment]
    statement = SQL("SELECT source.* FROM ({}) AS source WHERE ({}) AND {}")
    return statement.format(SQL(EXTRACTS[relation]), missing, wanted)


def _lacks(table: str, parts: Parts) -> Composable:
    same = SQL(" AND ").join(SQL("built.{0} = source.{0}").format(Identifier(key)) for key in parts.keys)
    return SQL("({} AND NOT EXISTS (SELECT FROM {} AS built WHERE {}))").format(
        SQL(parts.condition), table_of(table), same
    )


def _shown_to_judge(driver: Driver) -> set[date]:
    """The days on which something was shown that is to be judged anew."""
    followed = _to_compute(PARTS["int_shown_days"].relation, ())
    changed = SQL("SELECT activity_date FROM ({}) AS changed").format(followed)
    return {day for (day,) in driver.execute(changed)} & {day for (day,) in driver.execute(_SHOWN)}
