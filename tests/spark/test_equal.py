"""Both engines find the same in the same events: those at the edges first, then a million."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from ingest import ImportOptions, import_prompts, load_activity, load_users
from ingest.simulator import COLLECTION, STARTER, Format, Simulation, simulate, starter_prompts
from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.local import run_here
from orchestration.spark.plan import Input, Plan
from schema.roles import Role
from tests.conftest import LAST_DAY, scratch_library
from tests.spark.edges import add_catalogue, load_edges
from tests.support.library import Library
from tests.support.spark import (
    LIKES,
    NEIGHBOURS,
    TABLES,
    assert_equal,
    extract,
    lake_inputs,
    postgres_rows,
    skip_without_spark,
    spark_rows,
)
from tests.support.warehouse import ONLY_MODELS, run_dbt

RELATIONS = {name: f"analytics.{name}" for name in (*TABLES, NEIGHBOURS)} | {LIKES: "library.user_prompt_likes"}

# The heap of the default setting, and what Java and the workers of Python take beside it.
HEAP_AND_REST_MB = 2_000

# A list for every tenth person a day, of five prompts by chance, of which some are clicked.
SHOWN_TO_MANY = """
    SELECT library.ensure_impression_partitions('2026-06-01', '2026-06-30');
    INSERT INTO library.shown_lists (list_id, shown_at, surface, user_id)
    SELECT gen_random_uuid(), day + u.id % 86400 * interval '1 second', 'for_you', nullif(u.id, 10)
    FROM library.users AS u, generate_series(timestamptz '2026-06-01Z', '2026-06-29Z', interval '1 day') AS day
    WHERE u.id % 10 = 0;
    INSERT INTO library.impressions (list_id, shown_at, prompt_id, place, reason)
    SELECT l.list_id, l.shown_at, p.id, place, CASE WHEN place < 3 THEN 'popular' WHEN place < 5 THEN 'new' END
    FROM library.shown_lists AS l, generate_series(1, 5) AS place, library.prompts AS p
    WHERE p.id = (SELECT min(id) FROM library.prompts) + (extract(epoch FROM l.shown_at)::bigint + place * 7) % 100;
    INSERT INTO library.impression_clicks (list_id, shown_at, prompt_id, action, clicked_at)
    SELECT i.list_id, i.shown_at, i.prompt_id, 'open', i.shown_at
    FROM library.impressions AS i WHERE i.prompt_id % 9 = 0;
"""


@dataclass(frozen=True, slots=True)
class Both:
    """A library whose warehouse dbt built, and where Spark computed the same."""

    library: Library
    folder: Path
    report: dict[str, Any]

    def compare(self, table: str) -> None:
        """Check a table of Spark's against PostgreSQL's."""
        expected = postgres_rows(self.library, RELATIONS[table], self.folder)
        assert_equal(spark_rows(self.folder / "derived", table), expected, table)


def computed(library: Library, folder: Path, known_likes: Path) -> Both:
    """Build the warehouse with dbt and neighbours, and compute the same with Spark."""
    run_dbt(library, folder / "target", "build", *ONLY_MODELS)
    refresh_neighbours(library.engine(Role.DBT))
    plan = Plan(
        job="1",
        models=("likes_of_days", *RELATIONS),
        inputs=lake_inputs(library, folder / "lake") | {"known_likes": Input((str(known_likes),))},
        derived=str(folder / "derived"),
        report=str(folder / "report.json"),
    )
    return Both(library, folder, run_here(plan))


@pytest.fixture(scope="module")
def edges(server: URL, maintenance: Engine, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Ten days by hand, in a database whose sessions are in a zone with summer time."""
    skip_without_spark()
    folder = tmp_path_factory.mktemp("edges")
    with scratch_library(maintenance, server, template) as library:
        library.do(f"ALTER DATABASE {library.url.database} SET timezone = 'America/New_York'")
        library.dispose()
        library.engines.clear()
        people, prompts = add_catalogue(library)
        before = extract(library, EXTRACTS["known_likes"], folder / "before.parquet")
        load_edges(library, people, prompts, folder)
        yield computed(library, folder, before)


@pytest.mark.parametrize("table", RELATIONS)
def test_events_at_the_edges_are_counted_alike(edges: Both, table: str) -> None:
    edges.compare(table)


@pytest.fixture(scope="module")
def million(
    server: URL, maintenance: Engine, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    """Thirty days of a simulated application, with crawlers, late and repeated events; some lists were shown."""
    skip_without_spark()
    folder = tmp_path_factory.mktemp("million")
    simulation = Simulation(
        list(starter_prompts()), LAST_DAY, days=30, users=20_000, events_a_day=33_400, format=Format.CSV
    )
    simulate(simulation, folder)
    with scratch_library(maintenance, server, template) as library:
        import_prompts(library.ingest, [STARTER], ImportOptions(collection=COLLECTION))
        load_users(library.ingest, [folder / "users" / "users.jsonl"])
        before = extract(library, EXTRACTS["known_likes"], folder / "before.parquet")
        load_activity(library.ingest, sorted((folder / "activity").iterdir()))
        library.do(SHOWN_TO_MANY)
        assert library.value("SELECT count(*) FROM library.activity_events") > 950_000
        yield computed(library, folder, before)


@pytest.mark.spark
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("table", RELATIONS)
def test_a_million_events_are_counted_alike(million: Both, table: str) -> None:
    assert million.report["peak_mb"] < HEAP_AND_REST_MB
    million.compare(table)
