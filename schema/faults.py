"""What may be told of a fault, in logs and error reports: which classes it has, and where it came from.

Never a message: a database's holds the row that it refused, a reader's the text that it could not read.
"""

import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from schema.errors import PromptoryError

_ROOT = str(Path(__file__).parents[1])
_ROOMS = ("schema/", "ingest/", "orchestration/", "dashboard/")
# Connections that fail, servers that stop or have no place left; failures to connect have no state at all.
_AWAY = ("08", "57P", "53300")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a program; `file` is named from where modules are looked for, such as dashboard/app.py."""

    file: str
    line: int
    function: str

    @property
    def is_ours(self) -> bool:
        """Whether the line is Promptory's, not a library's."""
        return self.file.startswith(_ROOMS)

    def __str__(self) -> str:
        """As logs name it."""
        return f"{self.file}:{self.line} {self.function}"


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its class with the module, and the places it came through, the outermost first."""

    kind: str
    places: tuple[Place, ...] = ()


def is_expected(error: BaseException | None) -> bool:
    """Whether who met the fault was told what to do: one of ours, or a database that is away."""
    if isinstance(error, OperationalError):
        state = getattr(error.orig, "sqlstate", None)
        return state is None or state.startswith(_AWAY)
    return isinstance(error, PromptoryError)


def outline(error: BaseException) -> list[Raised]:
    """The exception and those that led to it, as a traceback shows them: the first cause first."""
    return list(_outline(error, set()))


def _outline(error: BaseException, seen: set[int]) -> Iterator[Raised]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for one in (before, *parts):
        if one is not None and id(one) not in seen:
            yield from _outline(one, seen)
    kind = type(error)
    named = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    yield Raised(named, tuple(place(*where) for where in _walked(error)))


def _walked(error: BaseException) -> Iterator[tuple[str, int, str]]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield frame.f_code.co_filename, line, frame.f_code.co_name


def place(path: str, line: int, function: str) -> Place:
    """A line of the file at `path`, which is named without the folders of this machine."""
    ours = path.removeprefix(f"{_ROOT}/")
    if ours.startswith(_ROOMS):
        return Place(ours, line, function)
    folders = [folder for folder in (_ROOT, *sys.path) if folder and path.startswith(f"{folder}/")]
    file = path.removeprefix(max(folders, key=len) + "/") if folders else Path(path).name
    return Place(file, line, function)
