"""What a shape is: it tells a record by its fields and puts what they mean under our names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingest.columns import Fields


@dataclass(frozen=True, slots=True)
class Shape:
    """A record format of another product.

    A record of it has one of the columns `marks`; most records have no shape's, and are told so at once.
    `matches` then looks at a few keys and types, no more.
    `to_fields` returns the record under the names of `ingest.columns.ALIASES` (key, title, prompt, description, tags,
    author, type, language, negative_prompt, licence, model, popularity, translation_key, ...); what it leaves under
    other names is kept as details. It raises RecordError for a record that cannot be used.
    """

    name: str
    marks: frozenset[str]
    matches: Callable[[Fields], bool]
    to_fields: Callable[[Fields], dict[str, Any]]


def without(fields: Fields, *columns: str) -> dict[str, Any]:
    """A copy of the record without `columns`."""
    return {column: value for column, value in fields.items() if column not in columns}


def given(**ours: Any) -> dict[str, Any]:
    """Those of our fields that hold something."""
    return {name: value for name, value in ours.items() if value not in (None, "", [], {})}
