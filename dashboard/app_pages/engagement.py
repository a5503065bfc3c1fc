"""Who is there, what they do, who comes back, and who starts."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, viewer
from dashboard.analysis import plots
from dashboard.analysis.pickers import choose_days, first_day, monday_of
from dashboard.analysis.show import chart, frame_of, heading, in_words, rows
from dashboard.analysis.workings import month_name, sums_compared, triangle
from dashboard.components import choose, figure, tier_name
from dashboard.definitions import definition
from dashboard.figures import change, points, split_periods
from dashboard.translation import N_, _
from schema.repository.engagement import (
    action_days,
    activation_weeks,
    active_days,
    last_active_day,
    retention_weeks,
    tier_months,
)

_ACTIVE, _ACTIONS = "active_people_daily", "actions_daily"
_ACTIVATION, _RETENTION, _TIERS = "activation_weekly", "retention_weekly", "engagement_by_tier_monthly"
_SEGMENTS = {"all": N_("Signed-in people"), "FREE": N_("Free"), "PRO": N_("Pro"), "viewers": N_("Visitors too")}
_WINDOWS = {"monthly_active": N_("In 30 days"), "weekly_active": N_("In 7 days"), "daily_active": N_("On the day")}
_COUNTS = {
    "daily_active": N_("Daily active"),
    "weekly_active": N_("Weekly active"),
    "monthly_active": N_("Monthly active"),
}
_KINDS = {
    "views": N_("Views"),
    "searches": N_("Searches"),
    "copies": N_("Copies"),
    "likes": N_("Likes"),
    "shares": N_("Shares"),
    "paywall_views": N_("Locks met"),
}
_PER_PERSON = {
    "active_days_per_person": N_("Days"),
    "views_per_person": N_("Views"),
    "copies_per_person": N_("Copies"),
    "likes_per_person": N_("Likes"),
}
_MOST_WEEKS, _LEAST_WEEKS = 14, 8


def page() -> None:
    """Headline figures, active people, actions, retention, activation, what each tier does, and every day."""
    st.title(_("Engagement"), anchor=False)
    with st.container(horizontal=True, gap="medium"):
        length = choose_days()
        segment = choose(_("Who"), _SEGMENTS, "all", key="who")
    with viewer.analysing() as session:
        last_day = last_active_day(session)
        if last_day is None:
            st.info(_("There is no activity yet. Figures appear after the first load of activity and a refresh."))
            return
        start = first_day(last_day, length)
        st.caption(_("{first} to {last}, UTC days", first=formats.day(start), last=formats.day(last_day)))
        _show(session, last_day, length, segment)


def _show(session: Session, last_day: date, length: int, segment: str) -> None:
    earliest = first_day(last_day, 2 * length)
    people = [day for day in active_days(session, earliest, last_day) if day.segment == segment]
    actions = frame_of(action_days(session, earliest, last_day, segment))
    now, before = split_periods(frame_of(people), last_day, length)
    done, done_before = split_periods(actions, last_day, length)
    _headline(now, before, (done, done_before), length)
    _active(now)
    _actions(done)
    st.caption(_("What follows is about all people who signed up, whoever was chosen above."))
    weeks = min(max(length // 7 + 1, _LEAST_WEEKS), _MOST_WEEKS)
    first_week = monday_of(last_day) - timedelta(weeks=weeks - 1)
    left, right = st.columns(2)
    with left:
        _retention(session, first_week)
    with right:
        _activation(session, first_week)
    _tiers(session, first_day(last_day, max(length, 90)).replace(day=1))
    _table(now, done)


def _headline(
    now: pd.DataFrame,
    before: pd.DataFrame | None,
    done: tuple[pd.DataFrame, pd.DataFrame | None],
    length: int,
) -> None:
    against = _("vs. the {days} days before", days=length)
    last, last_before = now.iloc[-1], None if before is None else before.iloc[-1]
    with st.grid(3, min_column_width=210):
        for column, name in _COUNTS.items():
            figure(
                _(name),
                formats.number(last[column]),
                None if last_before is None else change(last[column], last_before[column]),
                definition=definition(_ACTIVE, column),
                against=_("in {days} days", days=length),
                trend=now[column].tolist(),
            )
        sticky, sticky_before = _mean(now), _mean(before)
        figure(
            _("Stickiness"),
            formats.NOTHING if sticky is None else formats.percent(sticky),
            points(sticky, sticky_before),
            definition=definition(_ACTIVE, "stickiness"),
            against=against,
            trend=now.stickiness.fillna(0).tolist(),
        )
        for column, name in {"sessions": N_("Sessions"), "views": N_("Views")}.items():
            total, total_before = sums_compared(done[0], done[1], column)
            figure(
                _(name),
                formats.number(total),
                change(total, total_before),
                definition=definition(_ACTIONS, column),
                against=against,
                trend=done[0][column].fillna(0).tolist(),
            )
    if before is None:
        st.caption(_("No change is shown: the activity does not reach back another {days} days.", days=length))


def _mean(days: pd.DataFrame | None) -> float | None:
    """Mean stickiness of the days: a weekend differs from a Monday."""
    return None if days is None or days.stickiness.isna().all() else float(days.stickiness.mean())


def _active(now: pd.DataFrame) -> None:
    left, right = st.columns([2, 1])
    with left:
        heading(_("Active people"), definition(_ACTIVE, "monthly_active"))
        active = in_words(_dated(now).melt("activity_date", list(_WINDOWS), "window", "people"), "window", _WINDOWS)
        drawn = charts.lines(
            active,
            day="activity_date",
            value="people",
            series="window",
            value_title=_("People"),
            series_title=_("Active"),
        )
        chart(drawn, "promptory-active-people", _("People who were active, by day"))
    with right:
        heading(_("Stickiness"), definition(_ACTIVE, "stickiness"))
        sticky = _dated(now).assign(what=_("Stickiness")).dropna(subset="stickiness")
        if sticky.empty:
            st.info(_("Nobody was active."))
            return
        drawn = charts.lines(
            sticky,
            day="activity_date",
            value="stickiness",
            series="what",
            value_title=_("Share of the month's people"),
            series_title=_("Rate"),
            rate=True,
        )
        chart(drawn, "promptory-stickiness", _("Daily active by monthly active people, by day"))


def _actions(done: pd.DataFrame) -> None:
    heading(_("What people do"), definition(_ACTIONS, "activity_date"))
    actions = in_words(_dated(done).melt("activity_date", list(_KINDS), "action", "times"), "action", _KINDS)
    drawn = charts.lines(
        actions,
        day="activity_date",
        value="times",
        series="action",
        value_title=_("Times"),
        series_title=_("Action"),
    )
    chart(drawn, "promptory-actions", _("Actions by kind and day"))


def _retention(session: Session, first_week: date) -> None:
    heading(_("Who comes back, by week of sign-up"), definition(_RETENTION, "retention_rate"))
    weeks = frame_of(retention_weeks(session, first_week))
    if weeks.empty:
        st.info(_("No week of sign-ups is over yet."))
        return
    weeks = weeks.assign(cohort=weeks.signup_week.astype(str), number=weeks.week_number)
    cells, high = triangle(weeks, rate="retention_rate")
    drawn = plots.heat(
        cells,
        x=("week_number", _("Weeks since")),
        y=("cohort", _("Signed up in the week from")),
        value=("retention_rate", _("Share that was there")),
        number=".0%",
        high=high,
        shown="percent",
        extra={"people": _("People who signed up"), "active_people": _("People who were there")},
    )
    chart(drawn, "promptory-retention", _("Retention by week of sign-up, in percent"))


def _activation(session: Session, first_week: date) -> None:
    heading(_("Who likes or copies within a week of signing up"), definition(_ACTIVATION, "activation_rate"))
    weeks = frame_of([week for week in activation_weeks(session) if week.signup_week >= first_week])
    judged = weeks[weeks.matured_people > 0] if not weeks.empty else weeks
    if judged.empty:
        st.info(_("Nobody signed up so long ago that it can be told."))
        return
    drawn = plots.lines_by(
        judged.assign(signup_week=judged.signup_week.astype(str), what=_("Activated")),
        group="signup_week",
        value="activation_rate",
        series="what",
        titles=(_("Week from"), _("Share of those who signed up"), _("Rate")),
    )
    chart(drawn, "promptory-activation", _("Activation by week of sign-up"))
    hours = judged.median_hours_to_activation.dropna()
    if not hours.empty:
        st.caption(
            _(
                "Half of those activated in the newest week needed {hours} hours.",
                hours=formats.decimal(hours.iloc[-1], 1),
            ),
            help=definition(_ACTIVATION, "median_hours_to_activation"),
        )


def _tiers(session: Session, first_month: date) -> None:
    months = frame_of(tier_months(session, first_month))
    if months.empty:
        return
    heading(_("What an active person does in a month, by tier"), definition(_TIERS, "tier"))
    columns = {
        "month": st.column_config.TextColumn(_("Month"), help=definition(_TIERS, "activity_month")),
        "tier": st.column_config.TextColumn(_("Tier"), help=definition(_TIERS, "tier")),
        "active_people": st.column_config.NumberColumn(
            _("People"), format="localized", help=definition(_TIERS, "active_people")
        ),
        **{
            column: st.column_config.NumberColumn(_(name), format="%.1f", help=definition(_TIERS, column))
            for column, name in _PER_PERSON.items()
        },
    }
    told = months.assign(
        month=months.activity_month.map(month_name),
        tier=months.tier.map(lambda tier: _("Changed") if tier == "CHANGED" else tier_name(tier)),
    )
    rows(told.iloc[::-1], columns, name="tiers")


def _dated(frame: pd.DataFrame, column: str = "activity_date") -> pd.DataFrame:
    return frame.assign(**{column: pd.to_datetime(frame[column])})


def _table(now: pd.DataFrame, done: pd.DataFrame) -> None:
    heading(_("Every day"))
    days = now.merge(done.drop(columns="segment"), on="activity_date", how="left")
    number = st.column_config.NumberColumn
    columns = {
        "activity_date": st.column_config.DateColumn(_("Day"), help=definition(_ACTIVE, "activity_date")),
        **{
            column: number(_(name), format="localized", help=definition(_ACTIVE, column))
            for column, name in _COUNTS.items()
        },
        "stickiness": number(_("Stickiness"), format="percent", help=definition(_ACTIVE, "stickiness")),
        **{
            column: number(_(name), format="localized", help=definition(_ACTIONS, column))
            for column, name in {"sessions": N_("Sessions"), **_KINDS}.items()
        },
    }
    rows(days.sort_values("activity_date", ascending=False), columns, name="engagement")


page()
