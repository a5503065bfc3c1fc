"""The command that writes a simulated application's files: people, activity, billing."""

import shlex
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.simulator import COLLECTION, STARTER, Format, Simulation, starter_prompts
from ingest.simulator import simulate as write_files
from orchestration.cli.console import out, progress_line
from orchestration.demo import simulated_last_day
from schema.errors import PromptoryError


def simulate(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    users: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many people sign up in all.")] = 600,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many UTC days.")] = 90,
    events_per_day: Annotated[int, typer.Option(min=1, max=2_000_000, help="How many events on average.")] = 1300,
    last_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; by default yesterday.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Another seed makes other people.")] = 20260101,
    format_: Annotated[Format, typer.Option("--format", help="Of the files of activity.")] = Format.JSONL,
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress the files of activity.")] = False,
) -> None:
    """Write the files of a simulated application about the starter collection, to try things out or to measure.

    The same options write the same bytes. A few events come late or twice, as they do in life.
    """
    latest = simulated_last_day()
    last = last_day.date() if last_day else latest
    if last > latest:
        raise PromptoryError(
            f"The last day must be over, as the library takes no future events: {latest} at the latest."
        )
    simulation = Simulation(list(starter_prompts()), last, days, users, events_per_day, seed, format_, gzip)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise PromptoryError(f"{folder} is not empty; name a new folder.")
        shutil.copytree(STARTER, folder / COLLECTION)
        with progress_line("Writing") as progress:
            written = write_files(simulation, folder, progress)
    except OSError as error:
        raise PromptoryError(f"{folder} cannot be written ({error.strerror or error}); name another folder.") from None
    out.print(f"Wrote {written.users:,} people, {written.spans:,} spans and {written.events:,} events. To load them:")
    for command, name in (
        ("import", COLLECTION),
        ("load-users", "users"),
        ("load-subscriptions", "subscriptions"),
        ("load-activity", "activity"),
    ):
        out.print(
            f"  promptory {command} {shlex.quote(str(folder / name))}", highlight=False, markup=False, soft_wrap=True
        )
