"""Reading the marts, each in one query, as pandas tables."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from schema.repository.tables import mrr_daily, prompt_rankings, tag_popularity
from schema.repository.warehouse import reading_marts


def tag_days(session: Session, first_day: date, last_day: date) -> pd.DataFrame:
    """Rows of `analytics.tag_popularity` from `first_day` to `last_day`, both included, by day and rank."""
    tags = tag_popularity.c
    statement = (
        select(tags.activity_date, tags.tag_name, tags.prompts, tags.views, tags.copies, tags.likes)
        .where(tags.activity_date.between(first_day, last_day))
        .order_by(tags.activity_date, tags.popularity_rank)
    )
    return _table(session, statement)


def last_tag_day(session: Session) -> date | None:
    """The newest day in `analytics.tag_popularity`; None while there is no activity."""
    with reading_marts():
        newest: date | None = session.scalar(select(func.max(tag_popularity.c.activity_date)))
    return newest


def top_prompts(session: Session, window: str, *, take: int = 50) -> pd.DataFrame:
    """The `take` most liked prompts of a ranking window, best first."""
    ranks = prompt_rankings.c
    statement = (
        select(
            *(ranks.like_rank, ranks.title, ranks.creator_name, ranks.agent_type, ranks.access, ranks.language),
            *(ranks.likes, ranks.unique_viewers, ranks.views, ranks.copies, ranks.like_rate, ranks.as_of),
        )
        .where(ranks.ranking_window == window)
        .order_by(ranks.like_rank)
        .limit(take)
    )
    return _table(session, statement)


def subscription_days(session: Session) -> pd.DataFrame:
    """All of `analytics.mrr_daily`, by day; amounts in US dollars."""
    return _table(session, select(mrr_daily).order_by(mrr_daily.c.metric_date))


def _table(session: Session, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    with reading_marts():
        result = session.execute(statement)
        return pd.DataFrame.from_records(result.all(), columns=list(result.keys()), coerce_float=True)
