"""Questions to a mart, picked rather than typed: dimensions, measures and filters, and the one statement they make.

Every name of a question is looked up in the catalogue before it stands in a statement; every value is a parameter.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Select,
    Text,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from schema.errors import PromptoryError
from schema.repository.catalogue import Kind, Mart, MartColumn
from schema.repository.warehouse import reading_marts

MAX_DIMENSIONS, MAX_MEASURES, MAX_FILTERS = 8, 8, 8
MAX_ROWS = 10_000
SECONDS = 15
_CANCELED, _WRONG_DATA = "57014", "22"


class QuestionError(PromptoryError):
    """A question that cannot be asked, or was not answered in time."""


class Grain(StrEnum):
    """How finely time is told."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Aggregate(StrEnum):
    """How the values of a group become one."""

    ROWS = "rows"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    LEAST = "least"
    MOST = "most"
    DIFFERENT = "different"


class Operator(StrEnum):
    """How a filter compares."""

    IS = "is"
    IS_NOT = "is_not"
    HOLDS = "holds"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"

    @property
    def needs_value(self) -> bool:
        """Whether it compares with something."""
        return self not in (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dimension(_Part):
    """What rows are told apart by; `grain` is for columns that hold time."""

    column: str
    grain: Grain | None = None

    @property
    def label(self) -> str:
        """Its column in the answer."""
        return f"{self.column}_{self.grain}" if self.grain else self.column


class Measure(_Part):
    """What is counted or added up; ROWS has no column."""

    aggregate: Aggregate
    column: str | None = None

    @property
    def label(self) -> str:
        """Its column in the answer."""
        return f"{self.aggregate}_{self.column}" if self.column else str(self.aggregate)


class Filter(_Part):
    """A condition on a column; the value is written as a person writes it."""

    column: str
    operator: Operator
    value: str = Field("", max_length=500)


class Question(_Part):
    """What somebody wants to know of a mart. Without measures its rows themselves, dimensions being their columns."""

    mart: str
    dimensions: tuple[Dimension, ...] = Field((), max_length=MAX_DIMENSIONS)
    measures: tuple[Measure, ...] = Field((), max_length=MAX_MEASURES)
    filters: tuple[Filter, ...] = Field((), max_length=MAX_FILTERS)
    take: int = Field(1000, ge=1, le=MAX_ROWS)


_AGGREGATES: dict[Aggregate, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    Aggregate.SUM: func.sum,
    Aggregate.AVERAGE: func.avg,
    Aggregate.MEDIAN: lambda one: func.percentile_cont(0.5).within_group(cast(one, Float)),
    Aggregate.LEAST: func.min,
    Aggregate.MOST: func.max,
    Aggregate.DIFFERENT: lambda one: func.count(one.distinct()),
}
_OF_NUMBERS = (Aggregate.SUM, Aggregate.AVERAGE, Aggregate.MEDIAN)
_COMPARISONS: dict[Operator, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    Operator.IS: lambda one, value: one == value,
    # Rows without a value are not that value, either.
    Operator.IS_NOT: lambda one, value: one.is_distinct_from(value),
    Operator.AT_LEAST: lambda one, value: one >= value,
    Operator.AT_MOST: lambda one, value: one <= value,
}


def aggregates_for(found: MartColumn) -> list[Aggregate]:
    """The aggregates that make sense for a column."""
    if found.kind is Kind.NUMBER:
        return [one for one in Aggregate if one is not Aggregate.ROWS]
    ordered = [Aggregate.LEAST, Aggregate.MOST] if found.is_temporal else []
    return [*ordered, Aggregate.DIFFERENT]


def operators_for(found: MartColumn) -> list[Operator]:
    """The comparisons that make sense for a column."""
    if found.kind is Kind.FLAG:
        return [Operator.IS, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY]
    return [one for one in Operator if one is not Operator.HOLDS or found.kind is Kind.TEXT]


def read_question(said: object) -> Question:
    """A question from JSON that somebody saved, or wrote into an address.

    Raises:
        QuestionError: it is none.
    """
    try:
        return Question.model_validate(said)
    except ValidationError:
        raise QuestionError("This view cannot be read any more; put it together anew.") from None


def statement_of(question: Question, mart: Mart) -> Select[*tuple[Any, ...]]:
    """The statement that answers a question about `mart`, the newest or the most first.

    Raises:
        QuestionError: the question names what the mart has not, or what does not go together.
    """
    if not question.dimensions and not question.measures:
        raise QuestionError("Choose at least one dimension or measure.")
    dimensions = [_dimension(one, mart).label(one.label) for one in question.dimensions]
    measures = [_measure(one, mart).label(one.label) for one in question.measures]
    labels = [*(one.label for one in question.dimensions), *(one.label for one in question.measures)]
    if len(set(labels)) < len(labels):
        raise QuestionError("The same dimension or measure stands there twice.")
    statement: Select[*tuple[Any, ...]] = select(*dimensions, *measures).select_from(
        table(mart.name, *(column(one.name) for one in mart.columns), schema="analytics")
    )
    for one in question.filters:
        statement = statement.where(_condition(one, mart))
    if measures and dimensions:
        statement = statement.group_by(*(_dimension(one, mart) for one in question.dimensions))
    in_time = [
        named
        for one, named in zip(question.dimensions, dimensions, strict=True)
        if _found(one.column, mart).is_temporal
    ]
    order: list[ColumnElement[Any]] = [column(one.name).desc().nulls_last() for one in (*in_time, *measures[:1])]
    order += [column(one.name) for one in dimensions if one not in in_time]
    return statement.order_by(*order).limit(question.take)


def ask(session: Session, question: Question, mart: Mart) -> pd.DataFrame:
    """The answer to a question, under the session's role; its columns are the labels of the question's parts.

    Raises:
        QuestionError: it cannot be asked so, or took too long.
    """
    statement = statement_of(question, mart)
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(text(f"SET LOCAL statement_timeout = {SECONDS * 1000}"))
    try:
        with reading_marts():
            result = session.execute(statement)
        return pd.DataFrame.from_records(result.all(), columns=list(result.keys()), coerce_float=True)
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None))
        if state == _CANCELED:
            raise QuestionError(f"This took longer than {SECONDS} seconds. Ask for less: add a filter.") from None
        if state.startswith(_WRONG_DATA):
            raise QuestionError(f"The database says: {str(error.orig).splitlines()[0]}.") from None
        raise


def as_sql(question: Question, mart: Mart) -> str:
    """The statement of a question as text with its values in place, to read and to go on from by hand."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(statement_of(question, mart).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _found(name: str, mart: Mart) -> MartColumn:
    found = mart.find(name)
    if found is None:
        raise QuestionError(f"{mart.name} has no column '{name}'.")
    return found


def _dimension(dimension: Dimension, mart: Mart) -> ColumnElement[Any]:
    found = _found(dimension.column, mart)
    if dimension.grain is None:
        return column(found.name)
    if not found.is_temporal:
        raise QuestionError(f"'{found.name}' holds no time that could be told by {dimension.grain}.")
    # The grain is one of five words: written out, so that the statement groups by what it selects.
    return cast(func.date_trunc(literal_column(f"'{dimension.grain}'"), column(found.name)), Date)


def _measure(measure: Measure, mart: Mart) -> ColumnElement[Any]:
    if measure.aggregate is Aggregate.ROWS:
        return func.count()
    if measure.column is None:
        raise QuestionError("A measure needs a column.")
    found = _found(measure.column, mart)
    if measure.aggregate not in aggregates_for(found):
        raise QuestionError(f"'{found.name}' holds no numbers to work this out of.")
    return _AGGREGATES[measure.aggregate](column(found.name))


def _condition(wanted: Filter, mart: Mart) -> ColumnElement[bool]:
    found = _found(wanted.column, mart)
    is_plain = found.kind is not Kind.TEXT or found.type_name == "text"
    held: ColumnElement[Any] = column(found.name) if is_plain else cast(column(found.name), Text)
    if wanted.operator not in operators_for(found):
        raise QuestionError(f"'{found.name}' cannot be compared so.")
    if wanted.operator is Operator.IS_EMPTY:
        return held.is_(None)
    if wanted.operator is Operator.IS_NOT_EMPTY:
        return held.is_not(None)
    if wanted.operator is Operator.HOLDS:
        return cast(held, Text).icontains(wanted.value, autoescape=True)
    return _COMPARISONS[wanted.operator](held, _value(wanted.value.strip(), found))


def _value(said: str, found: MartColumn) -> Any:
    """What a person wrote, as the column's type.

    Raises:
        QuestionError: it is none of that type.
    """
    try:
        return _READERS[found.kind](said)
    except (ValueError, KeyError, ArithmeticError):
        raise QuestionError(f"'{said}' is no value for '{found.name}', which is of type {found.type_name}.") from None


def _number(said: str) -> Decimal:
    number = Decimal(said.replace(",", ""))
    # The widest column is a double.
    if not number.is_finite() or abs(number.adjusted()) > 300:
        raise ValueError(said)
    return number


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _flag(said: str) -> bool:
    return {"true": True, "false": False}[said.lower()]


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.NUMBER: _number,
    Kind.DAY: date.fromisoformat,
    Kind.MOMENT: _moment,
    Kind.FLAG: _flag,
    Kind.TEXT: str,
}
