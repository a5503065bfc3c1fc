"""What jobs read of the database: small tables, each as one Parquet file. No raw event, no name, no address."""

import tempfile
from pathlib import Path
from typing import LiteralString

import pyarrow as pa
from psycopg import adapters
from psycopg.sql import SQL, Composable
from pyarrow import csv, parquet

from schema.database import Driver

EXTRACTS: dict[str, LiteralString] = {
    "library_activity_days": "SELECT activity_date, events_dropped_at FROM library.activity_days",
    "library_prompts": "SELECT id, created_by, archived_at, merged_into FROM library.prompts",
    "library_shown_lists": "SELECT list_id, shown_at, surface, user_id FROM library.shown_lists",
    "library_impressions": "SELECT list_id, shown_at, prompt_id, place, reason FROM library.impressions",
    "library_impression_clicks": """
        SELECT list_id, shown_at, prompt_id, action, clicked_at FROM library.impression_clicks
    """,
    "known_likes": "SELECT user_id, prompt_id, liked_at FROM library.user_prompt_likes",
    "stg_library__prompts": "SELECT prompt_id, creator_id FROM analytics.stg_library__prompts",
    "stg_library__users": "SELECT user_id, is_contributor, created_at FROM analytics.stg_library__users",
    "int_activity_days": "SELECT activity_date, revision, events_dropped_at FROM analytics.int_activity_days",
    "int_followed_days": "SELECT activity_date, revision, events_dropped_at FROM analytics.int_followed_days",
    "int_prompt_tags": "SELECT prompt_id, head_id, tag_id FROM analytics.int_prompt_tags",
    "int_tagged_days": "SELECT activity_date, revision, tagging FROM analytics.int_tagged_days",
    "int_viewer_periods": "SELECT period, period_date, revision FROM analytics.int_viewer_periods",
}
"""Statements by the name that the texts call the relation."""

_TYPES = {
    "bool": pa.bool_(),
    "date": pa.date32(),
    "float8": pa.float64(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "numeric": pa.decimal128(38, 0),
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", "UTC"),
    "uuid": pa.string(),
    "varchar": pa.string(),
}


def write_extract(driver: Driver, statement: LiteralString | Composable, path: Path) -> None:
    """Write the rows of a statement to a Parquet file, in blocks; numerics are whole numbers."""
    with driver.transaction(), driver.cursor() as cursor:
        query = statement if isinstance(statement, Composable) else SQL(statement)
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        cursor.execute(SQL("SELECT * FROM ({}) AS extract LIMIT 0").format(query))
        columns = {one.name: _type_of(one.type_code) for one in cursor.description or ()}
        with tempfile.NamedTemporaryFile() as aside:
            with cursor.copy(SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)) as copy:
                for block in copy:
                    aside.write(block)
            aside.flush()
            _convert(Path(aside.name), columns, path)


def _type_of(code: int) -> pa.DataType:
    known = adapters.types.get(code)
    return _TYPES[known.name if known else "text"]


def _convert(source: Path, columns: dict[str, pa.DataType], path: Path) -> None:
    schema = pa.schema(list(columns.items()))
    with parquet.ParquetWriter(path, schema) as writer:
        if not source.stat().st_size:
            return
        reader = csv.open_csv(
            source,
            read_options=csv.ReadOptions(column_names=list(columns)),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            # A null has no quotes, an empty text has.
            convert_options=csv.ConvertOptions(
                column_types=columns,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        for batch in reader:
            writer.write_batch(batch)
