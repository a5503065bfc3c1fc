"""Reading marts: the fault that a warehouse which was never built gives, told in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ProgrammingError

from schema.errors import PromptoryError


class WarehouseNotBuiltError(PromptoryError):
    """A mart does not exist yet."""


@contextmanager
def reading_marts() -> Iterator[None]:
    """Turn a missing mart into a sentence.

    Raises:
        WarehouseNotBuiltError: dbt has not built the mart that is read inside.
    """
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42P01":
            raise WarehouseNotBuiltError("The rankings are not built yet: run `promptory refresh`.") from None
        raise
