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
from orchestration.spark.plan import Plan
from orchestration.spark.recent_uses import RECENT_USES, load_recent_uses
from orchestration.spark.render import Model, rendered_models
from orchestration.spark.retention import forget_people
from orchestration.spark.tables import (
    Driver,
    copy_files,
    ensure_table,
    is_there,
    replace_parts,
    replace_table,
    table_of,
)
from schema.database import connect, driver_of

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
_TAKE_OUT = "DELETE FROM analytics.int_activity_days WHERE activity_date = ANY(%s)"
_TELL = """
INSERT INTO analytics.int_activity_days (activity_date, revision)
SELECT * FROM unnest(%s::date[], %s::bigint[])
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
    """Make the tables that are loaded where they are missing: dbt's other models read them."""
    for name, model in rendered_models().items():
        if model.columns and (model.is_loaded or name == DAYS):
            ensure_table(driver, model)


def tell_days(driver: Driver, days: Mapping[date, int]) -> None:
    """Say which days are loaded now, at which revision, and of which the events were dropped since.

    What dbt builds of a day follows this revision, and not the library's, which may be of events not loaded yet.
    """
    for statement in (_FORGET, _DROP, _ADD_DROPPED):
        driver.execute(statement)
    driver.execute(_TAKE_OUT, [list(days)])
    driver.execute(_TELL, [list(days), list(days.values())])
    driver.execute("ANALYZE analytics.int_activity_days")


def load_days(warehouse: Engine, plan: Plan, days: Mapping[date, int]) -> dict[str, int]:
    """Load days that were computed at these revisions; returns the rows by table."""
    models = day_models()
    markers = {name: parts_of(plan.derived, name) for name in models}
    ready = {day: one for day, one in days.items() if all(_is_of(found, day, one) for found in markers.values())}
    rows: dict[str, int] = {}
    for name, model in models.items():
        if model.is_loaded:
            files = [file for day in sorted(ready) for file in markers[name][str(day)].files]
            with connect(warehouse) as connection:
                driver = driver_of(connection)
                rows[name] = replace_parts(driver, model, ready, files)
                driver.execute(SQL("ANALYZE {}").format(table_of(name)))
    # Last: a process that is killed before leaves them to be loaded again.
    with connect(warehouse) as connection:
        ensure_table(driver_of(connection), rendered_models()[DAYS])
        tell_days(driver_of(connection), ready)
    return rows


def load_state(engine: Engine, warehouse: Engine, plan: Plan, began_at: datetime) -> dict[str, int]:
    """Load what was computed of all days together; returns the rows by table.

    `engine` connects as promptory_ingest. What people said in the dashboard since `began_at` stands.
    """
    rows: dict[str, int] = {}
    for name, model in state_models().items():
        if not model.is_loaded:
            continue
        marker = whole_of(plan.derived, name)
        files = marker.files if marker else ()
        if name == LIKES:
            rows[name] = load_likes(engine, files, began_at)
        elif name == RECENT_USES:
            rows[name] = load_recent_uses(engine, files)
        elif name == NEIGHBOURS:
            rows[name] = replace_neighbours(warehouse, _neighbours_of(files))
        else:
            with connect(warehouse) as connection:
                driver = driver_of(connection)
                if model.partition:
                    rows[name] = _load_parts(driver, model, plan)
                else:
                    rows[name] = replace_table(driver, model, files)
    # Not before who likes what now is in the library.
    forget_people(engine, plan.derived)
    return rows


def _load_parts(driver: Driver, model: Model, plan: Plan) -> int:
    """The parts that a job computed; a day without anything that is tagged is none of int_tag_days any more."""
    computed = {part: one for part, one in parts_of(plan.derived, model.name).items() if one.version == plan.job}
    files = [file for one in computed.values() for file in one.files]
    rows = replace_parts(driver, model, map(date.fromisoformat, computed), files)
    if model.name == "int_tag_days":
        parts = PARTS[model.name]
        same = SQL(" AND ").join(SQL("source.{0} = built.{0}").format(Identifier(key)) for key in parts.keys)
        driver.execute(
            SQL("DELETE FROM {} AS built WHERE NOT EXISTS (SELECT FROM {} AS source WHERE {})").format(
                table_of(model.name), table_of(parts.relation), same
            )
        )
    driver.execute(SQL("ANALYZE {}").format(table_of(model.name)))
    return rows


def _neighbours_of(files: Iterable[str]) -> Callable[[Driver, LiteralString], int]:
    def fill(driver: Driver, table: LiteralString) -> int:
        name = table.partition(".")[2]
        return copy_files(driver, table_of(name), dict.fromkeys(("prompt_id", "neighbour_ids", "weights"), ""), files)

    return fill


def _is_of(markers: Mapping[str, Marker], day: date, revision: int) -> bool:
    found = markers.get(str(day))
    return found is not None and found.revision == revision
