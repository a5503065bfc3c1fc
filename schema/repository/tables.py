"""Views and marts that queries read, as SQLAlchemy tables; their owners are the migrations and dbt."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CollectionAggregate,
    Column,
    Date,
    DateTime,
    Double,
    MetaData,
    Numeric,
    Table,
    Text,
    any_,
    func,
    select,
)

_LIBRARY = MetaData(schema="library")
_ANALYTICS = MetaData(schema="analytics")

prompt_cards = Table(
    "prompt_cards",
    _LIBRARY,
    Column("id", BigInteger),
    Column("title", Text),
    Column("description", Text),
    Column("agent_type", Text),
    Column("access", Text),
    Column("language", Text),
    Column("image_key", Text),
    Column("created_by", BigInteger),
    Column("creator_name", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True)),
    Column("likes", BigInteger),
)

merged_prompts = Table(
    "merged_prompts",
    _LIBRARY,
    Column("prompt_id", BigInteger),
    Column("head_id", BigInteger),
)


def merged_into(prompt_id: int) -> CollectionAggregate[Any]:
    """A prompt and those merged into it, to compare a column of ids with; as an OR it would be found by no index."""
    others = select(merged_prompts.c.prompt_id).where(merged_prompts.c.head_id == prompt_id).scalar_subquery()
    return any_(func.array_append(func.array(others, type_=ARRAY(BigInteger)), prompt_id))


archived_prompts = Table(
    "archived_prompts",
    _LIBRARY,
    Column("prompt_id", BigInteger),
    Column("head_id", BigInteger),
)

prompt_collections = Table(
    "prompt_collections",
    _LIBRARY,
    Column("prompt_id", BigInteger),
    Column("collection_id", BigInteger),
    Column("collection_name", Text),
)

prompt_neighbours = Table(
    "prompt_neighbours",
    _ANALYTICS,
    Column("prompt_id", BigInteger),
    Column("neighbour_id", BigInteger),
    Column("weight", Double),
)

prompt_rankings = Table(
    "prompt_rankings",
    _ANALYTICS,
    Column("ranking_window", Text),
    Column("prompt_id", BigInteger),
    Column("title", Text),
    Column("agent_type", Text),
    Column("access", Text),
    Column("language", Text),
    Column("creator_id", BigInteger),
    Column("creator_name", Text),
    Column("views", BigInteger),
    Column("unique_viewers", BigInteger),
    Column("viewers_before", BigInteger),
    Column("copies", BigInteger),
    Column("likes", BigInteger),
    Column("like_rate", Double),
    Column("rising_score", Double),
    Column("like_rank", BigInteger),
    Column("hot_rank", BigInteger),
    Column("best_rank", BigInteger),
    Column("rising_rank", BigInteger),
    Column("bayesian_rank", BigInteger),
    Column("as_of", DateTime(timezone=True)),
)

prompt_daily = Table(
    "prompt_daily",
    _ANALYTICS,
    Column("activity_date", Date),
    Column("prompt_id", BigInteger),
    Column("views", BigInteger),
    Column("copies", BigInteger),
    Column("likes", BigInteger),
)

tag_popularity = Table(
    "tag_popularity",
    _ANALYTICS,
    Column("tag_id", BigInteger),
    Column("tag_name", Text),
    Column("activity_date", Date),
    Column("prompts", BigInteger),
    Column("views", BigInteger),
    Column("copies", BigInteger),
    Column("likes", BigInteger),
    Column("share_of_views", Double),
    Column("popularity_rank", BigInteger),
)

mrr_daily = Table(
    "mrr_daily",
    _ANALYTICS,
    Column("metric_date", Date),
    Column("is_complete", Boolean),
    Column("opening_mrr", Numeric(18, 2)),
    Column("new_mrr", Numeric(18, 2)),
    Column("expansion_mrr", Numeric(18, 2)),
    Column("contraction_mrr", Numeric(18, 2)),
    Column("churn_mrr", Numeric(18, 2)),
    Column("reactivation_mrr", Numeric(18, 2)),
    Column("exchange_mrr", Numeric(18, 2)),
    Column("mrr", Numeric(18, 2)),
    Column("new_people", BigInteger),
    Column("reactivated_people", BigInteger),
    Column("churned_people", BigInteger),
    Column("paying_people", BigInteger),
    Column("arpu", Numeric(18, 2)),
    Column("trials_started", BigInteger),
    Column("trials_converted", BigInteger),
    Column("trialing_people", BigInteger),
)

signup_conversion_monthly = Table(
    "signup_conversion_monthly",
    _ANALYTICS,
    Column("signup_month", Date),
    Column("people", BigInteger),
)
