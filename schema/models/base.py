"""What every table shares: the schema, constraint names and column types."""

import enum
from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData, func
from sqlalchemy.orm import DeclarativeBase, mapped_column

LIBRARY = "library"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of the tables in schema `library`."""

    metadata = MetaData(schema=LIBRARY, naming_convention=_NAMES)


Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def one_of(choices: type[enum.StrEnum]) -> Enum:
    """A text column checked against the values of `choices` (a CHECK, so values can be added in a migration)."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda kind: [member.value for member in kind],
    )
