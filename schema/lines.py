"""Where lines for operators go, logs and metrics: standard error, as standard output holds what was asked for."""

import os
import sys
from typing import TextIO

_kept: TextIO | None = None


def write_line(line: str) -> None:
    """Write a line at once and in one piece: other threads write, too."""
    stream = _kept or sys.stderr
    stream.write(f"{line}\n")
    stream.flush()


def keep_standard_error() -> None:
    """Write to what is standard error now, also when something else takes its place.

    Dagster's steps write to a file of its own, and the last lines may not come from there to where the process wrote.
    """
    global _kept  # noqa: PLW0603 (a process has one)
    if _kept is None:
        _kept = os.fdopen(os.dup(2), "w", encoding="utf-8")
