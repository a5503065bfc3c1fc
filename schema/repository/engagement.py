"""Reading the engagement marts, each in one query, as typed rows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, TableClause, column, select, table
from sqlalchemy.orm import Session

from schema.repository.warehouse import reading_marts

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class ActiveDay:
    """Who was active in the 1, 7 and 30 days that end on a UTC day; `segment` is all, FREE, PRO or viewers."""

    activity_date: date
    segment: str
    daily_active: int
    weekly_active: int
    monthly_active: int
    stickiness: float | None


@dataclass(frozen=True, slots=True)
class ActivationWeek:
    """How many of the people who signed up in a week liked or copied within 168 hours."""

    signup_week: date
    people: int
    matured_people: int
    activated_people: int
    activation_rate: float | None
    median_hours_to_activation: float | None
    p90_hours_to_activation: float | None


@dataclass(frozen=True, slots=True)
class RetentionWeek:
    """How many of the people who signed up in a week were there `week_number` weeks later."""

    signup_week: date
    week_number: int
    activity_week: date
    people: int
    active_people: int
    retention_rate: float


@dataclass(frozen=True, slots=True)
class SearchDay:
    """How the searches of a UTC day went."""

    activity_date: date
    searches: int
    searches_with_count: int
    zero_result_searches: int
    zero_result_rate: float | None
    clicked_searches: int
    click_through_rate: float | None
    placed_clicks: int
    mean_reciprocal_rank: float | None
    followed_searches: int
    abandoned_searches: int
    abandonment_rate: float | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """How the searches for one query went in a window (7d, 30d or 90d) that ends with `last_date`."""

    search_window: str
    query: str
    searches: int
    searches_with_count: int
    zero_result_searches: int
    zero_result_rate: float | None
    clicked_searches: int
    click_through_rate: float
    placed_clicks: int
    mean_reciprocal_rank: float | None
    search_rank: int
    zero_result_rank: int | None
    last_date: date


@dataclass(frozen=True, slots=True)
class CreatorMonth:
    """How views and likes of a UTC month spread over creators; shares and Gini coefficients from 0 to 1."""

    activity_month: date
    creators: int
    viewed_creators: int
    liked_creators: int
    views: int
    likes: int
    top_1_percent_view_share: float | None
    top_10_percent_view_share: float | None
    view_gini: float | None
    top_1_percent_like_share: float | None
    top_10_percent_like_share: float | None
    like_gini: float | None


def _mart(name: str, row: type[Any]) -> TableClause:
    return table(name, *(column(field.name) for field in fields(row)), schema="analytics")


_active_people_daily = _mart("active_people_daily", ActiveDay)
_activation_weekly = _mart("activation_weekly", ActivationWeek)
_retention_weekly = _mart("retention_weekly", RetentionWeek)
_search_quality_daily = _mart("search_quality_daily", SearchDay)
_search_queries = _mart("search_queries", SearchQuery)
_creator_economy_monthly = _mart("creator_economy_monthly", CreatorMonth)


def active_days(session: Session, first_day: date, last_day: date) -> list[ActiveDay]:
    """Every segment of every day from `first_day` to `last_day`, both included, by day and segment."""
    days = _active_people_daily.c
    statement = (
        select(_active_people_daily)
        .where(days.activity_date.between(first_day, last_day))
        .order_by(days.activity_date, days.segment)
    )
    return _rows(session, statement, ActiveDay)


def activation_weeks(session: Session) -> list[ActivationWeek]:
    """All weeks of sign-up, the oldest first."""
    statement = select(_activation_weekly).order_by(_activation_weekly.c.signup_week)
    return _rows(session, statement, ActivationWeek)


def retention_weeks(session: Session, first_week: date) -> list[RetentionWeek]:
    """The retention triangle of the sign-up weeks from `first_week` on, by sign-up week and week number."""
    weeks = _retention_weekly.c
    statement = (
        select(_retention_weekly).where(weeks.signup_week >= first_week).order_by(weeks.signup_week, weeks.week_number)
    )
    return _rows(session, statement, RetentionWeek)


def search_days(session: Session, first_day: date, last_day: date) -> list[SearchDay]:
    """The days from `first_day` to `last_day`, both included."""
    days = _search_quality_daily.c
    statement = (
        select(_search_quality_daily)
        .where(days.activity_date.between(first_day, last_day))
        .order_by(days.activity_date)
    )
    return _rows(session, statement, SearchDay)


def top_queries(session: Session, window: str, *, take: int = 50) -> list[SearchQuery]:
    """The `take` most searched queries of a window (7d, 30d or 90d), the most searched first."""
    queries = _search_queries.c
    statement = select(_search_queries).where(queries.search_window == window).order_by(queries.search_rank).limit(take)
    return _rows(session, statement, SearchQuery)


def top_zero_result_queries(session: Session, window: str, *, take: int = 50) -> list[SearchQuery]:
    """The `take` queries of a window (7d, 30d or 90d) that most often found nothing, the worst first."""
    queries = _search_queries.c
    statement = (
        select(_search_queries)
        .where(queries.search_window == window, queries.zero_result_rank.is_not(None))
        .order_by(queries.zero_result_rank)
        .limit(take)
    )
    return _rows(session, statement, SearchQuery)


def creator_months(session: Session) -> list[CreatorMonth]:
    """All months, the oldest first."""
    statement = select(_creator_economy_monthly).order_by(_creator_economy_monthly.c.activity_month)
    return _rows(session, statement, CreatorMonth)


def _rows(session: Session, statement: Select[*tuple[Any, ...]], row: type[RowT]) -> list[RowT]:
    with reading_marts():
        found: Sequence[Any] = session.execute(statement).all()
    return [row(**one._mapping) for one in found]
