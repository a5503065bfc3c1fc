"""Commands on prompts that are nearly the same: duplicates, and its merge, keep and separate."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ingest import decide, find_near_duplicates, separate
from orchestration.cli.console import out, print_json, print_table, progress_line, ready_database
from schema.database import engine_for, viewer_session
from schema.models import Decision
from schema.repository.duplicates import near_duplicates
from schema.roles import Role
from schema.wording import counted

PromptId = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="A prompt's id.")]

duplicates = typer.Typer(
    invoke_without_command=True, help="List prompts whose texts are nearly the same; merge them, or keep both."
)


@duplicates.callback()
def list_(
    context: typer.Context,
    batch: Annotated[int | None, typer.Option(min=1, max=2**63 - 1, help="Only those an import brought.")] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Only pairs at least so alike.")] = 0.0,
    merged: Annotated[bool, typer.Option("--merged", help="Those that were merged, instead of the open ones.")] = False,
    take: Annotated[int, typer.Option(min=1, max=10_000, help="Show so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """List prompts whose texts are nearly the same, the most alike first."""
    if context.invoked_subcommand:
        return
    ready_database()
    with progress_line("Comparing") as progress:
        find_near_duplicates(engine_for(Role.INGEST), progress)
    decision = Decision.MERGED if merged else None
    with viewer_session(engine_for(Role.INGEST), None) as session:
        pairs = near_duplicates(session, batch_id=batch, at_least=at_least, decision=decision, take=take)
    if as_json:
        shown = [
            {"prompt_id": p.prompt_id, "other_id": p.other_id, "similarity": p.similarity}
            | {"title": p.title, "other_title": p.other_title}
            for p in pairs
        ]
        print_json({"pairs": shown})
        return
    if not pairs:
        out.print("No prompts were merged." if merged else "No two prompts are nearly the same.")
        return
    columns: dict[str, Sequence[object]] = {
        "alike": [f"{p.similarity:.0%}" for p in pairs],
        "prompt": [p.prompt_id for p in pairs],
        "title": [p.title for p in pairs],
        "other": [p.other_id for p in pairs],
        "other title": [p.other_title for p in pairs],
    }
    print_table(counted(len(pairs), "pair"), columns, frozenset({"alike", "prompt", "other"}))
    out.print("promptory duplicates merge KEPT OTHER, or promptory duplicates keep ONE OTHER", highlight=False)


@duplicates.command()
def merge(kept: PromptId, other: PromptId) -> None:
    """Let KEPT stand for both: OTHER is hidden, its sources, likes and activity count for KEPT."""
    ready_database()
    decide(engine_for(Role.INGEST), kept, other, merge=True)
    out.print(f"Prompt {other} is merged into {kept}.", highlight=False)


@duplicates.command()
def keep(one: PromptId, other: PromptId) -> None:
    """Say that the two are different prompts; the pair is listed no more."""
    ready_database()
    decide(engine_for(Role.INGEST), one, other, merge=False)
    out.print(f"Prompts {one} and {other} are both kept.", highlight=False)


@duplicates.command("separate")
def separate_(prompt: PromptId) -> None:
    """Take a merge back: the prompt is shown for itself again."""
    ready_database()
    separate(engine_for(Role.INGEST), prompt)
    out.print(f"Prompt {prompt} is shown for itself again.", highlight=False)
