"""Commands on the event lake: write, compact, check, mend and restore."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.lake import (
    Lake,
    LakeResult,
    Source,
    restore,
    settle_versions,
    write_files,
    write_loaded,
    write_own,
    write_rejected,
)
from ingest.lake import check as check_lake
from ingest.lake import compact as compact_lake
from ingest.lake import mend as mend_day
from orchestration.cli.console import err, out, print_json, print_table, progress_line, ready_database
from schema.database import engine_for
from schema.errors import PromptoryError
from schema.roles import Role
from schema.settings import get_settings
from schema.wording import counted

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

_DAYS = ["%Y-%m-%d"]
_TOLD = {
    "files": "From event files",
    "rejected": "Rejected before",
    "loaded": "From the database",
    "own": "From the dashboard",
}
_AGAIN: dict[Source, str] = {
    "files": "promptory lake write FILES",
    "loaded": "promptory lake write --loaded --from {day} --to {day}",
    "dashboard": "promptory lake write",
}
_SHOWN = ("found", "inserted", "duplicates", "rejected")

lake = typer.Typer(no_args_is_help=True, help="The event lake: events as Parquet by day, for the engine spark.")


@lake.command()
def write(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help="Event files, folders, archives or s3:// addresses.", metavar="[FILES|FOLDERS]..."),
    ] = None,
    loaded: Annotated[bool, typer.Option("--loaded", help="The events that were loaded into the database.")] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Events that were rejected before, and name what is known now.")
    ] = False,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAYS, metavar="DAY", help="Of the database: from this UTC day."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAYS, metavar="DAY", help="Of the database: to this UTC day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add events to the lake (PROMPTORY_LAKE), and bring the dashboard's own events there up to date.

    Writing a file again changes nothing, and the order does not matter.
    """
    bounds = first.date() if first else None, last.date() if last else None
    if addresses and any(bounds):
        raise PromptoryError("--from and --to choose days of what the database holds; files are written whole.")
    if first and last and first > last:
        raise PromptoryError("--from comes after --to; name the earlier day first.")
    if (addresses or rejected) and get_settings().engine != "spark":
        raise PromptoryError(
            "PROMPTORY_ENGINE is postgres, which counts what is in the database and would not see these events: load "
            "them with promptory load-activity (promptory lake write --loaded brings them to the lake, too), or set "
            "PROMPTORY_ENGINE=spark."
        )
    ready_database()
    engine, place = engine_for(Role.INGEST), _lake()
    with progress_line("Writing") as progress:
        results = {
            "files": write_files(engine, place, addresses, progress) if addresses else LakeResult(),
            "rejected": write_rejected(engine, place, progress) if rejected else LakeResult(),
            "loaded": write_loaded(engine, place, *bounds, progress) if loaded else LakeResult(),
            "own": write_own(engine, place, *bounds, progress),
        }
        settle_versions(engine, place)
    if as_json:
        batches = {name: result.batch.as_dict() for name, result in results.items() if result.batch}
        print_json({"batches": batches, "days": {name: _days(result) for name, result in results.items()}})
        return
    _show(results["files"])
    for name, result in results.items():
        if result.days:
            events = counted(sum(result.days.values()), "event")
            out.print(f"{_TOLD[name]}: {events} of {counted(len(result.days), 'day')}.", highlight=False)
    if not any(result.days for result in results.values()):
        out.print("The lake is as it was.")


@lake.command()
def compact(as_json: AsJson = False) -> None:
    """Merge the lake's small files; take out people and prompts that the library has no more, and months not kept.

    Files that nobody reads any more are deleted a day after they were replaced.
    """
    ready_database()
    with progress_line("Compacting") as progress:
        done = compact_lake(engine_for(Role.INGEST), _lake(), progress)
    if as_json:
        print_json(asdict(done))
        return
    parts = (("merged", done.days_merged), ("cleaned", done.days_cleaned), ("dropped", done.days_dropped))
    days = ", ".join(f"{counted(number, 'day')} {what}" for what, number in parts)
    out.print(f"{days}; {counted(done.files_deleted, 'file')} deleted.", highlight=False)


@lake.command()
def mend(
    day: Annotated[datetime, typer.Argument(formats=_DAYS, metavar="DAY", help="The UTC day.")],
    as_json: AsJson = False,
) -> None:
    """Read a day's files and take out those that are damaged, so that their events can be written again."""
    ready_database()
    out_of_it = mend_day(engine_for(Role.INGEST), _lake(), day.date())
    if as_json:
        print_json({"files": [file.model_dump(include={"name", "rows", "source"}) for file in out_of_it]})
        return
    for file in out_of_it:
        again = _AGAIN[file.source].format(day=day.date())
        told = f"{file.name} with {counted(file.rows, 'event')} is taken out; write them again: {again}."
        out.print(told, markup=False, highlight=False, soft_wrap=True)
    if not out_of_it:
        out.print(f"No file of {day.date()} is damaged.", highlight=False)


@lake.command("restore")
def restore_(as_json: AsJson = False) -> None:
    """Load events that are only in the lake into the database, so that the engine postgres can count them."""
    ready_database()
    with progress_line("Loading") as progress:
        result = restore(engine_for(Role.INGEST), _lake(), progress)
    if as_json:
        print_json({"days": _days(result)})
        return
    events, days = counted(sum(result.days.values()), "event"), counted(len(result.days), "day")
    out.print(f"Loaded: {events} of {days}.", highlight=False)


@lake.command()
def check(as_json: AsJson = False) -> None:
    """Read the whole lake, and compare it with its markers and with the library. Exit code 1: something is wrong."""
    ready_database()
    with progress_line("Checking") as progress:
        result = check_lake(engine_for(Role.INGEST), _lake(), progress)
    if as_json:
        print_json(asdict(result))
    else:
        for finding in result.findings:
            err.print(finding.fault, markup=False, highlight=False, soft_wrap=True)
        held = f"{counted(result.events, 'event')} of {counted(result.days, 'day')} in {counted(result.files, 'file')}"
        out.print(f"{held}, {result.bytes / 1e6:,.1f} MB; {counted(len(result.findings), 'fault')}.", highlight=False)
    if result.findings:
        raise typer.Exit(1)


def _lake() -> Lake:
    return Lake(get_settings().lake)


def _days(result: LakeResult) -> dict[str, int]:
    return {str(day): events for day, events in result.days.items()}


def _show(result: LakeResult) -> None:
    if result.batch is None:
        return
    files = result.batch.files
    columns = {"file": [Path(file.path).name for file in files], "format": [file.format for file in files]}
    counts = {count: [getattr(file, count) for file in files] for count in _SHOWN}
    print_table(f"Batch {result.batch.batch_id}", columns | counts, frozenset(_SHOWN))
    if result.batch.total("rejected"):
        rejected = counted(result.batch.total("rejected"), "record")
        err.print(f"Rejected: {rejected}; promptory rejections {result.batch.batch_id}")
