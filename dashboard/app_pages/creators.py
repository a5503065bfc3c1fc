"""Whose prompts are used, how that went by week, and how attention spreads over creators."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, viewer
from dashboard.analysis import plots
from dashboard.analysis.pickers import choose_weeks, pick
from dashboard.analysis.show import chart, frame_of, heading, in_words, rows
from dashboard.analysis.workings import month_name
from dashboard.components import choose, figure, prompt_link_column, shorten, tier_name
from dashboard.definitions import definition
from dashboard.figures import change
from dashboard.translation import N_, _
from schema.repository.engagement import creator_months
from schema.repository.metrics import creator_prompts
from schema.repository.weeks import creator_sums_by_week, creator_week_bounds, creators_by_week, top_creators

_WEEKLY, _RANKED, _ECONOMY, _PROMPTS = (
    "creator_weekly",
    "creator_rankings",
    "creator_economy_monthly",
    "prompt_rankings",
)
_BARS, _TAKE = 10, 50
_COUNTS = {"views": N_("Views"), "copies": N_("Copies"), "likes": N_("Likes")}
_SPREAD = {
    "top_10_percent_view_share": N_("Views of the top 10 %"),
    "top_1_percent_view_share": N_("Views of the top 1 %"),
    "view_gini": N_("Gini coefficient"),
}


def page() -> None:
    """Headline figures, the creators by a count, their weeks, how attention spreads, and one creator's prompts."""
    st.title(_("Creators"), anchor=False)
    with st.container(horizontal=True, gap="medium"):
        length = choose_weeks()
        count = choose(_("Counted"), _COUNTS, "views", key="count")
    with viewer.analysing() as session:
        bounds = creator_week_bounds(session)
        if bounds is None:
            st.info(_("There is no activity yet. Figures appear after the first load of activity and a refresh."))
            return
        first, last = bounds[1] - timedelta(weeks=length - 1), bounds[1]
        st.caption(
            _("{first} to {last}, UTC days", first=formats.day(first), last=formats.day(last + timedelta(days=6)))
        )
        _show(session, bounds[0], first, last, count)


def _show(session: Session, earliest: date, first: date, last: date, count: str) -> None:
    before = first - (last - first) - timedelta(weeks=1)
    weeks = creator_sums_by_week(session, before, last)
    _headline(weeks, first, is_compared=earliest <= before)
    creators = top_creators(session, first, last, before=before, take=_TAKE)
    creators = creators[creators[list(_COUNTS)].sum(axis=1) > 0].sort_values(count, ascending=False, kind="stable")
    left, right = st.columns(2)
    with left:
        _bars(creators.head(_BARS), count)
    with right:
        _weeks(session, first, last, creators, count)
        _spread(session)
    _table(creators, is_compared=earliest <= before)
    _one(session, creators)


def _headline(weeks: pd.DataFrame, first: date, *, is_compared: bool) -> None:
    now, before = weeks[weeks.activity_week >= first], weeks[weeks.activity_week < first]
    against = _("vs. the weeks before")
    with st.grid(4, min_column_width=180):
        last = now.iloc[-1]
        figure(
            _("Creators in use, newest week"),
            formats.number(last.creators),
            change(last.creators, before.creators.iloc[-1]) if is_compared else None,
            definition=definition(_WEEKLY, "creator_id"),
            against=against,
            trend=now.creators.astype(float).tolist(),
        )
        for column, name in _COUNTS.items():
            figure(
                _(name),
                formats.number(now[column].sum()),
                change(float(now[column].sum()), float(before[column].sum())) if is_compared else None,
                definition=definition(_WEEKLY, column),
                against=against,
                trend=now[column].astype(float).tolist(),
            )
    if not is_compared:
        st.caption(_("No change is shown: the activity does not reach back another {count} weeks.", count=len(now)))


def _bars(creators: pd.DataFrame, count: str) -> None:
    heading(_("The first {count} creators", count=len(creators)), definition(_WEEKLY, count))
    # Two creators may share a name, and bars of one label would be drawn as one.
    labels = [f"{place}. {shorten(name or '', 40)}" for place, name in enumerate(creators.creator_name, 1)]
    drawn = charts.bars(
        creators.assign(label=labels),
        label="label",
        value=count,
        label_title=_("Creator"),
        value_title=_(_COUNTS[count]),
        extra={column: _(name) for column, name in _COUNTS.items() if column != count},
    )
    chart(drawn, "promptory-creators", _("The creators whose prompts are used most"))


def _weeks(session: Session, first: date, last: date, creators: pd.DataFrame, count: str) -> None:
    heading(_("By week"), definition(_WEEKLY, count))
    leading = creators.head(5)
    found = creators_by_week(session, first, last, [int(one) for one in leading.creator_id])
    names = {
        creator: f"{place}. {shorten(name or '', 24)}"
        for place, (creator, name) in enumerate(zip(leading.creator_id, leading.creator_name, strict=True), 1)
    }
    found = found.assign(creator=found.creator_id.map(names), activity_week=found.activity_week.astype(str))
    drawn = plots.lines_by(
        found.sort_values(["creator", "activity_week"]),
        group="activity_week",
        value=count,
        series="creator",
        titles=(_("Week from"), _(_COUNTS[count]), _("Creator")),
    )
    chart(drawn, "promptory-creators-by-week", _("The leading creators by week"))


def _spread(session: Session) -> None:
    heading(_("How attention spreads"), definition(_ECONOMY, "view_gini"))
    months = frame_of(creator_months(session))
    shares = months.melt("activity_month", list(_SPREAD), "what", "share").dropna(subset="share")
    drawn = plots.lines_by(
        in_words(shares.assign(month=shares.activity_month.map(month_name)), "what", _SPREAD),
        group="month",
        value="share",
        series="what",
        titles=(_("Month"), _("Share"), _("Figure")),
    )
    chart(drawn, "promptory-attention", _("How views spread over creators, by month"))


def _table(creators: pd.DataFrame, *, is_compared: bool) -> None:
    heading(_("The {count} best", count=len(creators)))
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    columns = {
        "creator_name": text(_("Creator"), width="medium"),
        "prompts": number(_("Prompts"), format="localized", help=definition(_RANKED, "prompts")),
        "views": number(_("Views"), format="localized", help=definition(_WEEKLY, "views")),
        "views_before": number(_("Views before"), format="localized"),
        "copies": number(_("Copies"), format="localized", help=definition(_WEEKLY, "copies")),
        "likes": number(_("Likes"), format="localized", help=definition(_WEEKLY, "likes")),
        "like_rate": number(_("Like rate, all time"), format="percent", help=definition(_RANKED, "like_rate")),
        "top_prompt_title": text(_("Best prompt"), width="medium", help=definition(_RANKED, "top_prompt_id")),
    }
    if not is_compared:
        del columns["views_before"]
    rows(creators, columns, name="creators")


def _one(session: Session, creators: pd.DataFrame) -> None:
    heading(_("A creator's prompts, all time"), definition(_PROMPTS, "like_rank"))
    names = {str(one): name or "" for one, name in zip(creators.creator_id, creators.creator_name, strict=True)}
    chosen = pick(_("Creator"), list(names), next(iter(names)), key="creator", name=lambda one: names[one])
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    columns = {
        **prompt_link_column(),
        "title": text(_("Title"), width="large"),
        "access": text(_("Access")),
        "likes": number(_("Likes"), format="localized", help=definition(_PROMPTS, "likes")),
        "unique_viewers": number(_("Viewers"), format="localized", help=definition(_PROMPTS, "unique_viewers")),
        "views": number(_("Views"), format="localized", help=definition(_PROMPTS, "views")),
        "copies": number(_("Copies"), format="localized", help=definition(_PROMPTS, "copies")),
        "like_rate": number(_("Like rate"), format="percent", help=definition(_PROMPTS, "like_rate")),
    }
    prompts = creator_prompts(session, int(chosen))
    rows(prompts.assign(access=prompts.access.map(tier_name)), columns, name=f"creator-{chosen}")


page()
