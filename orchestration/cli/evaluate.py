"""The commands that measure search and recommendations on test sets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.console import CommandGroup, err, print_json, print_table
from orchestration.evaluation.beir import read_test_set, with_typos
from orchestration.evaluation.recommend import evaluate_recommendations
from orchestration.evaluation.search import evaluate_search
from schema.embedders import embedder_named
from schema.settings import EmbedderName, get_settings

evaluate = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Measure search and recommendations by the product's own parts, in a database that is dropped at the end.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


@evaluate.command()
def search(
    beir: Annotated[Path, typer.Option(help="Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.")],
    typos: Annotated[bool, typer.Option("--typos", help="Put one slip into each query.")] = False,
    embedder: Annotated[
        EmbedderName | None, typer.Option(help="Search by meaning, too; else as PROMPTORY_EMBEDDER says.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search a test set in BEIR's layout, beside ILIKE, PostgreSQL's full text and bm25s."""
    test_set = read_test_set(beir)
    settings = get_settings()
    model = embedder_named(embedder or settings.embedder, settings)
    with err.status("Reading the test set") as status:
        figures = evaluate_search(with_typos(test_set) if typos else test_set, model, status.update)
    _show(f"{figures['queries']:,} queries over {figures['documents']:,} documents", figures, as_json)


@evaluate.command()
def recommend(
    train: Annotated[Path, typer.Option(help="What to learn from: user, item and perhaps a time, by tabs.")],
    test: Annotated[Path, typer.Option(help="What to foresee: user and item, by tabs.")],
    as_json: AsJson = False,
) -> None:
    """Recommend to every user of TEST what they will like after TRAIN, beside three other ways."""
    with err.status("Reading") as status:
        figures = evaluate_recommendations(train, test, status.update)
    _show(f"{figures['users']:,} users, {figures['items']:,} items", figures, as_json)


def _show(title: str, figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(figures)
        return
    systems = {name: found for name, found in figures.items() if isinstance(found, dict)}
    measures = list(systems["promptory"])
    columns: dict[str, list[object]] = {"": list(systems)}
    columns |= {measure: [found.get(measure, "") for found in systems.values()] for measure in measures}
    print_table(title, columns, frozenset(measures))
