"""Prints a workbook as lines of JSON: `{"sheet": name}`, a list of cells a row that is not blank, `{"end": true}`.

It runs as a program of its own (`ingest/readers/spreadsheet.py`): calamine holds a sheet as one rectangle, and where a
hostile file spans it over all that a sheet may have, takes the process with it. It imports nothing of this project.
"""

import json
import sys
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, load_workbook

MEMORY_BYTES = 2 * 1024**3
SECONDS = 300


def main(path: str) -> None:
    """Print the cells of the workbook at `path`, or `{"fault": why not}`."""
    _limit()
    try:
        with load_workbook(path) as workbook:
            for name in workbook.sheet_names:
                _print({"sheet": name})
                for row in workbook.get_sheet_by_name(name).iter_rows():
                    if any(row):
                        _print([_text(cell) for cell in row])
        _print({"end": True})
    except (CalamineError, OSError, ValueError) as error:
        _print({"fault": str(error) or type(error).__name__})


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as 2026-03-31."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 (Windows has none)
    except ImportError:
        return
    limits = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0))
    for kind, limit in limits:
        with suppress(ValueError, OSError):  # a stricter limit is in force, or the system knows none
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main(sys.argv[1])
