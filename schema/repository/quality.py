"""How well search and recommendations do: reading their marts, each in one query, as typed rows."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.repository.marts import mart, rows_of
from schema.repository.warehouse import reading_marts

# A query that is searched for less often says little by its clicks.
LEAST_SEARCHES = 5


@dataclass(frozen=True, slots=True)
class SearchDay:
    """How the searches of a UTC day went; `language` is all, ko, ja, zh or other."""

    activity_date: date
    language: str
    searches: int
    searches_with_count: int
    zero_result_searches: int
    zero_result_rate: float | None
    clicked_searches: int
    click_through_rate: float | None
    clicks_at_10: int | None
    click_through_rate_at_10: float | None
    placed_clicks: int
    mean_reciprocal_rank: float | None
    followed_searches: int
    abandoned_searches: int
    abandonment_rate: float | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """How the searches for one query went in a window (7d, 30d or 90d) that ends with `last_date`.

    At least three people searched for it.
    """

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
class ShownDay:
    """What became of the prompts that were shown on a UTC day, on a surface and for a reason."""

    activity_date: date
    surface: str
    reason: str
    impressions: int
    clicked_impressions: int
    click_through_rate: float
    people_impressions: int
    liked_impressions: int
    like_rate: float | None


@dataclass(frozen=True, slots=True)
class Night:
    """How well the likes of the days up to `last_date` were foreseen; means over `people`, from 0 to 1."""

    last_date: date
    test_days: int
    people: int
    prompts: int
    recall: float
    ndcg: float
    coverage: float
    popular_recall: float
    popular_ndcg: float
    popular_coverage: float


_search_quality_daily = mart("search_quality_daily", SearchDay)
_search_queries = mart("search_queries", SearchQuery)
_recommendation_quality_daily = mart("recommendation_quality_daily", ShownDay)
_recommendation_accuracy_nightly = mart("recommendation_accuracy_nightly", Night)


def last_search_day(session: Session) -> date | None:
    """The newest UTC day that searches are counted of, without today unless there is no other; None before any."""
    day = _search_quality_daily.c.activity_date
    whole_days = func.max(day).filter(day < func.date(func.timezone("UTC", func.now())))
    with reading_marts():
        newest: date | None = session.scalar(select(func.coalesce(whole_days, func.max(day))))
    return newest


def search_days(session: Session, first_day: date, last_day: date) -> list[SearchDay]:
    """The days from `first_day` to `last_day`, both included, by day and language."""
    days = _search_quality_daily.c
    statement = (
        select(_search_quality_daily)
        .where(days.activity_date.between(first_day, last_day))
        .order_by(days.activity_date, days.language)
    )
    return rows_of(session, statement, SearchDay)


def top_queries(session: Session, window: str, *, take: int = 50) -> list[SearchQuery]:
    """The `take` most searched queries of a window (7d, 30d or 90d), the most searched first."""
    queries = _search_queries.c
    statement = select(_search_queries).where(queries.search_window == window).order_by(queries.search_rank).limit(take)
    return rows_of(session, statement, SearchQuery)


def top_zero_result_queries(session: Session, window: str, *, take: int = 50) -> list[SearchQuery]:
    """The `take` queries of a window (7d, 30d or 90d) that most often found nothing, the worst first."""
    queries = _search_queries.c
    statement = (
        select(_search_queries)
        .where(queries.search_window == window, queries.zero_result_rank.is_not(None))
        .order_by(queries.zero_result_rank)
        .limit(take)
    )
    return rows_of(session, statement, SearchQuery)


def rarely_clicked_queries(session: Session, window: str, *, take: int = 50) -> list[SearchQuery]:
    """The `take` queries of a window that found something and were clicked least, of those searched five times or more.

    The least clicked first, among equals the most searched.
    """
    queries = _search_queries.c
    statement = (
        select(_search_queries)
        .where(
            queries.search_window == window,
            queries.searches >= LEAST_SEARCHES,
            queries.zero_result_searches < queries.searches,
        )
        .order_by(queries.click_through_rate, queries.search_rank)
        .limit(take)
    )
    return rows_of(session, statement, SearchQuery)


def shown_days(session: Session, first_day: date, last_day: date) -> list[ShownDay]:
    """What was shown from `first_day` to `last_day`, both included, by day, surface and reason."""
    days = _recommendation_quality_daily.c
    statement = (
        select(_recommendation_quality_daily)
        .where(days.activity_date.between(first_day, last_day))
        .order_by(days.activity_date, days.surface, days.reason)
    )
    return rows_of(session, statement, ShownDay)


def nights(session: Session, first_day: date, last_day: date) -> list[Night]:
    """The measurements whose last day is from `first_day` to `last_day`, the oldest first."""
    last_date = _recommendation_accuracy_nightly.c.last_date
    statement = (
        select(_recommendation_accuracy_nightly).where(last_date.between(first_day, last_day)).order_by(last_date)
    )
    return rows_of(session, statement, Night)
