"""The commands that rebuild and describe the warehouse with dbt, outside Dagster."""

import json
import os
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.console import err, out, print_json, ready_database
from orchestration.lib.dbt_project import connection_variables, dbt_command, last_line, sole_refresh
from orchestration.lib.embedding_tables import refresh_embeddings
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import connect, database_url, engine_for
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
    """Build and test the warehouse: rankings, tag popularity, subscription metrics, neighbours, what texts mean."""
    target = _ready()
    chosen = ["--select", select] if select else []
    arguments = [*chosen, *(["--full-refresh"] if full else [])]
    results = _build(target, arguments)
    failed = [result for result in results if result["status"] in FAILED]
    warned = [result for result in results if result["status"] == "warn"]
    built = {result["unique_id"] for result in results if result["status"] not in (*FAILED, "skipped")}
    if _SIGNALS in built:
        with err.status("Finding each prompt's neighbours"):
            refresh_neighbours(engine_for(Role.DBT))
    if as_json:
        print_json(
            {
                "built": sum(result["unique_id"].startswith("model.") and result not in failed for result in results),
                "tested": sum(result["unique_id"].startswith(("test.", "unit_test.")) for result in results),
                "failed": [result["unique_id"] for result in failed],
                "warned": [result["unique_id"] for result in warned],
            }
        )
    descriptions = _descriptions(target) if warned or failed else {}
    for result in [*warned, *failed]:
        said = descriptions.get(result["unique_id"]) or result.get("message") or result["status"]
        err.print(f"{result['unique_id']}: {said.strip()}", markup=False, soft_wrap=True)
    if failed:
        raise PromptoryError(f"{len(failed)} of dbt's steps failed; what they build is as it was before.")
    if not as_json:
        out.print(f"The warehouse is up to date ({len(results)} models and tests).")
    settings = get_settings()
    if _DOCUMENTS in built and (embedder := embedder_named(settings.embedder, settings)):
        with err.status("Embedding new and changed texts"):
            outcome = refresh_embeddings(embedder, engine_for(Role.DBT), set_up=engine_for(None))
        if not as_json:
            out.print(outcome.sentence, soft_wrap=True, highlight=False)


def docs() -> None:
    """Build the site of the marts: every column with its description, tests and lineage."""
    target = _ready()
    done = _dbt("Describing the warehouse", "docs", "generate", "--static", "--target-path", str(target))
    if done.returncode:
        raise PromptoryError(f"dbt could not describe the warehouse: {last_line(done.stdout)}")
    out.print(f"Open {target / 'static_index.html'}", soft_wrap=True, highlight=False)


def _ready() -> Path:
    """See that the database is there, and tell dbt where; returns the folder that dbt writes to."""
    ready_database()
    with connect(engine_for(Role.DBT)):
        os.environ.update(connection_variables(database_url()))
    return get_settings().home / "dbt"


def _dbt(doing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    with err.status(doing):
        return subprocess.run(
            dbt_command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )


def _descriptions(target: Path) -> dict[str, str]:
    """What the tests of our own say when they do not hold, by their ids."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return {name: node["description"] for name, node in nodes.items() if node["resource_type"] == "test"}


def _build(target: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """Run `dbt build` and return its results, one a model or test."""
    results = target / "run_results.json"
    folders = ["--target-path", str(target), "--log-path", str(target / "logs")]
    with sole_refresh():
        results.unlink(missing_ok=True)
        done = _dbt("Building the warehouse", "build", *folders, *arguments)
        if not results.exists():
            raise PromptoryError(f"dbt could not run: {last_line(done.stdout)} (log: {target / 'logs' / 'dbt.log'})")
        found: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))["results"]
    return found
