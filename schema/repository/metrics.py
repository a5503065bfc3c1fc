"""Reading the marts of rankings, tags and daily revenue, each in one query, as pandas tables."""

from datetime import date
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from schema.repository.marts import frame_of
from schema.repository.tables import mrr_daily, prompt_rankings, tag_popularity
from schema.repository.warehouse import reading_marts

Score = Literal["like", "hot", "best", "rising", "bayesian"]
"""What prompts are ranked by: the beginning of a column's name, with `_rank` after it."""


def tag_days(session: Session, first_day: date, last_day: date) -> pd.DataFrame:
    """Rows of `analytics.tag_popularity` from `first_day` to `last_day`, both included, by day and rank."""
    tags = tag_popularity.c
    statement = (
        select(tags.activity_date, tags.tag_name, tags.prompts, tags.views, tags.copies, tags.likes)
        .where(tags.activity_date.between(first_day, last_day))
        .order_by(tags.activity_date, tags.popularity_rank)
    )
    return frame_of(session, statement)


def last_tag_day(session: Session) -> date | None:
    """The newest day in `analytics.tag_popularity`; None while there is no activity."""
    with reading_marts():
        newest: date | None = session.scalar(select(func.max(tag_popularity.c.activity_date)))
    return newest


def top_prompts(
    session: Session,
    window: str,
    *,
    score: Score = "like",
    access: str | None = None,
    agent_type: str | None = None,
    take: int = 50,
) -> pd.DataFrame:
    """The first `take` prompts of a ranking window by a score, best first; `score_rank` is that among all prompts."""
    ranks = prompt_rankings.c
    rank = ranks[f"{score}_rank"]
    statement = (
        select(
            *(rank.label("score_rank"), ranks.prompt_id, ranks.title, ranks.creator_name, ranks.agent_type),
            *(ranks.access, ranks.language, ranks.likes, ranks.unique_viewers, ranks.viewers_before, ranks.views),
            *(ranks.copies, ranks.like_rate, ranks.as_of),
        )
        .where(ranks.ranking_window == window, rank.is_not(None), *_segment(access, agent_type))
        .order_by(rank)
        .limit(take)
    )
    return frame_of(session, statement)


def fallen_prompts(
    session: Session, window: str, *, access: str | None = None, agent_type: str | None = None, take: int = 10
) -> pd.DataFrame:
    """The `take` prompts that lost most viewers against the window before, by their share, worst first."""
    ranks = prompt_rankings.c
    statement = (
        select(ranks.prompt_id, ranks.title, ranks.unique_viewers, ranks.viewers_before)
        .where(
            ranks.ranking_window == window,
            ranks.viewers_before > ranks.unique_viewers,
            *_segment(access, agent_type),
        )
        .order_by(ranks.rising_rank.desc())
        .limit(take)
    )
    return frame_of(session, statement)


def window_ranks(session: Session, prompt_ids: list[int], score: Score) -> pd.DataFrame:
    """The places of prompts in each window, among all prompts: prompt_id, title, ranking_window, place."""
    ranks = prompt_rankings.c
    rank = ranks[f"{score}_rank"]
    statement = (
        select(ranks.prompt_id, ranks.title, ranks.ranking_window, rank.label("place"))
        .where(ranks.prompt_id.in_(prompt_ids), rank.is_not(None))
        .order_by(ranks.prompt_id)
    )
    return frame_of(session, statement)


def creator_prompts(session: Session, creator_id: int, *, take: int = 50) -> pd.DataFrame:
    """A creator's prompts over all time, the most liked first."""
    ranks = prompt_rankings.c
    statement = (
        select(
            *(ranks.prompt_id, ranks.title, ranks.access, ranks.likes, ranks.unique_viewers, ranks.views),
            *(ranks.copies, ranks.like_rate),
        )
        .where(ranks.creator_id == creator_id, ranks.ranking_window == "all")
        .order_by(ranks.like_rank)
        .limit(take)
    )
    return frame_of(session, statement)


def subscription_days(session: Session) -> pd.DataFrame:
    """All of `analytics.mrr_daily`, by day; amounts in US dollars."""
    return frame_of(session, select(mrr_daily).order_by(mrr_daily.c.metric_date))


def _segment(access: str | None, agent_type: str | None) -> list[ColumnElement[Any]]:
    wanted = {prompt_rankings.c.access: access, prompt_rankings.c.agent_type: agent_type}
    return [column == value for column, value in wanted.items() if value is not None]
