"""A rejected record as cells to edit, and back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ingest import ALIASES

_NEEDED = ("title", "prompt")


def columns_of(records: Iterable[Mapping[str, Any]], mapping: Mapping[str, str]) -> list[str]:
    """The records' columns, titles and prompts first; one for each where no column would be taken for it.

    `mapping` is what the curator said of the columns (our name to theirs).
    """
    columns = dict.fromkeys(column for record in records for column in record)
    first = []
    for name in _NEEDED:
        named = [column for column in columns if column.strip().casefold().replace(" ", "_") in ALIASES[name]]
        first += [mapping[name]] if name in mapping else named or [name]
    return list(dict.fromkeys([*first, *columns]))


def as_cell(value: object) -> str:
    """A value as a text to edit; what is no text is shown as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def is_changed(record: Mapping[str, Any], cells: Mapping[str, str | None]) -> bool:
    """Whether any cell says something else than the record."""
    return any((cell or "") != as_cell(record.get(column)) for column, cell in cells.items())


def corrected(record: Mapping[str, Any], cells: Mapping[str, str | None]) -> dict[str, Any]:
    """The record as its cells say; a cell that was not touched keeps the value it stood for."""
    values = {}
    for column, cell in cells.items():
        before = record.get(column)
        if column in record and (cell or "") == as_cell(before):
            values[column] = before
        elif cell:
            values[column] = cell if before is None or isinstance(before, str) else _from_json(cell)
    return values


def _from_json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except ValueError:
        return cell
