"""Recurring revenue and the people behind it."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, formats, viewer
from dashboard.components import figure, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.figures import change, movements_by_week, row_of_day
from dashboard.translation import N_, _
from schema.repository.metrics import subscription_days

_COMPARED_DAYS = 30
_CURRENCY = "USD"
_MODEL = "mrr_daily"
_PEOPLE = {"paying_people": N_("Paying"), "trialing_people": N_("In trial")}
_MOVEMENTS = {"started": N_("Started paying"), "stopped": N_("Stopped paying")}
_MONEY = {
    "mrr": N_("MRR"),
    "arpu": N_("Average revenue per payer"),
    "new_mrr": N_("New MRR"),
    "expansion_mrr": N_("Expansion MRR"),
    "contraction_mrr": N_("Contraction MRR"),
    "churn_mrr": N_("Churn MRR"),
    "reactivation_mrr": N_("Reactivation MRR"),
    "exchange_mrr": N_("Exchange MRR"),
}
_COUNTS = {
    "paying_people": N_("Paying people"),
    "trialing_people": N_("People in trial"),
    "new_people": N_("New payers"),
    "reactivated_people": N_("Reactivated payers"),
    "churned_people": N_("Churned payers"),
    "trials_started": N_("Trials started"),
    "trials_converted": N_("Trials converted"),
}
_NAMES = _MONEY | _COUNTS
_HEADLINES = ("mrr", "paying_people", "trialing_people", "arpu")


def page() -> None:
    """Headline figures, three charts and the table, in US dollars."""
    st.title(_("Subscriptions"), anchor=False)
    with viewer.open_session() as session:
        days = subscription_days(session)
    if days.empty:
        st.info(_("There are no subscriptions yet. Figures appear after the first billing export and a refresh."))
        return
    _headline(days)
    _charts(days)
    _table(days)


def _headline(days: pd.DataFrame) -> None:
    last_day = days.metric_date.max()
    now, before = row_of_day(days, last_day), row_of_day(days, last_day - timedelta(days=_COMPARED_DAYS))
    assert now is not None
    st.caption(_("As of {day}, in {currency}", day=formats.day(last_day), currency=_CURRENCY))
    with st.grid(4, min_column_width=180):
        for column in _HEADLINES:
            figure(
                _(_NAMES[column]),
                _formatted(now[column], is_money=column in _MONEY),
                None if before is None else change(now[column], before[column]),
                definition=definition(_MODEL, column),
                against=_("in {days} days", days=_COMPARED_DAYS),
            )


def _formatted(value: float, *, is_money: bool) -> str:
    return formats.money(value, _CURRENCY) if is_money else formats.number(value)


def _charts(days: pd.DataFrame) -> None:
    st.subheader(_("Monthly recurring revenue"), anchor=False)
    revenue = days.assign(metric_date=pd.to_datetime(days.metric_date))
    st.altair_chart(
        charts.area(revenue, day="metric_date", value="mrr", value_title=_("MRR in {currency}", currency=_CURRENCY)),
        width="stretch",
    )
    left, right = st.columns(2)
    with left:
        st.subheader(_("People"), anchor=False)
        people = _in_words(revenue.melt("metric_date", list(_PEOPLE), "group", "people"), "group", _PEOPLE)
        st.altair_chart(
            charts.lines(
                people,
                day="metric_date",
                value="people",
                series="group",
                value_title=_("People"),
                series_title=_("Group"),
            ),
            width="stretch",
        )
    with right:
        st.subheader(_("Started and stopped paying, by week"), anchor=False)
        st.altair_chart(
            charts.movements(
                _in_words(movements_by_week(days), "movement", _MOVEMENTS),
                week="week",
                value="people",
                movement="movement",
            ),
            width="stretch",
        )


def _in_words(frame: pd.DataFrame, column: str, names: dict[str, str]) -> pd.DataFrame:
    return frame.assign(**{column: frame[column].map({code: _(name) for code, name in names.items()})})


def _table(days: pd.DataFrame) -> None:
    st.subheader(_("Every day"), anchor=False)
    columns = {
        "metric_date": st.column_config.DateColumn(_("Day"), help=definition(_MODEL, "metric_date")),
        **{
            column: st.column_config.NumberColumn(
                _(name), format="%.2f" if column in _MONEY else "localized", help=definition(_MODEL, column)
            )
            for column, name in _NAMES.items()
        },
    }
    newest_first = days.sort_values("metric_date", ascending=False)
    table(newest_first, columns, key="subscriptions-table")
    csv_button(newest_first, "promptory-subscriptions.csv")


page()
