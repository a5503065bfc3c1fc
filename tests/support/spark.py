"""A library's events as a lake, and what Spark found there beside what dbt built."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from ingest.lake import Lake, Manifest, write_loaded
from orchestration.spark.derived import parts_of, whole_of
from orchestration.spark.extracts import EXTRACTS, write_extract
from orchestration.spark.java import java_for_spark
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input
from orchestration.spark.render import rendered_models
from schema.database import connect, driver_of
from schema.errors import SettingsError
from tests.support.library import Library

# What is compared: dbt's tables and views, and the two that others fill.
TABLES = tuple(
    f"int_{name}"
    for name in (
        *("viewer_days", "prompt_viewer_days", "search_query_days", "person_activations", "shown_days", "prompt_days"),
        *("tag_days", "prompt_viewers", "prompt_weeks", "creator_prompt_months", "ranking_windows"),
        *("prompt_recent_windows", "prompt_windows", "person_signals"),
    )
)
LIKES, NEIGHBOURS = "library_user_prompt_likes", "prompt_neighbour_lists"
CLOSE = 1e-9


def skip_without_spark() -> None:
    """Skip the test where this machine has no Spark, and say what is missing; `make test-spark` has it fail then."""
    try:
        java_for_spark()
    except SettingsError as missing:
        (pytest.fail if "SPARK_TESTS_MUST_RUN" in os.environ else pytest.skip)(str(missing))


def extract(library: Library, statement: str, path: Path) -> Path:
    """The rows of a statement as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with connect(library.engine()) as connection:
        write_extract(driver_of(connection), statement, path)
    return path


def lake_inputs(library: Library, folder: Path) -> dict[str, Input]:
    """The library's events by day, and all extracts."""
    inputs = {EVENTS: Input(lake_files(library, folder), EVENTS_SCHEMA)}
    for name, statement in EXTRACTS.items():
        inputs[name] = Input((str(extract(library, statement, folder / f"{name}.parquet")),))
    return inputs


def lake_files(library: Library, folder: Path) -> tuple[str, ...]:
    """The library's events in a lake, as `promptory lake write --loaded` brings them there; the files of all days."""
    lake = Lake(str(folder))
    write_loaded(library.ingest, lake)
    return tuple(
        f"{lake.root}/activity/dt={day}/{file.name}"
        for day, manifest in lake.manifests().items()
        if isinstance(manifest, Manifest)
        for file in manifest.files
    )


def files_of(derived: str, model: str, *parts: str) -> tuple[str, ...]:
    """The files of a model's parts, of those that are named or of all."""
    return tuple(
        file for part, one in parts_of(derived, model).items() if part in (parts or [part]) for file in one.files
    )


def spark_rows(derived: Path, model: str) -> pa.Table:
    """What the markers of a model name."""
    if rendered_models()[model].partition:
        files: Iterable[str] = files_of(str(derived), model)
    else:
        marker = whole_of(str(derived), model)
        files = marker.files if marker else ()
    # Not their folders' names: they repeat a column.
    return pa.concat_tables([parquet.read_table(file, partitioning=None) for file in files])


def postgres_rows(library: Library, relation: str, folder: Path) -> pa.Table:
    """The rows of a relation, with numerics as floating-point numbers and arrays as texts."""
    schema, name = relation.split(".")
    columns = library.rows(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = :schema"
        " AND table_name = :name ORDER BY ordinal_position",
        schema=schema,
        name=name,
    )
    as_read = {
        "numeric": "cast({0} AS float8)",
        "_text": "array_to_string({0}, ' ')",
        "_int8": "array_to_string({0}, ' ')",
        "_float4": "array_to_string(cast({0} AS float8[]), ' ')",
    }
    chosen = ", ".join(f"{as_read.get(kind, '{0}').format(column)} AS {column}" for column, kind in columns)
    return parquet.read_table(extract(library, f"SELECT {chosen} FROM {relation}", folder / f"{relation}.parquet"))


def assert_equal(found: pa.Table, expected: pa.Table, what: str) -> None:
    """Compare two tables row by row; numbers that are not whole may differ by a billionth."""
    assert sorted(found.column_names) == sorted(expected.column_names), what
    assert found.num_rows == expected.num_rows > 0, what
    floats = [one.name for one in expected.schema if pa.types.is_floating(one.type)]
    exact = [name for name in expected.column_names if name not in floats]
    found, expected = _sorted(found, exact), _sorted(expected, exact)
    for name in exact:
        ours, theirs = found[name].combine_chunks(), expected[name].combine_chunks().cast(found[name].type)
        differs = pc.fill_null(pc.not_equal(ours, theirs), pc.not_equal(pc.is_null(ours), pc.is_null(theirs)))
        places = pc.indices_nonzero(differs).to_pylist()[:3]
        assert not places, (
            what,
            name,
            [(found.slice(n, 1).to_pylist(), expected.slice(n, 1).to_pylist()) for n in places],
        )
    for name in floats:
        ours, theirs = (side[name].combine_chunks().cast(pa.float64()).to_pylist() for side in (found, expected))
        assert ours == pytest.approx(theirs, rel=CLOSE, abs=CLOSE), (what, name)


def _sorted(table: pa.Table, by: list[str]) -> pa.Table:
    for place, column in enumerate(table.column_names):
        kind = table.schema.field(column).type
        if pa.types.is_list(kind):
            table = table.set_column(place, column, _joined(table[column]))
        elif pa.types.is_decimal(kind):
            table = table.set_column(place, column, table[column].cast(pa.float64()))
        elif pa.types.is_timestamp(kind):
            table = table.set_column(place, column, table[column].cast(pa.timestamp("us", "UTC")))
    return table.sort_by([(name, "ascending") for name in by]) if by else table


def _joined(lists: Any) -> pa.Array:
    """As PostgreSQL's array_to_string with a space."""
    return pa.array([None if one is None else " ".join(map(str, one)) for one in lists.to_pylist()], pa.string())
