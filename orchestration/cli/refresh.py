"""The commands that rebuild and describe the warehouse with dbt, outside Dagster."""

import json
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.lake import Lake, refuse_if_only_in_lake
from orchestration.cli.console import err, out, print_json, ready_database
from orchestration.lib.dbt_project import last_line, sole_refresh
from orchestration.lib.dbt_runs import FROM_LAKE, LOADED_TESTS, dbt_folder, run_dbt
from orchestration.lib.embedding_tables import refresh_embeddings
from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.spark.refresh import Refreshed, refresh_from_lake
from schema.database import connect, engine_for
from schema.embedders import embedder_named
from schema.errors import PromptoryError
from schema.roles import Role
from schema.settings import get_settings

_SIGNALS = "model.promptory.int_person_signals"  # what the neighbours are made of
_DOCUMENTS = "model.promptory.search_documents"  # what is embedded
FAILED = ("error", "fail", "runtime error")


def refresh(
    select: Annotated[str | None, typer.Option(help="Only these models, in dbt's selection syntax.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild incremental models from nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Build and test the warehouse: rankings, tag popularity, subscription metrics, neighbours, what texts mean.

    With PROMPTORY_ENGINE=spark, Spark counts the events of the lake first; --select builds from what was loaded before.
    """
    target = _ready()
    arguments = [*(["--select", select] if select else []), *(["--full-refresh"] if full else [])]
    loaded = Refreshed()
    if get_settings().engine == "spark":
        loaded, results = _by_spark(target, arguments, is_whole=select is None, full=full)
    else:
        refuse_if_only_in_lake(engine_for(Role.INGEST), Lake(get_settings().lake))
        results = _build(target, "build", arguments)
    failed = [result for result in results if result["status"] in FAILED]
    built = {result["unique_id"] for result in results if result["status"] not in (*FAILED, "skipped")}
    if _SIGNALS in built:
        with err.status("Finding each prompt's neighbours"):
            refresh_neighbours(engine_for(Role.DBT))
    _tell(target, results, loaded, as_json)
    if failed:
        raise PromptoryError(f"{len(failed)} of dbt's steps failed; what they build is as it was before.")
    if loaded.faults:
        raise PromptoryError("What is wrong with the lake is told above; everything else is up to date.")
    if not as_json:
        out.print(f"The warehouse is up to date ({len(results)} models and tests).")
    settings = get_settings()
    if _DOCUMENTS in built and (embedder := embedder_named(settings.embedder, settings)):
        with err.status("Embedding new and changed texts"):
            outcome = refresh_embeddings(embedder, engine_for(Role.DBT), set_up=engine_for(None))
        if not as_json:
            out.print(outcome.sentence, soft_wrap=True, highlight=False)


def _by_spark(
    target: Path, arguments: list[str], *, is_whole: bool, full: bool
) -> tuple[Refreshed, list[dict[str, Any]]]:
    """Let Spark count the lake's events and load what it found, then build and test the rest; returns both results."""
    if not is_whole:
        return Refreshed(), _build(target, "build", [*arguments, "--exclude", *FROM_LAKE])
    with err.status("Counting the events of the lake"):
        loaded = refresh_from_lake(engine_for(Role.INGEST), Lake(get_settings().lake), full=full)
    results = _build(target, "build", [*arguments, "--exclude", *FROM_LAKE])
    return loaded, results + _build(target, "test", list(LOADED_TESTS))


def _tell(target: Path, results: list[dict[str, Any]], loaded: Refreshed, as_json: bool) -> None:
    """Say what was built, and of what failed why."""
    failed = [result for result in results if result["status"] in FAILED]
    warned = [result for result in results if result["status"] == "warn"]
    if as_json:
        print_json(
            {
                "built": sum(result["unique_id"].startswith("model.") and result not in failed for result in results),
                "tested": sum(result["unique_id"].startswith(("test.", "unit_test.")) for result in results),
                "failed": [result["unique_id"] for result in failed],
                "warned": [result["unique_id"] for result in warned],
            }
            | ({"loaded": dict(loaded.rows), "days": list(map(str, loaded.days))} if loaded.rows else {})
        )
    descriptions = _descriptions(target) if warned or failed else {}
    for result in [*warned, *failed]:
        said = descriptions.get(result["unique_id"]) or result.get("message") or result["status"]
        err.print(f"{result['unique_id']}: {said.strip()}", markup=False, soft_wrap=True)
    for fault in loaded.faults:
        err.print(str(fault), markup=False, highlight=False, soft_wrap=True)


def docs() -> None:
    """Build the site of the marts: every column with its description, tests and lineage."""
    target = _ready()
    done = _dbt("Describing the warehouse", "docs", "generate", "--static")
    if done.returncode:
        raise PromptoryError(f"dbt could not describe the warehouse: {last_line(done.stdout)}")
    out.print(f"Open {target / 'static_index.html'}", soft_wrap=True, highlight=False)


def _ready() -> Path:
    """See that the database is there; returns the folder that dbt writes to."""
    ready_database()
    with connect(engine_for(Role.DBT)):
        return dbt_folder()


def _dbt(doing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    with err.status(doing):
        return run_dbt(*arguments)


def _descriptions(target: Path) -> dict[str, str]:
    """What the tests of our own say when they do not hold, by their ids."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return {name: node["description"] for name, node in nodes.items() if node["resource_type"] == "test"}


def _build(target: Path, command: str, arguments: list[str]) -> list[dict[str, Any]]:
    """Run `dbt build` or `dbt test` and return its results, one a model or test."""
    results = target / "run_results.json"
    with sole_refresh():
        results.unlink(missing_ok=True)
        done = _dbt("Building the warehouse", command, *arguments)
        if not results.exists():
            raise PromptoryError(f"dbt could not run: {last_line(done.stdout)} (log: {target / 'logs' / 'dbt.log'})")
        found: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))["results"]
    return found
