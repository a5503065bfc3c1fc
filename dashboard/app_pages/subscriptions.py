"""Recurring revenue and the people behind it."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, viewer
from dashboard.components import figure, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.figures import change, movements_by_week, row_of_day
from schema.repository.metrics import subscription_days

_COMPARED_DAYS = 30
_CURRENCY = "USD"
_MODEL = "mrr_daily"
_PEOPLE = {"paying_people": "Paying", "trialing_people": "In trial"}
_MONEY = {
    "mrr": "MRR",
    "arpu": "Average revenue per payer",
    "new_mrr": "New MRR",
    "expansion_mrr": "Expansion MRR",
    "contraction_mrr": "Contraction MRR",
    "churn_mrr": "Churn MRR",
    "reactivation_mrr": "Reactivation MRR",
    "exchange_mrr": "Exchange MRR",
}
_COUNTS = {
    "paying_people": "Paying people",
    "trialing_people": "People in trial",
    "new_people": "New payers",
    "reactivated_people": "Reactivated payers",
    "churned_people": "Churned payers",
    "trials_started": "Trials started",
    "trials_converted": "Trials converted",
}
_NAMES = _MONEY | _COUNTS
_HEADLINES = ("mrr", "paying_people", "trialing_people", "arpu")


def page() -> None:
    """Headline figures, three charts and the table, in US dollars."""
    st.title("Subscriptions", anchor=False)
    with viewer.open_session() as session:
        days = subscription_days(session)
    if days.empty:
        st.info("There are no subscriptions yet. Figures appear after the first billing export and a refresh.")
        return
    _headline(days)
    _charts(days)
    _table(days)


def _headline(days: pd.DataFrame) -> None:
    last_day = days.metric_date.max()
    now, before = row_of_day(days, last_day), row_of_day(days, last_day - timedelta(days=_COMPARED_DAYS))
    assert now is not None
    st.caption(f"As of {last_day:%-d %B %Y}, in {_CURRENCY}")
    with st.grid(4, min_column_width=180):
        for column in _HEADLINES:
            figure(
                _NAMES[column],
                _formatted(now[column], is_money=column in _MONEY),
                None if before is None else change(now[column], before[column]),
                definition=definition(_MODEL, column),
                against=f"in {_COMPARED_DAYS} days",
            )


def _formatted(value: float, *, is_money: bool) -> str:
    if pd.isna(value):
        return "–"
    return f"{value:,.2f} {_CURRENCY}" if is_money else f"{value:,.0f}"


def _charts(days: pd.DataFrame) -> None:
    st.subheader("Monthly recurring revenue", anchor=False)
    revenue = days.assign(metric_date=pd.to_datetime(days.metric_date))
    st.altair_chart(
        charts.area(revenue, day="metric_date", value="mrr", value_title=f"MRR in {_CURRENCY}"),
        width="stretch",
    )
    left, right = st.columns(2)
    with left:
        st.subheader("People", anchor=False)
        people = revenue.rename(columns=_PEOPLE).melt("metric_date", list(_PEOPLE.values()), "group", "people")
        st.altair_chart(
            charts.lines(
                people, day="metric_date", value="people", series="group", value_title="People", series_title="Group"
            ),
            width="stretch",
        )
    with right:
        st.subheader("Started and stopped paying, by week", anchor=False)
        st.altair_chart(
            charts.movements(movements_by_week(days), week="week", value="people", movement="movement"),
            width="stretch",
        )


def _table(days: pd.DataFrame) -> None:
    st.subheader("Every day", anchor=False)
    columns = {
        "metric_date": st.column_config.DateColumn("Day", help=definition(_MODEL, "metric_date")),
        **{
            column: st.column_config.NumberColumn(
                name, format="%.2f" if column in _MONEY else "localized", help=definition(_MODEL, column)
            )
            for column, name in _NAMES.items()
        },
    }
    newest_first = days.sort_values("metric_date", ascending=False)
    table(newest_first, columns, key="subscriptions-table")
    csv_button(newest_first, "promptory-subscriptions.csv")


page()
