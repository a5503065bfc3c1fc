"""Both engines find the same in the same events: those at the edges first, then a million."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.local import run_here
from orchestration.spark.plan import Input, Plan
from schema.roles import Role
from tests.conftest import scratch_library
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
