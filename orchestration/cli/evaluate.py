"""Commands that measure quality on data of one's own or public data."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import CommandGroup, err, print_json, print_table, ready_database
from orchestration.evaluation.recommend import evaluate_recommendations

evaluate = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Measure quality with the product's own parts, on data of one's own."
)


@evaluate.callback()
def _group() -> None:
    """Keep the group's name, however many commands it has."""


@evaluate.command()
def recommend(
    train: Annotated[Path, typer.Option(help="What to learn from: user, item and perhaps a time, by tabs.")],
    test: Annotated[Path, typer.Option(help="What to foresee: user and item, by tabs.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Recommend to every user of TEST what they will like after TRAIN, beside three other ways.

    Works in a database of its own, which is dropped at the end.
    """
    ready_database()
    with err.status("Reading") as status:
        result = evaluate_recommendations(train, test, status.update)
    if as_json:
        print_json(result)
        return
    rows = {name: result[name] for name in ("promptory", "popular", "item_knn", "ials") if result[name]}
    measures = ("recall@20", "ndcg@20", "coverage@20")
    columns: dict[str, list[object]] = {"": list(rows)}
    columns |= {one: [f"{row[one]:.4f}" for row in rows.values()] for one in measures}
    print_table(f"{result['users']:,} users, {result['items']:,} items", columns, frozenset(measures))
