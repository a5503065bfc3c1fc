"""Recurring revenue: what it is, what moved it, who is behind that, and who stays."""

from datetime import date

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, viewer
from dashboard.analysis import behind, plots
from dashboard.analysis.pickers import ALL_TIME, choose_days, first_day, monday_of
from dashboard.analysis.show import chart, heading, in_words, rows
from dashboard.analysis.workings import (
    funnel_steps,
    marked_days,
    month_name,
    moved_by_month,
    sums_compared,
    triangle,
    waterfall_steps,
)
from dashboard.components import choose, figure
from dashboard.definitions import definition
from dashboard.figures import change, movements_by_week, row_of_day, split_periods
from dashboard.translation import N_, _
from schema.repository.metrics import subscription_days
from schema.repository.revenue import lock_sums, retention_cohorts, revenue_months, trial_sums

_CURRENCY = "USD"
_DAILY, _MONTHLY, _COHORTS = "mrr_daily", "mrr_monthly", "subscription_retention_monthly"
_TRIALS, _LOCKS = "trial_conversion_weekly", "paywall_funnel_weekly"
_LEAST_MONTHS, _LEAST_COHORTS = 6, 12
_PEOPLE = {"paying_people": N_("Paying"), "trialing_people": N_("In trial")}
_MOVEMENTS = {"started": N_("Started paying"), "stopped": N_("Stopped paying")}
_RATES = {
    "logo_churn_rate": N_("People lost"),
    "gross_revenue_retention": N_("Gross revenue retention"),
    "net_revenue_retention": N_("Net revenue retention"),
}
_RETAINED = {"people_retention": N_("People"), "revenue_retention": N_("Revenue")}
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
_STATES = ("mrr", "paying_people", "trialing_people", "arpu")
_FLOWS = ("new_mrr", "churn_mrr")


def page() -> None:
    """Headline figures, revenue and what moved it, the people behind that, retention, and every day; in US dollars."""
    st.title(_("Subscriptions"), anchor=False)
    length = choose_days(90, or_all=True)
    with viewer.analysing() as session:
        days = subscription_days(session)
        if days.empty:
            st.info(_("There are no subscriptions yet. Figures appear after the first billing export and a refresh."))
            return
        _show(session, days, length if length != ALL_TIME else len(days))


def _show(session: Session, days: pd.DataFrame, length: int) -> None:
    last_day = days.metric_date.max()
    now, before = split_periods(days.assign(activity_date=days.metric_date), last_day, length)
    months = revenue_months(session, _first_month(now.metric_date.min(), last_day, _LEAST_MONTHS))
    st.caption(_("As of {day}, in {currency}", day=formats.day(last_day), currency=_CURRENCY))
    _headline(days, now, before, length)
    lossy = months[months.churn_mrr < 0]
    st.button(
        _("Show who stopped paying"),
        icon=":material/group_remove:",
        on_click=behind.turn_to,
        args=("churn", None if lossy.empty else month_name(lossy.metric_month.iloc[-1])),
    )
    month = behind.show(session, [month_name(month) for month in months.metric_month])
    _revenue(now)
    _moved(months, month)
    left, right = st.columns(2)
    with left:
        _retention(session, _first_month(now.metric_date.min(), last_day, _LEAST_COHORTS))
    with right:
        _funnels(session, monday_of(now.metric_date.min()))
    _churn_and_people(months, now)
    _table(now)


def _first_month(day: date, last_day: date, least: int) -> date:
    """The month of `day`, or so much earlier that there are `least` months to compare."""
    earliest = (pd.Timestamp(last_day) - pd.DateOffset(months=least - 1)).date()
    return min(day, earliest).replace(day=1)


def _headline(days: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame | None, length: int) -> None:
    last = now.iloc[-1]
    start = row_of_day(days, first_day(last.metric_date, length + 1))
    with st.grid(3, min_column_width=210):
        for column in _STATES:
            figure(
                _(_NAMES[column]),
                _formatted(last[column], is_money=column in _MONEY),
                None if start is None else change(last[column], start[column]),
                definition=definition(_DAILY, column),
                against=_("in {days} days", days=length),
                trend=now[column].fillna(0).tolist(),
            )
        for column in _FLOWS:
            total, total_before = sums_compared(now, before, column)
            figure(
                _(_NAMES[column]),
                _formatted(total, is_money=True),
                None if total_before is None else change(abs(total), abs(total_before)),
                definition=definition(_DAILY, column),
                against=_("vs. the {days} days before", days=length),
                less_is_better=column == "churn_mrr",
                trend=now[column].tolist(),
            )


def _formatted(value: float, *, is_money: bool) -> str:
    return formats.money(value, _CURRENCY) if is_money else formats.number(value)


def _revenue(now: pd.DataFrame) -> None:
    heading(_("Monthly recurring revenue"), definition(_DAILY, "mrr"))
    title = _("MRR in {currency}", currency=_CURRENCY)
    marks = marked_days(now)
    drawn = plots.marked_area(_dated(now), _dated(marks), day="metric_date", value="mrr", value_title=title)
    chart(drawn, "promptory-mrr", _("MRR by day, with the days that explain it marked"))


def _moved(months: pd.DataFrame, month: str) -> None:
    left, right = st.columns(2)
    title = _("Change of MRR in {currency}", currency=_CURRENCY)
    with left:
        heading(_("What moved MRR, by month"), _("Click on a part of a bar to see the people behind it."))
        drawn = plots.stacked(
            moved_by_month(months),
            group="month",
            value="amount",
            series="name",
            titles=(_("Month"), title, _("Movement")),
            picks=("month", "movement"),
        )
        behind.clickable(drawn, _("Movements of MRR by month"))
    with right:
        heading(_("From the beginning of {month} to its end", month=month), definition(_MONTHLY, "mrr"))
        steps = waterfall_steps(months[months.metric_month.map(month_name) == month].iloc[0])
        drawn = plots.waterfall(steps, value_title=_("MRR in {currency}", currency=_CURRENCY))
        chart(drawn, f"promptory-mrr-{month}", _("What moved MRR in {month}", month=month))


def _retention(session: Session, first_month: date) -> None:
    heading(_("Who still pays, by month of the first payment"), definition(_COHORTS, "people_retention"))
    rate = choose(_("Retention of"), _RETAINED, "people_retention", key="retention")
    cohorts = retention_cohorts(session, first_month)
    if cohorts.empty:
        st.info(_("No month of first payments is over yet."))
        return
    cohorts = cohorts.assign(cohort=cohorts.cohort_month.map(month_name), number=cohorts.months_since)
    cells, high = triangle(cohorts, rate=rate)
    drawn = plots.heat(
        cells,
        x=("months_since", _("Months since")),
        y=("cohort", _("First paid in")),
        value=(rate, _("Share that is left")),
        number=".0%",
        high=high,
        shown="percent",
        extra={"cohort_people": _("People at first"), "paying_people": _("People who pay")},
    )
    chart(drawn, "promptory-subscription-retention", _("Retention by cohort, in percent"))


def _funnels(session: Session, first_week: date) -> None:
    heading(_("From trial to payment"), definition(_TRIALS, "conversion_rate"))
    trials = trial_sums(session, first_week).iloc[0].astype(int)
    steps = [
        (_("Trials that are over"), trials.matured_trials),
        (_("Trials that were paid for"), trials.converted_trials),
    ]
    _funnel(steps, "promptory-trials", _("Trials"))
    heading(_("From the first lock to payment, within 30 days"), definition(_LOCKS, "people"))
    locks = lock_sums(session, first_week).iloc[0].astype(int)
    steps = [
        (_("Met a lock"), locks.people),
        (_("Began a trial"), locks.tried_within_30_days),
        (_("Paid"), locks.paid_within_30_days),
    ]
    _funnel(steps, "promptory-locks", _("People"))


def _funnel(steps: list[tuple[str, int]], name: str, title: str) -> None:
    if not steps[0][1]:
        st.info(_("Too little time has passed in this period to tell. Choose a longer one."))
        return
    chart(plots.funnel(funnel_steps(steps), value_title=title), name, _("A bar a step, with its share of the first"))


def _churn_and_people(months: pd.DataFrame, now: pd.DataFrame) -> None:
    left, right = st.columns(2)
    with left:
        heading(_("Lost and kept, by month"), definition(_MONTHLY, "logo_churn_rate"))
        rates = months.melt("metric_month", list(_RATES), "rate", "share").dropna(subset="share")
        if rates.empty:
            st.info(_("No month in which people could leave is over yet."))
        else:
            told = in_words(rates.assign(month=rates.metric_month.map(month_name)), "rate", _RATES)
            titles = (_("Month"), _("Share"), _("Rate"))
            drawn = plots.lines_by(told, group="month", value="share", series="rate", titles=titles)
            chart(drawn, "promptory-churn", _("Churn and retention rates by month"))
    with right:
        heading(_("People"), definition(_DAILY, "paying_people"))
        people = in_words(_dated(now).melt("metric_date", list(_PEOPLE), "group", "people"), "group", _PEOPLE)
        drawn = charts.lines(
            people, day="metric_date", value="people", series="group", value_title=_("People"), series_title=_("Group")
        )
        chart(drawn, "promptory-payers", _("People who pay and people in trial, by day"))
    heading(_("Started and stopped paying, by week"), definition(_DAILY, "churned_people"))
    moves = in_words(movements_by_week(now), "movement", _MOVEMENTS)
    chart(
        charts.movements(moves, week="week", value="people", movement="movement"),
        "promptory-payers-by-week",
        _("People who started and stopped paying, by week"),
    )


def _dated(frame: pd.DataFrame, column: str = "metric_date") -> pd.DataFrame:
    return frame.assign(**{column: pd.to_datetime(frame[column])})


def _table(now: pd.DataFrame) -> None:
    heading(_("Every day"))
    columns = {
        "metric_date": st.column_config.DateColumn(_("Day"), help=definition(_DAILY, "metric_date")),
        **{
            column: st.column_config.NumberColumn(
                _(name), format="%.2f" if column in _MONEY else "localized", help=definition(_DAILY, column)
            )
            for column, name in _NAMES.items()
        },
    }
    rows(now.sort_values("metric_date", ascending=False), columns, name="subscriptions")


page()
