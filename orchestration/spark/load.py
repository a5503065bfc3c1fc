"""What Spark found, put into the tables that dbt's models of that name would fill."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import LiteralString

from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine

from orchestration.lib.neighbour_tables import replace_neighbours
from orchestration.spark.derived import Marker, parts_of, whole_of
from orchestration.spark.likes import load_likes
from orchestration.spark.models import DAYS, LIKES, NEIGHBOURS, PARTS, day_models, state_models
from orchestration.spark.plan import Plan, text_hash
from orchestration.spark.recent_uses import RECENT_USES, load_recent_uses
from orchestration.spark.render import Model, rendered_models
from orchestration.spark.retention import forget_people
from orchestration.spark.tables import copy_files, ensure_table, is_there, replace_parts, replace_table, table_of
from schema.database import Driver, connect, driver_of
from schema.errors import PromptoryError

_FORGET = """
DELETE FROM analytics.int_activity_days AS told
WHERE NOT EXISTS (SELECT FROM library.activity_days AS days WHERE days.activity_date = told.activity_date)
"""
# What is counted of a day whose events were dropped stays as it is.
_DROP = """
UPDATE analytics.int_activity_days AS told SET events_dropped_at = days.events_dropped_at
FROM library.activity_days AS days
WHERE days.activity_date = told.activity_date AND days.events_dropped_at IS DISTINCT FROM told.events_dropped_at
"""
_ADD_DROPPED = """
INSERT INTO analytics.int_activity_days (activity_date, revision, events_dropped_at)
SELECT activity_date, revision, events_dropped_at FROM library.activity_days AS days
WHERE
    events_dropped_at IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM analytics.int_activity_days AS told WHERE told.activity_date = days.activity_date
    )
"""
# A table that is new has none of the days that others hold.
_LOAD_AGAIN = "UPDATE analytics.int_activity_days SET revision = 0 WHERE events_dropped_at IS NULL"
_TAKE_OUT = "DELETE FROM analytics.int_activity_days WHERE activity_date = ANY(%s)"
_TELL = """
INSERT INTO analytics.int_activity_days (activity_date, revision)
SELECT * FROM unnest(%s::date[], %s::bigint[])
"""
# Likes were not counted by day in a table of an older release; of days whose events were dropped, it is all there is.
_COUNT_LIKES = """
UPDATE analytics.int_prompt_days AS days SET likes = counted.likes
FROM (
    SELECT activity_date, prompt_id, count(*) FILTER (WHERE likes_given > 0) AS likes
    FROM analytics.int_prompt_viewer_days
    GROUP BY activity_date, prompt_id
) AS counted
WHERE days.activity_date = counted.activity_date AND days.prompt_id = counted.prompt_id
"""


def loaded_days(driver: Driver) -> dict[date, int]:
    """The days that are loaded, with their revisions; none where a table of them is missing."""
    names = [DAYS, *(name for name, one in day_models().items() if one.is_loaded)]
    if not all(is_there(driver, name) for name in names):
        return {}
    return dict(driver.execute("SELECT activity_date, revision FROM analytics.int_activity_days").fetchall())


def missing_relations(driver: Driver, names: Iterable[str]) -> list[str]:
    """Those of dbt's models that were never built."""
    return [name for name in names if not is_there(driver, name)]


def ensure_tables(driver: Driver) -> None:
    """Make the tables that are loaded where they are missing: dbt's other models read them.

    Raises:
        PromptoryError: a table is not as its model is.
    """
    models, by_day = rendered_models(), day_models()
    is_new = False
    for name, model in models.items():
        if not model.columns or not (model.is_loaded or name == DAYS):
            continue
        added = ensure_table(driver, model)
        is_new |= name in by_day and len(added) == len(model.columns)
        if name == "int_prompt_days" and "likes" in added and is_there(driver, "int_prompt_viewer_days"):
            driver.execute(_COUNT_LIKES)
    if is_new:
        driver.execute(_LOAD_AGAIN)


def tell_days(driver: Driver, days: Mapping[date, int]) -> None:
    """Say which days are loaded now, at which revision, and of which the events were dropped since.

    What dbt builds of a day follows this revision, and not the library's, which may be of events not loaded yet.
    """
    for statement in (_FORGET, _DROP, _ADD_DROPPED):
        driver.execute(statement)
    driver.execute(_TAKE_OUT, [list(days)])
    driver.execute(_TELL, [list(days), list(days.values())])
    driver.execute("ANALYZE analytics.int_activity_days")


def day_markers(derived: str) -> dict[str, dict[str, Marker]]:
    """The markers of each model by day.

    Raises:
        LakeError: the lake cannot be reached.
    """
    return {name: parts_of(derived, name) for name in day_models()}


def computed_days(markers: Mapping[str, Mapping[str, Marker]], days: Mapping[date, int]) -> dict[date, int]:
    """Those of some days of which every model was computed at their revisions, by the text that it has now."""
    found = dict(days)
    for name, parts in markers.items():
        text = text_hash(name)
        of_now = {(part, one.revision) for part, one in parts.items() if one.text == text}
        found = {day: revision for day, revision in found.items() if (str(day), revision) in of_now}
    return found


def load_days(warehouse: Engine, plan: Plan, days: Mapping[date, int]) -> dict[str, int]:
    """Load days that were computed at these revisions; returns the rows by table.

    Raises:
        PromptoryError: a file of a day is lost or damaged, or a table is not as its model is.
    """
    markers = day_markers(plan.derived)
    ready = computed_days(markers, days)
    with connect(warehouse) as connection:
        ensure_tables(driver_of(connection))
    rows: dict[str, int] = {}
    for name, model in day_models().items():
        if model.is_loaded:
            files = [file for day in sorted(ready) for file in markers[name][str(day)].files]
            with connect(warehouse) as connection:
                driver = driver_of(connection)
                rows[name] = replace_parts(driver, model, ready, files)
                driver.execute(SQL("ANALYZE {}").format(table_of(name)))
    # Last: a process that is killed before leaves them to be loaded again.
    with connect(warehouse) as connection:
        tell_days(driver_of(connection), ready)
    return rows


def load_state(engine: Engine, warehouse: Engine, plan: Plan, began_at: datetime) -> dict[str, int]:
    """Load what was computed of all days together; returns the rows by table.

    `engine` connects as promptory_ingest. What people said in the dashboard since `began_at` stands. What another job
    computed since is left to that one.

    Raises:
        PromptoryError: the job left no marker of a model, a file is lost or damaged, or a table is not as its model is.
    """
    loaded = {name: model for name, model in state_models().items() if model.is_loaded}
    wholes = {name: _whole_of(plan, name) for name, model in loaded.items() if not model.partition}
    rows: dict[str, int] = {}
    for name, model in loaded.items():
        if model.partition:
            with connect(warehouse) as connection:
                rows[name] = _load_parts(driver_of(connection), model, plan)
        elif wholes[name].version == plan.job:
            rows[name] = _load_whole(engine, warehouse, model, wholes[name].files, began_at)
    # Not before who likes what now is in the library.
    forget_people(engine, plan.derived)
    return rows


def _whole_of(plan: Plan, name: str) -> Marker:
    """What is there of a model after a job that computed it."""
    marker = whole_of(plan.derived, name)
    if marker is None or marker.version < plan.job:
        raise PromptoryError(f"The Spark job {plan.job} left nothing of {name}; run promptory refresh again.")
    return marker


def _load_whole(engine: Engine, warehouse: Engine, model: Model, files: Iterable[str], began_at: datetime) -> int:
    if model.name == LIKES:
        return load_likes(engine, files, began_at)
    if model.name == RECENT_USES:
        return load_recent_uses(engine, files)
    if model.name == NEIGHBOURS:
        return replace_neighbours(warehouse, _neighbours_of(files))
    with connect(warehouse) as connection:
        return replace_table(driver_of(connection), model, files)


def _load_parts(driver: Driver, model: Model, plan: Plan) -> int:
    """The parts that a job computed, and none that the model has no more."""
    computed = {part: one for part, one in parts_of(plan.derived, model.name).items() if one.version == plan.job}
    files = [file for one in computed.values() for file in one.files]
    rows = replace_parts(driver, model, map(date.fromisoformat, computed), files)
    parts = PARTS[model.name]
    # By its day alone: one whose revision is another since is computed the next time, and stands until then.
    driver.execute(
        SQL(
            "DELETE FROM {} AS built WHERE NOT EXISTS (SELECT FROM {} AS source WHERE source.{} = built.{} AND {})"
        ).format(table_of(model.name), table_of(parts.relation), *[Identifier(parts.keys[0])] * 2, SQL(parts.which))
    )
    driver.execute(SQL("ANALYZE {}").format(table_of(model.name)))
    return rows


def _neighbours_of(files: Iterable[str]) -> Callable[[Driver, LiteralString], int]:
    def fill(driver: Driver, table: LiteralString) -> int:
        name = table.partition(".")[2]
        return copy_files(driver, table_of(name), ("prompt_id", "neighbour_ids", "weights"), files)

    return fill
