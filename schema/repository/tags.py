"""Reading how tags fare, each in one query, as pandas tables: sums are made by the database."""

from datetime import date

import pandas as pd
from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from schema.repository.marts import frame_of, mart_of
from schema.repository.tables import tag_popularity
from schema.repository.warehouse import reading_marts

_pairs = mart_of(
    "tag_pairs", "tag_name", "other_tag_name", "prompts_with_both", "prompts", "other_prompts", "confidence", "lift"
)


def first_tag_day(session: Session) -> date | None:
    """The oldest day on which a tag was used; None while there is no activity."""
    with reading_marts():
        oldest: date | None = session.scalar(select(func.min(tag_popularity.c.activity_date)))
    return oldest


def tag_totals(session: Session, first_day: date, last_day: date, *, before: date) -> pd.DataFrame:
    """A row a tag that was used since `before`, the most viewed first.

    Columns: tag_name, prompts; views, copies and likes from `first_day` to `last_day`; views_before and likes_before,
    from `before` up to `first_day`, which is not among them.
    """
    tags = tag_popularity.c
    now, earlier = tags.activity_date >= first_day, tags.activity_date < first_day
    sums = [
        *(func.coalesce(func.sum(one).filter(now), 0).label(one.name) for one in (tags.views, tags.copies, tags.likes)),
        *(
            func.coalesce(func.sum(one).filter(earlier), 0).label(f"{one.name}_before")
            for one in (tags.views, tags.likes)
        ),
    ]
    statement = (
        select(tags.tag_name, func.max(tags.prompts).label("prompts"), *sums)
        .where(tags.activity_date.between(before, last_day))
        .group_by(tags.tag_name)
        .order_by(sums[0].desc(), sums[2].desc(), tags.tag_name)
    )
    return frame_of(session, statement)


def tag_sums_by_day(session: Session, first_day: date, last_day: date) -> pd.DataFrame:
    """One row a day with the views and likes of all tags added up: activity_date, views, likes."""
    tags = tag_popularity.c
    statement = (
        select(tags.activity_date, func.sum(tags.views).label("views"), func.sum(tags.likes).label("likes"))
        .where(tags.activity_date.between(first_day, last_day))
        .group_by(tags.activity_date)
        .order_by(tags.activity_date)
    )
    return frame_of(session, statement)


def views_by_day(session: Session, first_day: date, last_day: date, names: list[str]) -> pd.DataFrame:
    """Views of some tags by day, without days on which a tag was not used: activity_date, tag_name, views."""
    tags = tag_popularity.c
    statement = (
        select(tags.activity_date, tags.tag_name, tags.views)
        .where(tags.activity_date.between(first_day, last_day), tags.tag_name.in_(names))
        .order_by(tags.activity_date)
    )
    return frame_of(session, statement)


def views_by_week(session: Session, first_day: date, last_day: date, names: list[str]) -> pd.DataFrame:
    """Views of some tags by week from Monday: week, tag_name, views, and share of all tagged views of the week."""
    tags = tag_popularity.c
    week = cast(func.date_trunc("week", tags.activity_date), Date)
    weeks = (
        select(
            week.label("week"),
            tags.tag_name,
            func.sum(tags.views).label("views"),
            (func.sum(tags.views) / func.nullif(func.sum(func.sum(tags.views)).over(partition_by=week), 0)).label(
                "share"
            ),
        )
        .where(tags.activity_date.between(first_day, last_day))
        .group_by(week, tags.tag_name)
        .subquery()
    )
    return frame_of(session, select(weeks).where(weeks.c.tag_name.in_(names)).order_by(weeks.c.week))


def pairs_among(session: Session, names: list[str]) -> pd.DataFrame:
    """How often some tags stand on the same prompts, in both directions."""
    pairs = _pairs.c
    statement = select(_pairs).where(pairs.tag_name.in_(names), pairs.other_tag_name.in_(names))
    return frame_of(session, statement)
