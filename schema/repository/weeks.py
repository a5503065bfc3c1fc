"""Reading how prompts and creators fare by UTC week, each in one query, as pandas tables."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.repository.marts import frame_of, mart_of
from schema.repository.warehouse import reading_marts

_creators = mart_of(
    "creator_weekly", "activity_week", "creator_id", "creator_name", "used_prompts", "views", "copies", "likes"
)
_standing = mart_of("creator_rankings", "ranking_window", "creator_id", "prompts", "like_rate", "top_prompt_title")
_ranks = mart_of(
    "prompt_ranks_weekly",
    *("activity_week", "prompt_id", "title", "agent_type", "access", "likes", "views", "like_rank", "view_rank"),
)


def creator_week_bounds(session: Session) -> tuple[date, date] | None:
    """The first and the newest week in which a creator's prompt was used; None while there is no activity."""
    weeks = _creators.c.activity_week
    with reading_marts():
        found: Any = session.execute(select(func.min(weeks), func.max(weeks))).one()
        first, last = found
    return None if first is None else (first, last)


def creator_sums_by_week(session: Session, first_week: date, last_week: date) -> pd.DataFrame:
    """One row a week: activity_week, creators whose prompts were used, views, copies and likes of all."""
    weeks = _creators.c
    statement = (
        select(
            weeks.activity_week,
            func.count().label("creators"),
            *(func.sum(one).label(one.name) for one in (weeks.views, weeks.copies, weeks.likes)),
        )
        .where(weeks.activity_week.between(first_week, last_week))
        .group_by(weeks.activity_week)
        .order_by(weeks.activity_week)
    )
    return frame_of(session, statement)


def top_creators(session: Session, first_week: date, last_week: date, *, before: date, take: int = 50) -> pd.DataFrame:
    """The creators whose prompts were used most from `first_week` to `last_week`, by views, then likes.

    Columns: creator_id, creator_name, prompts (in the library), views, copies, likes, views_before (from the week
    `before` up to `first_week`), like_rate and top_prompt_title (of all time).
    """
    weeks, standing = _creators.c, _standing.c
    now = weeks.activity_week >= first_week
    sums = [
        func.coalesce(func.sum(one).filter(now), 0).label(one.name) for one in (weeks.views, weeks.copies, weeks.likes)
    ]
    used = (
        select(
            weeks.creator_id,
            func.max(weeks.creator_name).label("creator_name"),
            *sums,
            func.coalesce(func.sum(weeks.views).filter(weeks.activity_week < first_week), 0).label("views_before"),
        )
        .where(weeks.activity_week.between(before, last_week))
        .group_by(weeks.creator_id)
        .order_by(sums[0].desc(), sums[2].desc(), weeks.creator_id)
        .limit(take)
        .subquery()
    )
    statement = (
        select(used, standing.prompts, standing.like_rate, standing.top_prompt_title)
        .outerjoin(_standing, (standing.creator_id == used.c.creator_id) & (standing.ranking_window == "all"))
        .order_by(used.c.views.desc(), used.c.likes.desc(), used.c.creator_id)
    )
    return frame_of(session, statement)


def creators_by_week(session: Session, first_week: date, last_week: date, creator_ids: list[int]) -> pd.DataFrame:
    """The weeks of some creators: activity_week, creator_id, creator_name, views, copies, likes."""
    weeks = _creators.c
    statement = (
        select(weeks.activity_week, weeks.creator_id, weeks.creator_name, weeks.views, weeks.copies, weeks.likes)
        .where(weeks.activity_week.between(first_week, last_week), weeks.creator_id.in_(creator_ids))
        .order_by(weeks.activity_week)
    )
    return frame_of(session, statement)


def prompt_ranks_by_week(
    session: Session,
    last_weeks: int,
    *,
    access: str | None = None,
    agent_type: str | None = None,
    places: int = 20,
) -> pd.DataFrame:
    """The most liked prompts of each of the newest weeks: activity_week, prompt_id, title, likes, place.

    `place` is that among the prompts with this access and type; up to `places` of each week.
    """
    ranks = _ranks.c
    wanted = {ranks.access: access, ranks.agent_type: agent_type}
    placed = (
        select(
            *(ranks.activity_week, ranks.prompt_id, ranks.title, ranks.likes),
            func.row_number().over(partition_by=ranks.activity_week, order_by=ranks.like_rank).label("place"),
        )
        .where(
            ranks.activity_week > select(func.max(ranks.activity_week) - 7 * last_weeks).scalar_subquery(),
            ranks.likes > 0,
            *(column == value for column, value in wanted.items() if value is not None),
        )
        .subquery()
    )
    statement = select(placed).where(placed.c.place <= places).order_by(placed.c.activity_week, placed.c.place)
    return frame_of(session, statement)
