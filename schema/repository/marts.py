"""Marts as typed rows, whose dataclass names the columns that are read, or as pandas tables."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Select, TableClause, column, table
from sqlalchemy.orm import Session

from schema.repository.warehouse import reading_marts

RowT = TypeVar("RowT")


def mart(name: str, row: type[Any]) -> TableClause:
    """The mart of this name, with the columns that the dataclass `row` has."""
    return table(name, *(column(field.name) for field in fields(row)), schema="analytics")


def mart_of(name: str, *columns: str) -> TableClause:
    """The mart of this name, with these of its columns."""
    return table(name, *(column(one) for one in columns), schema="analytics")


def frame_of(session: Session, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    """The rows of a statement over marts; amounts are floats.

    Raises:
        WarehouseNotBuiltError: a mart does not exist yet.
    """
    with reading_marts():
        result = session.execute(statement)
        return pd.DataFrame.from_records(result.all(), columns=list(result.keys()), coerce_float=True)


def rows_of(session: Session, statement: Select[*tuple[Any, ...]], row: type[RowT]) -> list[RowT]:
    """The rows of a statement over a mart.

    Raises:
        WarehouseNotBuiltError: the mart does not exist yet.
    """
    with reading_marts():
        found: Sequence[Any] = session.execute(statement).all()
    return [row(**one._mapping) for one in found]
