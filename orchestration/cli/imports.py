"""Commands around a curator's imports: import, imports list, show and undo, export."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import (
    ALIASES,
    COUNTS,
    EXPORT_FORMATS,
    BatchResult,
    ImportOptions,
    Selection,
    export_prompts,
    find_near_duplicates,
    import_prompts,
    undo_import,
)
from orchestration.cli.console import err, out, print_json, print_table, progress_line, ready_database
from schema.database import engine_for, viewer_session
from schema.errors import PromptoryError
from schema.models import AgentType, BatchKind, Tier
from schema.repository.duplicates import near_duplicates
from schema.repository.history import BatchSummary, recent_batches, vanished_in
from schema.roles import Role
from schema.wording import counted

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
BatchId = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The import, as `imports list` shows it.")]
_SHOWN = 20
_ALWAYS_SHOWN = ("found", "inserted")

imports = typer.Typer(no_args_is_help=True, help="See past imports, and take one back.")


def import_(  # noqa: PLR0917 (typer's options)
    addresses: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, ZIP or tar archives, s3:// addresses, or - for the input.", metavar="PATH..."
        ),
    ],
    collection: Annotated[
        str | None, typer.Option(help="Name of the collection; by default the first file's or folder's name.")
    ] = None,
    access: Annotated[Tier, typer.Option(help="Who may read prompts whose record does not say.")] = Tier.FREE,
    licence: Annotated[str | None, typer.Option(help="Licence of records that name none, such as CC0-1.0.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag for every prompt; may be given several times.")] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="What a column means: title=Headline. May be given several times.", metavar="OURS=COLUMN"
        ),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Archive what a newer version no longer holds.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Prune even more than 20 % of the collection.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and touch nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import prompt collections of any public shape; formats are told by content.

    Everything is one batch, kept whole or not at all. Records that cannot be used are kept aside with the reason.
    Importing the same again changes nothing; a newer version updates what changed. `imports undo` takes it back.
    """
    options = ImportOptions(
        collection=collection,
        access=access,
        licence=licence,
        tags=tuple(tag or ()),
        mapping=_mapping(mapping or []),
        prune=prune,
        force=force,
        is_trial=dry_run,
    )
    ready_database()
    engine = engine_for(Role.INGEST)
    with progress_line("Importing") as progress:
        result = import_prompts(engine, addresses, options, progress)
        pairs = 0
        if result.batch_id is not None:
            find_near_duplicates(engine, progress)
            pairs = _pairs_of(result.batch_id)
    if as_json:
        print_json(result.as_dict() | {"near_duplicates": pairs})
    else:
        _show_result(result, pairs)


@imports.command("list")
def list_(
    take: Annotated[int, typer.Option(min=1, max=1000, help="Show so many.")] = 20, as_json: AsJson = False
) -> None:
    """List the imports, the newest first."""
    ready_database()
    with viewer_session(engine_for(Role.INGEST), None) as session:
        batches = recent_batches(session, kind=BatchKind.PROMPTS, take=take)
    if as_json:
        print_json({"imports": [_summary(batch) for batch in batches]})
        return
    if not batches:
        out.print("Nothing has been imported yet: promptory import PATH")
        return
    rows = [_summary(batch) for batch in batches]
    shown = ("batch", "at", "status", "collection", "found")
    columns: dict[str, Sequence[object]] = {name: [row[name] for row in rows] for name in shown}
    columns["of which"] = [", ".join(f"{row[count]:,} {count}" for count in COUNTS[1:] if row[count]) for row in rows]
    print_table("Imports", columns, frozenset({"batch", "found"}))


@imports.command()
def show(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Show what an import did: counts by file, what was passed over, and what vanished."""
    ready_database()
    with viewer_session(engine_for(Role.INGEST), None) as session:
        batches = recent_batches(session, kind=BatchKind.PROMPTS, batch_id=batch_id)
        vanished = vanished_in(session, batch_id, take=10_000 if as_json else _SHOWN)
    if not batches:
        raise PromptoryError(f"There is no import {batch_id}; `promptory imports list` shows them.")
    batch = batches[0]
    if as_json:
        gone = [
            {"prompt_id": v.prompt_id, "title": v.title, "file": v.file, "archived": v.is_archived} for v in vanished
        ]
        told = {"passed_over": batch.passed_over, "picture_faults": batch.picture_faults, "vanished": gone}
        print_json(_summary(batch) | {"per_file": batch.files} | told)
        return
    out.print(f"Import {batch.id} of {batch.started_at:%Y-%m-%d %H:%M} UTC: {batch.status.lower()}", highlight=False)
    if batch.failure:
        out.print(batch.failure, markup=False)
    _show_files(f"Collection {batch.collection or '(none)'}", batch.files)
    _show_reasons("Without prompts", "file", [(one["label"], one["reason"]) for one in batch.passed_over])
    _show_reasons("Pictures", "note", [(one["label"], one["reason"]) for one in batch.picture_faults])
    if vanished:
        gone_columns: dict[str, Sequence[object]] = {
            "prompt": [v.prompt_id for v in vanished],
            "title": [v.title for v in vanished],
            "archived": ["yes" if v.is_archived else "no" for v in vanished],
        }
        print_table("No longer in the collection", gone_columns, frozenset({"prompt"}))


@imports.command()
def undo(
    batch_id: BatchId,
    force: Annotated[
        bool, typer.Option("--force", help="Even if people liked or used its prompts since: that goes too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take an import back: the library is then exactly as before it."""
    ready_database()
    result = undo_import(engine_for(Role.INGEST), batch_id, force=force)
    if as_json:
        print_json({"batch_id": batch_id, "removed": result.removed, "restored": result.restored})
        return
    out.print(
        f"Import {batch_id} is undone: {counted(result.removed, 'prompt')} removed, {result.restored:,} as before.",
        highlight=False,
    )


def export(
    path: Annotated[Path, typer.Argument(help="File to write, or a new folder for Markdown.")],
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only prompts with this tag.")] = None,
    agent_type: Annotated[AgentType | None, typer.Option(help="Only this kind of prompt.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language (en, ko, ...).")] = None,
    access: Annotated[Tier | None, typer.Option(help="Only free or only Pro prompts.")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(EXPORT_FORMATS)}; by default the path's ending.")
    ] = None,
) -> None:
    """Write prompts out as CSV, JSON, JSON Lines, Parquet or Markdown; importing that gives the same prompts."""
    ready_database()
    selection = Selection(collection, tag, agent_type, language, access)
    count = export_prompts(engine_for(Role.INGEST), path, selection, kind)
    out.print(f"{counted(count, 'prompt')} written to {path}", markup=False, highlight=False, soft_wrap=True)


def _mapping(pairs: list[str]) -> Mapping[str, str]:
    mapping = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or not column or name.strip() not in ALIASES:
            raise PromptoryError(f"--map {pair} is not understood; write {'|'.join(ALIASES)}=COLUMN.")
        mapping[name.strip()] = column.strip()
    return mapping


def _pairs_of(batch_id: int) -> int:
    with viewer_session(engine_for(Role.INGEST), None) as session:
        return len(near_duplicates(session, batch_id=batch_id, take=100_000))


def _show_result(result: BatchResult, pairs: int) -> None:
    number = result.batch_id
    title = f"Batch {number}" if number else "What would happen (nothing was touched)"
    _show_files(title, [file for file in result.as_dict()["files"] if file["found"]])
    _show_reasons("Without prompts", "file", [(one.label, one.reason) for one in result.passed_over])
    _show_reasons("Pictures", "note", [(one.label, one.reason) for one in result.picture_faults])
    if result.total("rejected"):
        where = f": promptory rejections {number}" if number else ""
        err.print(f"Rejected: {counted(result.total('rejected'), 'record')}{where}")
    if result.vanished:
        where = f": promptory imports show {number}" if number else ""
        err.print(f"No longer there: {counted(result.vanished, 'record')} of an earlier version{where}")
    if result.archived:
        err.print(f"Archived for it: {counted(result.archived, 'prompt')}")
    if pairs:
        err.print(f"Nearly the same: {counted(pairs, 'pair')} of prompts; promptory duplicates --batch {number}")


def _show_files(title: str, files: list[dict[str, Any]]) -> None:
    """Counts by file; of many files, those of each format together."""
    rows = files
    if len(files) > _SHOWN:
        rows = []
        for kind in dict.fromkeys(file.get("format", "") for file in files):
            alike = [file for file in files if file.get("format", "") == kind]
            sums = {count: sum(file.get(count, 0) for file in alike) for count in COUNTS}
            rows.append({"path": counted(len(alike), "file"), "format": kind} | sums)
    shown = [count for count in COUNTS if count in _ALWAYS_SHOWN or any(row.get(count) for row in rows)]
    columns: dict[str, Sequence[object]] = {
        "file": [Path(row["path"]).name for row in rows],
        "format": [row.get("format", "") for row in rows],
        **{count: [row.get(count, 0) for row in rows] for count in shown},
    }
    print_table(title, columns, frozenset(COUNTS))


def _show_reasons(title: str, what: str, files: list[tuple[str, str]]) -> None:
    if not files:
        return
    err.print(f"{title}: {counted(len(files), what)}")
    for label, reason in files[:_SHOWN]:
        # The terminal breaks the line, if need be, and not this: a path stays in one piece to be copied.
        said = f"  {label}: {reason.removeprefix(label).strip()}"
        err.print(said, markup=False, highlight=False, soft_wrap=True)
    if len(files) > _SHOWN:
        err.print("  ...")


def _summary(batch: BatchSummary) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "at": f"{batch.started_at:%Y-%m-%d %H:%M}",
        "status": batch.status.lower(),
        "collection": batch.collection,
        "files": len(batch.files),
        "failure": batch.failure,
        **{count: batch.total(count) for count in COUNTS},
    }
