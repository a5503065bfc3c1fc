"""What the figures mean: the descriptions of the marts' columns, which live in the dbt project only."""

from functools import cache
from pathlib import Path

import yaml

_MARTS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts"


def definition(model: str, column: str) -> str | None:
    """The description of a mart's column; None where the dbt project is not beside the dashboard."""
    return _definitions().get((model, column))


@cache
def _definitions() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path in sorted(_MARTS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            for column in model.get("columns", []):
                found[model["name"], column["name"]] = " ".join(column.get("description", "").split())
    return found
