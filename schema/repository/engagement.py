"""Reading the engagement marts, each in one query, as typed rows."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.repository.marts import mart, rows_of
from schema.repository.warehouse import reading_marts


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
class ActionDay:
    """What viewers of a segment did on a UTC day; `sessions` is None where nobody was there."""

    activity_date: date
    segment: str
    sessions: int | None
    views: int
    copies: int
    likes: int
    shares: int
    searches: int
    paywall_views: int


@dataclass(frozen=True, slots=True)
class TierMonth:
    """What an active person did in a UTC month, by tier: FREE, PRO or CHANGED."""

    activity_month: date
    tier: str
    is_complete: bool
    active_people: int
    active_days_per_person: float
    views_per_person: float
    copies_per_person: float
    likes_per_person: float


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


_active_people_daily = mart("active_people_daily", ActiveDay)
_actions_daily = mart("actions_daily", ActionDay)
_engagement_by_tier_monthly = mart("engagement_by_tier_monthly", TierMonth)
_activation_weekly = mart("activation_weekly", ActivationWeek)
_retention_weekly = mart("retention_weekly", RetentionWeek)
_creator_economy_monthly = mart("creator_economy_monthly", CreatorMonth)


def active_days(session: Session, first_day: date, last_day: date) -> list[ActiveDay]:
    """Every segment of every day from `first_day` to `last_day`, both included, by day and segment."""
    days = _active_people_daily.c
    statement = (
        select(_active_people_daily)
        .where(days.activity_date.between(first_day, last_day))
        .order_by(days.activity_date, days.segment)
    )
    return rows_of(session, statement, ActiveDay)


def last_active_day(session: Session) -> date | None:
    """The newest day of activity; None while there is none."""
    with reading_marts():
        newest: date | None = session.scalar(select(func.max(_active_people_daily.c.activity_date)))
    return newest


def action_days(session: Session, first_day: date, last_day: date, segment: str) -> list[ActionDay]:
    """What a segment did on each day from `first_day` to `last_day`, both included, by day."""
    days = _actions_daily.c
    statement = (
        select(_actions_daily)
        .where(days.activity_date.between(first_day, last_day), days.segment == segment)
        .order_by(days.activity_date)
    )
    return rows_of(session, statement, ActionDay)


def tier_months(session: Session, first_month: date) -> list[TierMonth]:
    """Months from `first_month` on, by month and tier."""
    months = _engagement_by_tier_monthly.c
    statement = (
        select(_engagement_by_tier_monthly)
        .where(months.activity_month >= first_month)
        .order_by(months.activity_month, months.tier)
    )
    return rows_of(session, statement, TierMonth)


def activation_weeks(session: Session) -> list[ActivationWeek]:
    """All weeks of sign-up, the oldest first."""
    statement = select(_activation_weekly).order_by(_activation_weekly.c.signup_week)
    return rows_of(session, statement, ActivationWeek)


def retention_weeks(session: Session, first_week: date) -> list[RetentionWeek]:
    """The retention triangle of the sign-up weeks from `first_week` on, by sign-up week and week number."""
    weeks = _retention_weekly.c
    statement = (
        select(_retention_weekly).where(weeks.signup_week >= first_week).order_by(weeks.signup_week, weeks.week_number)
    )
    return rows_of(session, statement, RetentionWeek)


def creator_months(session: Session) -> list[CreatorMonth]:
    """All months, the oldest first."""
    statement = select(_creator_economy_monthly).order_by(_creator_economy_monthly.c.activity_month)
    return rows_of(session, statement, CreatorMonth)
