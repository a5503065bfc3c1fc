"""What is recommended with a prompt: computed in Python, as a walk over all likes is a matter of hours in SQL."""

from typing import Any

import dagster as dg

from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import engine_for
from schema.roles import Role


@dg.asset(
    key_prefix="analytics",
    group_name="discovery",
    kinds={"postgres", "python"},
    tags={"mart": ""},
    deps=[dg.AssetKey(["analytics", "int_person_signals"])],
)
def prompt_neighbours() -> dg.MaterializeResult[Any]:
    """A prompt and one of its 300 nearest by RP3beta over likes, copies and views."""
    return dg.MaterializeResult(metadata={"dagster/row_count": refresh_neighbours(engine_for(Role.DBT))})
