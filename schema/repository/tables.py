"""Views and marts that queries read, as SQLAlchemy tables; their owners are the migrations and dbt."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Double, MetaData, Numeric, Table, Text

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
    Column("creator_name", Text),
    Column("views", BigInteger),
    Column("unique_viewers", BigInteger),
    Column("copies", BigInteger),
    Column("likes", BigInteger),
    Column("like_rate", Double),
    Column("like_rank", BigInteger),
    Column("as_of", DateTime(timezone=True)),
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

subscription_metrics_daily = Table(
    "subscription_metrics_daily",
    _ANALYTICS,
    Column("metric_date", Date),
    Column("currency", Text),
    Column("paying_people", BigInteger),
    Column("trialing_people", BigInteger),
    Column("monthly_recurring_revenue", Numeric(18, 2)),
    Column("average_revenue_per_payer", Numeric(18, 2)),
    Column("started_paying", BigInteger),
    Column("stopped_paying", BigInteger),
    Column("trials_started", BigInteger),
    Column("trials_converted", BigInteger),
)
