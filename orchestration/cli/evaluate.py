"""The commands that measure search and recommendations on test sets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.console import err, print_json, print_table
from orchestration.evaluation.beir import read_test_set, with_typos
from orchestration.evaluation.search import evaluate_search

evaluate = typer.Typer(help="Measure search and recommendations on test sets.", no_args_is_help=True)


@evaluate.command("search")
def search(
    beir: Annotated[Path, typer.Option(help="Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.")],
    typos: Annotated[bool, typer.Option("--typos", help="Put one slip into each query.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Search a test set in BEIR's layout, beside ILIKE, PostgreSQL's full text and bm25s."""
    test_set = read_test_set(beir)
    with err.status("Reading the test set") as status:
        figures = evaluate_search(with_typos(test_set) if typos else test_set, status.update)
    if as_json:
        print_json(figures)
    else:
        _show(f"{figures['queries']:,} queries over {figures['documents']:,} documents", figures)


def _show(title: str, figures: dict[str, Any]) -> None:
    systems = {name: found for name, found in figures.items() if isinstance(found, dict)}
    measures = list(next(iter(systems.values())))
    columns: dict[str, list[object]] = {"": list(systems)}
    columns |= {measure: [found[measure] for found in systems.values()] for measure in measures}
    print_table(title, columns, frozenset(measures))
