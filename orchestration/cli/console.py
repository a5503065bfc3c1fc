"""What the commands share: how they print, how expected faults end, and a database that is ready."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from schema.database import connect, database_url, engine_for, explain_connection_failure
from schema.error_reports import report_errors
from schema.errors import DatabaseError, PromptoryError
from schema.logs import configure_logs
from schema.migrations import upgrade
from schema.settings import get_settings

out = Console()
err = Console(stderr=True)


class CommandGroup(TyperGroup):
    """A group in which an expected fault is one line on standard error and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; defects keep their traceback."""
        try:
            configure_logs(get_settings())
            report_errors("command line")
            return super().invoke(ctx)
        except PromptoryError as error:
            fail(str(error))
        except OperationalError as error:
            fail(explain_connection_failure(database_url(), error))
        except KeyboardInterrupt:
            fail("Stopped; nothing of the step that was under way is kept.", code=130)


def fail(message: str, code: int = 1) -> None:
    """Print one line on standard error and end the command."""
    typer.echo(f"promptory: {' '.join(message.split())}", err=True)
    raise typer.Exit(code)


def print_json(value: object) -> None:
    """One JSON object on standard output, for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


_SHORT = 10


def print_table(title: str, columns: Mapping[str, Sequence[object]], numbers: frozenset[str] = frozenset()) -> None:
    """A table for people; the values are shown as they are, markup or not."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, values in columns.items():
        numeric = name in numbers
        # In a narrow terminal long texts are folded, not what a glance should tell.
        short = numeric or max((len(str(value)) for value in values), default=0) <= _SHORT
        least = None if short else _SHORT
        table.add_column(name, justify="right" if numeric else "left", no_wrap=short, min_width=least, overflow="fold")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*(_plain(value) for value in row))
    out.print(table)


def _plain(value: object) -> Text:
    told = "" if value is None else str(value)
    return Text("".join(sign if sign.isprintable() or sign == "\n" else " " for sign in told))


@contextmanager
def progress_line(doing: str) -> Iterator[Any]:
    """A moving line on standard error while something long is under way; yields a callback(file, records)."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        task = progress.add_task(doing, total=None)

        def update(file: str, records: int) -> None:
            progress.update(task, description=f"{doing} {file}: {records:,} records")

        yield update


def ready_database() -> None:
    """See that the library database can be used; the embedded one is brought up to date by itself.

    Raises:
        DatabaseError: a configured database does not answer, or is not set up.
    """
    if get_settings().database_url is None:
        upgrade(engine_for(None))
        return
    with connect(engine_for(None)) as connection:
        if not connection.scalar(text("SELECT to_regnamespace('library') IS NOT NULL")):
            raise DatabaseError(f"The database '{database_url().database}' is not set up yet: promptory db upgrade.")
