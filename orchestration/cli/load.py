"""Commands that bring the application's files in: load-users, load-activity, load-subscriptions."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ingest import (
    COUNTS,
    BatchResult,
    Progress,
    UnreadableFileError,
    load_subscriptions,
    load_users,
    retry_subscriptions,
)
from ingest.lake import load_events, retry_events
from orchestration.cli.console import err, out, print_json, print_table, progress_line, ready_database
from orchestration.lib.landing import data_files
from schema.database import engine_for
from schema.roles import Role
from schema.wording import counted

Paths = Annotated[list[Path], typer.Argument(help="Files, or folders whose files are all taken.", metavar="PATH...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def load_users_(paths: Paths, as_json: AsJson = False) -> None:
    """Load the application's accounts (user_id, email, name, created_at)."""
    _load(paths, "Loading", as_json, lambda files, progress: load_users(_ingest(), files, progress))


def load_activity_(
    addresses: Annotated[
        list[str], typer.Argument(help="Files, folders, archives or s3:// addresses.", metavar="PATH...")
    ],
    as_json: AsJson = False,
) -> None:
    """Load activity (event_id, occurred_at, event_type, user_id, prompt_id or prompt_key, query, ...).

    JSON Lines, CSV or Parquet, packed or not. Loading a file again changes nothing, and the order does not matter. With
    PROMPTORY_ENGINE=spark, events go to the lake and not to the database.
    """
    ready_database()
    with progress_line("Loading") as progress:
        result = load_events(_ingest(), addresses, progress)
    _show(result, as_json)


def retry_rejections(as_json: AsJson = False) -> None:
    """Load events and billing records that were rejected, and can be loaded as the library knows now what they name."""
    ready_database()
    results = {"activity": retry_events(_ingest()), "subscriptions": retry_subscriptions(_ingest())}
    if as_json:
        print_json({kind: result.as_dict() for kind, result in results.items()})
        return
    for kind, result in results.items():
        left = result.total("rejected")
        accepted = counted(result.total("found") - left, "record")
        out.print(f"{kind.capitalize()}: {accepted} accepted, {left:,} still rejected.", highlight=False)


def load_subscriptions_(paths: Paths, as_json: AsJson = False) -> None:
    """Load billing records: spans of subscriptions, Stripe's export of them (CSV), or Stripe's events (JSON Lines).

    A span has subscription_id, user_id or email, plan, status, started_at, amount, currency, billing_interval, ...
    Loading a file again changes nothing, and the order of events does not matter.
    """
    _load(paths, "Loading", as_json, lambda files, progress: load_subscriptions(_ingest(), files, progress))


def _ingest() -> Engine:
    return engine_for(Role.INGEST)


def _load(paths: list[Path], doing: str, as_json: bool, load: Callable[[list[Path], Progress], BatchResult]) -> None:
    files = _files(paths)
    ready_database()
    with progress_line(doing) as progress:
        result = load(files, progress)
    _show(result, as_json)


def _show(result: BatchResult, as_json: bool) -> None:
    if as_json:
        print_json(result.as_dict())
        return
    columns = {
        "file": [Path(file.path).name for file in result.files],
        "format": [file.format for file in result.files],
    }
    counts = {count: [getattr(file, count) for file in result.files] for count in COUNTS}
    print_table(f"Batch {result.batch_id}", columns | counts, frozenset(COUNTS))
    if result.total("rejected"):
        rejected = counted(result.total("rejected"), "record")
        err.print(f"Rejected: {rejected}; promptory rejections {result.batch_id}")


def _files(paths: list[Path]) -> list[Path]:
    """Paths as files; what is missing is said before anything is opened."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UnreadableFileError(f"{path} does not exist; check the path.")
        if path.is_dir():
            below = data_files(path)
            if not below:
                raise UnreadableFileError(f"{path} holds no CSV, JSON or Parquet file.")
            files += below
        else:
            files.append(path)
    return files
