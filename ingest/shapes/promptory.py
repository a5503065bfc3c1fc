"""Promptory's own export (`ingest/export.py`): each record has a `promptory_id`."""

import json
from typing import Any

from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.export import SPREADSHEET, unescaped
from ingest.shapes.base import Shape

_LISTS = ("tags", "author")


def _matches(fields: Fields) -> bool:
    return bool(fields.get("promptory_id"))


def _to_fields(fields: Fields) -> dict[str, Any]:
    ours = dict(fields)
    if ours.pop("escaped", None) == SPREADSHEET:
        ours = {column: unescaped(value) for column, value in ours.items()}
        ours |= {column: _listed(ours.get(column)) for column in _LISTS}
    ours["key"] = ours.pop("promptory_id")
    return ours


def _listed(cell: Any) -> list[Any]:
    try:
        value = json.loads(cell or "[]")
    except (TypeError, ValueError, RecursionError):
        raise RecordError("has tags or authors that are not the list that the export wrote") from None
    return value if isinstance(value, list) else [value]


PROMPTORY = Shape("Promptory", frozenset({"promptory_id"}), _matches, _to_fields)
