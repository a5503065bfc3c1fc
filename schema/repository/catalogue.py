"""Which marts there are, with their columns: the database's own catalogue, as the analysts' role sees it."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session


class Kind(StrEnum):
    """What can be done with a column."""

    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"
    TEXT = "text"


_KINDS = {
    **dict.fromkeys(("smallint", "integer", "bigint", "real", "double precision", "numeric"), Kind.NUMBER),
    "date": Kind.DAY,
    **dict.fromkeys(("timestamp without time zone", "timestamp with time zone"), Kind.MOMENT),
    "boolean": Kind.FLAG,
}

_READABLE = """
SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type_name
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE
    c.relnamespace = pg_catalog.to_regnamespace('analytics')
    AND c.relkind IN ('r', 'v', 'm', 'p')
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class MartColumn:
    """A column, with its type as PostgreSQL writes it."""

    name: str
    type_name: str

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return _KINDS.get(self.type_name.partition("(")[0], Kind.TEXT)

    @property
    def is_temporal(self) -> bool:
        """Whether it can be told by day, week or month."""
        return self.kind in (Kind.DAY, Kind.MOMENT)


@dataclass(frozen=True, slots=True)
class Mart:
    """A table of the warehouse that analysts read."""

    name: str
    columns: tuple[MartColumn, ...]

    def find(self, name: str) -> MartColumn | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)


def readable_marts(session: Session) -> dict[str, Mart]:
    """The marts that the session's role may read, by name; empty before the first refresh."""
    columns: dict[str, list[MartColumn]] = {}
    for row in session.execute(text(_READABLE)):
        columns.setdefault(row.relname, []).append(MartColumn(row.attname, row.type_name))
    return {name: Mart(name, tuple(found)) for name, found in columns.items()}


def mart_sizes(session: Session) -> dict[str, int]:
    """About how many rows each readable mart has, as the server's statistics say; views are left out."""
    statement = """
        SELECT c.relname, greatest(c.reltuples, 0)::bigint AS size
        FROM pg_catalog.pg_class AS c
        WHERE
            c.relnamespace = pg_catalog.to_regnamespace('analytics')
            AND c.relkind = 'r'
            AND pg_catalog.has_table_privilege('promptory_analyst', c.oid, 'SELECT')
        ORDER BY c.relname
    """
    return {row.relname: row.size for row in session.execute(text(statement))}
