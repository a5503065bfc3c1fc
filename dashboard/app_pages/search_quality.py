"""How well search and recommendations serve readers."""

from datetime import date

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts, formats, viewer
from dashboard.analysis.pickers import first_day
from dashboard.analysis.show import frame_of, heading, in_words
from dashboard.components import choose, figure, language_name, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.figures import change, click_rates_by_surface, mean_reciprocal_rank, points, rate_of, split_periods
from dashboard.translation import N_, _
from schema.repository.quality import (
    SearchQuery,
    last_search_day,
    nights,
    rarely_clicked_queries,
    search_days,
    shown_days,
    top_zero_result_queries,
)

_PERIODS = {7: N_("7 days"), 30: N_("30 days"), 90: N_("90 days")}
_SEARCH, _QUERIES = "search_quality_daily", "search_queries"
_SHOWN, _NIGHTS = "recommendation_quality_daily", "recommendation_accuracy_nightly"
_ALL = "all"
_SEARCH_RATES = {"zero_result_rate": N_("Found nothing"), "click_through_rate_at_10": N_("Clicked in the first ten")}
_SURFACES = {
    "search": N_("Search"),
    "for_you": N_("For you"),
    "trending": N_("Popular"),
    "similar": N_("Similar"),
    "new": N_("Newest"),
}
_NIGHT_LINES = {"recall": N_("Recommended"), "popular_recall": N_("Most liked")}


def page() -> None:
    """Headline figures, three charts, and the queries that deserve a look."""
    st.title(_("Search quality"), anchor=False)
    pickers = st.container(horizontal=True, gap="medium")
    with pickers:
        length = choose(_("Period"), _PERIODS, 30, key="period")
    with viewer.open_session() as session:
        last_day = last_search_day(session)
        if last_day is None:
            st.info(_("There are no searches yet. Figures appear after the first load of activity and a refresh."))
            return
        days = {"first": formats.day(first_day(last_day, length)), "last": formats.day(last_day), "days": length}
        st.caption(_("{first} to {last}, UTC days; changes are against the {days} days before", **days))
        _search(session, last_day, length, pickers)
        _recommendations(session, last_day, length)
        _queries(session, f"{length}d")


def _search(session: Session, last_day: date, length: int, pickers: DeltaGenerator) -> None:
    days = frame_of(search_days(session, first_day(last_day, 2 * length), last_day))
    there = [_ALL, *sorted(set(days.language) - {_ALL, "other"}), *({"other"} & set(days.language))]
    names = {code: {_ALL: _("All languages"), "other": _("Other")}.get(code) or language_name(code) for code in there}
    with pickers:
        language = choose(_("Language of the query"), names, _ALL, key="language")
    now, before = split_periods(days[days.language == language], last_day, length)
    _search_figures(now, before)
    heading(_("Searches by day"))
    rates = in_words(now.melt("activity_date", list(_SEARCH_RATES), "rate", "share"), "rate", _SEARCH_RATES)
    _lines(rates.dropna(), value="share", series="rate", value_title=_("Share of searches"), series_title=_("Rate"))


def _search_figures(now: pd.DataFrame, before: pd.DataFrame | None) -> None:
    against = _("vs. before")
    rates = [
        (_("Found nothing"), "zero_result_searches", "searches_with_count", "zero_result_rate"),
        (_("Clicked in the first ten"), "clicks_at_10", "searches", "click_through_rate_at_10"),
    ]
    with st.grid(4, min_column_width=180):
        figure(
            _("Searches"),
            formats.number(now.searches.sum()),
            None if before is None else change(now.searches.sum(), before.searches.sum()),
            definition=definition(_SEARCH, "searches"),
            against=against,
            trend=now.searches.tolist(),
        )
        for label, part, whole, column in rates:
            share, share_before = rate_of(now, part, whole), rate_of(before, part, whole)
            figure(
                label,
                _percent(share),
                points(share, share_before),
                definition=definition(_SEARCH, column),
                against=against,
                less_is_better=column == "zero_result_rate",
                trend=now[column].fillna(0).tolist(),
            )
        rank = mean_reciprocal_rank(now)
        figure(
            _("Mean reciprocal rank"),
            formats.NOTHING if rank is None else formats.decimal(rank, 2),
            None if rank is None else change(rank, mean_reciprocal_rank(before)),
            definition=definition(_SEARCH, "mean_reciprocal_rank"),
            against=against,
            trend=now.mean_reciprocal_rank.fillna(0).tolist(),
        )


def _recommendations(session: Session, last_day: date, length: int) -> None:
    start = first_day(last_day, length)
    shown, measured = frame_of(shown_days(session, start, last_day)), frame_of(nights(session, start, last_day))
    left, right = st.columns(2)
    with left:
        heading(_("Opened from lists"), definition(_SHOWN, "click_through_rate"))
        if shown.empty:
            st.info(_("Nothing that was shown is counted yet. It is after the next refresh."))
        else:
            rates = in_words(click_rates_by_surface(shown), "surface", _SURFACES)
            _lines(rates, value="click_through_rate", series="surface", value_title=_("Opened"), series_title=_("List"))
    with right:
        heading(_("Likes foreseen, by night"), definition(_NIGHTS, "recall"))
        if measured.empty:
            st.info(_("No night is measured yet. Recommendations are measured each night, once people like prompts."))
        else:
            recall = measured.rename(columns={"last_date": "activity_date"})
            lines = in_words(recall.melt("activity_date", list(_NIGHT_LINES), "what", "share"), "what", _NIGHT_LINES)
            _lines(lines, value="share", series="what", value_title=_("recall@20"), series_title=_("What is shown"))
    if not shown.empty:
        _reasons(shown)


def _reasons(shown: pd.DataFrame) -> None:
    heading(_("By list and reason"))
    counts = ["impressions", "clicked_impressions", "people_impressions", "liked_impressions"]
    sums = shown.groupby(["surface", "reason"], as_index=False)[counts].sum()
    sums = sums.assign(
        click_through_rate=sums.clicked_impressions / sums.impressions,
        like_rate=sums.liked_impressions / sums.people_impressions.where(sums.people_impressions > 0),
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    columns = {
        "surface": text(_("List"), help=definition(_SHOWN, "surface")),
        "reason": text(_("Reason"), help=definition(_SHOWN, "reason")),
        "impressions": number(_("Shown"), format="localized", help=definition(_SHOWN, "impressions")),
        "clicked_impressions": number(_("Opened"), format="localized", help=definition(_SHOWN, "clicked_impressions")),
        "click_through_rate": number(_("Open rate"), format="percent", help=definition(_SHOWN, "click_through_rate")),
        "liked_impressions": number(_("Liked"), format="localized", help=definition(_SHOWN, "liked_impressions")),
        "like_rate": number(_("Like rate"), format="percent", help=definition(_SHOWN, "like_rate")),
    }
    table(in_words(sums, "surface", _SURFACES), columns, key="reasons-table")


def _queries(session: Session, window: str) -> None:
    st.caption(_("Only queries that at least three people searched for are listed."))
    left, right = st.columns(2)
    with left:
        heading(_("Queries that found nothing"))
        _query_table(top_zero_result_queries(session, window), "zero_result", _("No query found nothing."))
    with right:
        heading(_("Queries that are rarely clicked"))
        _query_table(
            rarely_clicked_queries(session, window), "rarely_clicked", _("There are too few searches to tell.")
        )


def _query_table(queries: list[SearchQuery], name: str, nothing: str) -> None:
    if not queries:
        st.info(nothing)
        return
    number = st.column_config.NumberColumn
    columns = {
        "query": st.column_config.TextColumn(_("Query"), width=150, help=definition(_QUERIES, "query")),
        "searches": number(_("Searches"), format="localized", help=definition(_QUERIES, "searches")),
        "zero_result_rate": number(_("Found nothing"), format="percent", help=definition(_QUERIES, "zero_result_rate")),
        "click_through_rate": number(_("Clicked"), format="percent", help=definition(_QUERIES, "click_through_rate")),
        "mean_reciprocal_rank": number(
            _("Reciprocal rank"), format="%.2f", help=definition(_QUERIES, "mean_reciprocal_rank")
        ),
    }
    found = frame_of(queries)
    table(found, columns, key=f"{name}-table")
    csv_button(found[list(columns)], f"promptory-queries-{name.replace('_', '-')}.csv")


def _lines(frame: pd.DataFrame, *, value: str, series: str, value_title: str, series_title: str) -> None:
    chart = charts.lines(
        frame.assign(activity_date=pd.to_datetime(frame.activity_date)),
        day="activity_date",
        value=value,
        series=series,
        value_title=value_title,
        series_title=series_title,
        rate=True,
    )
    st.altair_chart(chart, width="stretch")


def _percent(share: float | None) -> str:
    return formats.NOTHING if share is None else formats.percent(share)


page()
