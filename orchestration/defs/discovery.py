"""What is computed in Python: neighbours by a walk over all likes, hours of work in SQL, and what texts mean."""

from typing import Any

import dagster as dg

from orchestration.defs.resources import IS_SPARK
from orchestration.lib.embedding_tables import refresh_embeddings
from orchestration.lib.foresight import measure_foresight
from orchestration.lib.neighbour_tables import refresh_neighbours
from orchestration.spark.derived import derived_folder
from schema.database import engine_for
from schema.embedders import embedder_named
from schema.roles import Role
from schema.settings import get_settings

# With the engine spark, what PostgreSQL's view is made of, as it was computed by day.
_READ = ("int_prompt_viewer_days", "uses_of_days") if IS_SPARK else ("int_prompt_signals",)


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


@dg.asset(
    key_prefix="library",
    group_name="discovery",
    kinds={"postgres", "python"},
    deps=[dg.AssetKey(["analytics", name]) for name in (*_READ, "int_prompt_likes")],
)
def recommendation_nights() -> dg.MaterializeResult[Any]:
    """How well the likes of the newest week are foreseen from what was before it, one row a night."""
    found = measure_foresight(engine_for(Role.DBT), derived_folder())
    if found is None:
        return dg.MaterializeResult(metadata={"people": 0})
    return dg.MaterializeResult(
        metadata={
            "last day": str(found.last_date),
            "people": found.people,
            "recall@20": found.ours.recall,
            "recall@20 of the most liked": found.popular.recall,
        }
    )


@dg.asset(
    key_prefix="analytics",
    group_name="discovery",
    kinds={"postgres", "python"},
    deps=[dg.AssetKey(["analytics", "search_documents"])],
)
def search_embeddings() -> dg.MaterializeResult[Any]:
    """What each text that search can find means, as vectors of the configured embedder; none without one."""
    settings = get_settings()
    outcome = refresh_embeddings(
        embedder_named(settings.embedder, settings), engine_for(Role.DBT), set_up=engine_for(None)
    )
    counts = {} if outcome.skipped else {"dagster/row_count": outcome.vectors, "embedded": outcome.embedded}
    return dg.MaterializeResult(metadata={"outcome": outcome.sentence, **counts})
