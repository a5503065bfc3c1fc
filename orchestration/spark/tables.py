"""Tables of dbt's models, as the models have them, filled from Parquet files instead."""

from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg.sql import SQL, Composable, Composed, Identifier
from pyarrow import csv

from orchestration.spark.derived import read_rows
from orchestration.spark.render import Model
from schema.database import Driver
from schema.errors import PromptoryError

_SCHEMA = "analytics"
_SHAPE = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute AS a
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
"""


def table_of(name: str) -> Composed:
    """A model's table, as statements name it."""
    return SQL("{}.{}").format(Identifier(_SCHEMA), Identifier(name))


def is_there(driver: Driver, name: str) -> bool:
    """Whether a model's table is there."""
    return driver.execute("SELECT to_regclass(%s)", [f"{_SCHEMA}.{name}"]).fetchone() != (None,)


def ensure_table(driver: Driver, model: Model) -> list[str]:
    """Make a model's table where it is missing; one of an older release gets its new columns, as dbt does it.

    Returns the columns that were missing.

    Raises:
        PromptoryError: a column of it is of another type.
    """
    columns = model.columns or {}
    found: dict[str, str] = {str(name): str(kind) for name, kind in driver.execute(_SHAPE, [f"{_SCHEMA}.{model.name}"])}
    if not found:
        make_table(driver, model, model.name)
        return list(columns)
    added = []
    for name, kind in columns.items():
        if name not in found:
            add = SQL("ALTER TABLE {} ADD COLUMN {} {}")
            driver.execute(add.format(table_of(model.name), Identifier(name), SQL(kind)))
            added.append(name)
        elif not _is_alike(found[name], kind):
            raise PromptoryError(
                f"The table {_SCHEMA}.{model.name} is not the model's: {name} is {found[name]} and not {kind}; "
                f"drop the table, and run promptory refresh."
            )
    return added


def make_table(driver: Driver, model: Model, name: str) -> None:
    """Make an empty table with a model's columns and indexes."""
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(column), SQL(kind)) for column, kind in (model.columns or {}).items()
    )
    driver.execute(SQL("CREATE TABLE {} ({})").format(table_of(name), columns))
    for index in model.indexes:
        unique = SQL("UNIQUE ") if index.get("unique") else SQL("")
        over = SQL(", ").join(map(Identifier, index["columns"]))
        driver.execute(SQL("CREATE {}INDEX ON {} ({})").format(unique, table_of(name), over))


def replace_parts(driver: Driver, model: Model, parts: Iterable[Any], files: Iterable[str]) -> int:
    """Let the parts of a model that is kept by day or period be what files hold of them; returns their rows.

    Readers see the old rows until the transaction ends; rows of other parts are not touched.
    """
    column = Identifier(model.partition or "")
    statement = SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(table_of(model.name), column)
    driver.execute(statement, [list(parts)])
    return copy_files(driver, table_of(model.name), model.columns or {}, files)


def replace_table(driver: Driver, model: Model, files: Iterable[str]) -> int:
    """Put a new table with what files hold in the place of a model's table; returns its rows."""
    new = f"{model.name}__new"
    driver.execute(SQL("DROP TABLE IF EXISTS {}").format(table_of(new)))
    make_table(driver, model, new)
    rows = copy_files(driver, table_of(new), model.columns or {}, files)
    driver.execute(SQL("ANALYZE {}").format(table_of(new)))
    driver.execute(SQL("DROP TABLE IF EXISTS {}").format(table_of(model.name)))
    driver.execute(SQL("ALTER TABLE {} RENAME TO {}").format(table_of(new), Identifier(model.name)))
    return rows


def copy_files(driver: Driver, table: Composable, columns: Collection[str], files: Iterable[str]) -> int:
    """Copy columns of files that jobs wrote, by path or address, into a table; returns how many rows.

    Raises:
        PromptoryError: a file is lost or damaged.
    """
    return copy_rows(driver, table, columns, read_rows(files, list(columns)))


def copy_rows(driver: Driver, table: Composable, columns: Collection[str], rows: Iterable[pa.RecordBatch]) -> int:
    """Copy rows, which have these columns in this order, into a table, some at a time; returns how many."""
    copied = 0
    into = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, SQL(", ").join(map(Identifier, columns)))
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for batch in rows:
            copy.write(_as_csv(batch))
            copied += batch.num_rows
    return copied


def _as_csv(batch: pa.RecordBatch) -> memoryview:
    """Rows as COPY reads them: texts in quotes, nulls as nothing, arrays as PostgreSQL writes them."""
    columns = [_array_texts(one) if pa.types.is_list(one.type) else one for one in batch.columns]
    stream = pa.BufferOutputStream()
    csv.write_csv(
        pa.RecordBatch.from_arrays(columns, batch.schema.names), stream, csv.WriteOptions(include_header=False)
    )
    return memoryview(stream.getvalue())


def _array_texts(lists: pa.ListArray) -> pa.Array:
    if pa.types.is_string(lists.type.value_type):
        # What a session calls itself may hold any sign.
        quoted = ([_quoted(text) for text in one] if one is not None else None for one in lists.to_pylist())
        lists = pa.array(quoted, lists.type)
    joined = pc.binary_join(lists.cast(pa.list_(pa.string())), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_alike(found: str, kind: str) -> bool:
    texts = ("text", "character varying")
    return found == kind or (found in texts and kind in texts)
