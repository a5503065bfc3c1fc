"""What the figures mean: the descriptions of the marts' columns, which live in the dbt project only."""

from functools import cache
from pathlib import Path

import yaml

from dashboard.translation import _

_MARTS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts"


def definition(model: str, column: str) -> str | None:
    """What a mart's column means, for the reader; None where the dbt project is not beside the dashboard."""
    found = _definitions().get((model, column))
    return found and _(found)


@cache
def _definitions() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path in sorted(_MARTS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            for column in model.get("columns", []):
                found[model["name"], column["name"]] = " ".join(column.get("description", "").split())
    return found
