"""Which tags are looked at, copied and liked."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, formats, viewer
from dashboard.components import choose, figure, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.figures import by_tag, change, split_periods, views_by_day
from dashboard.translation import N_, _
from schema.repository.metrics import last_tag_day, tag_days

_PERIODS = {7: N_("7 days"), 30: N_("30 days"), 90: N_("90 days")}
_BARS = 20
_DEFAULT_LINES = 5
_MODEL = "tag_popularity"


def page() -> None:
    """Headline figures, bars by tag, lines by day, and the table."""
    st.title(_("Tags"), anchor=False)
    length = choose(_("Period"), _PERIODS, 30, key="period")
    with viewer.open_session() as session:
        last_day = last_tag_day(session)
        if last_day is None:
            st.info(_("There is no activity yet. Figures appear after the first load of activity and a refresh."))
            return
        days = tag_days(session, last_day - timedelta(days=2 * length - 1), last_day)
    first_day = last_day - timedelta(days=length - 1)
    st.caption(_("{first} to {last}, UTC days", first=formats.day(first_day), last=formats.day(last_day)))
    _show(days, last_day, length)


def _show(days: pd.DataFrame, last_day: date, length: int) -> None:
    now, before = split_periods(days, last_day, length)
    tags = by_tag(now)
    _headline(tags, None if before is None else by_tag(before), length)
    st.subheader(_("Views of the {count} most viewed tags", count=min(_BARS, len(tags))), anchor=False)
    st.altair_chart(_bars(tags.head(_BARS)), width="stretch")
    _lines(now, list(tags.tag_name))
    _table(tags)


def _headline(tags: pd.DataFrame, before: pd.DataFrame | None, length: int) -> None:
    against = _("vs. the {days} days before", days=length)
    top = tags.iloc[0]
    top_before = None if before is None else before.loc[before.tag_name == top.tag_name, "views"].sum()
    views_help = _("Views of prompts by tag, added up: a view of a prompt with three tags counts for each of them.")
    with st.grid(3, min_column_width=220):
        figure(
            _("Views by tag"),
            formats.number(tags.views.sum()),
            None if before is None else change(tags.views.sum(), before.views.sum()),
            definition=views_help,
            against=against,
        )
        figure(
            _("Likes by tag"),
            formats.number(tags.likes.sum()),
            None if before is None else change(tags.likes.sum(), before.likes.sum()),
            definition=definition(_MODEL, "likes"),
            against=against,
        )
        figure(
            _("Most viewed tag"),
            top.tag_name,
            change(top.views, top_before),
            definition=_("{views} views in this period.", views=formats.number(top.views)),
            against=_("views {against}", against=against),
        )
    if before is None:
        st.caption(_("No change is shown: the activity does not reach back another {days} days.", days=length))


def _bars(tags: pd.DataFrame) -> charts.Chart:
    return charts.bars(
        tags,
        label="tag_name",
        value="views",
        label_title=_("Tag"),
        value_title=_("Views"),
        extra={"copies": _("Copies"), "likes": _("Likes")},
    )


def _lines(now: pd.DataFrame, names: list[str]) -> None:
    st.subheader(_("Views by day"), anchor=False)
    chosen = st.multiselect(
        _("Tags to compare"),
        names,
        default=names[:_DEFAULT_LINES],
        max_selections=charts.MAX_LINES,
        key="tags",
        placeholder=_("Choose up to six tags"),
    )
    if not chosen:
        st.info(_("Choose a tag to see its views by day."))
        return
    daily = views_by_day(now, chosen)
    st.altair_chart(
        charts.lines(
            daily,
            day="activity_date",
            value="views",
            series="tag_name",
            value_title=_("Views"),
            series_title=_("Tag"),
        ),
        width="stretch",
    )


def _table(tags: pd.DataFrame) -> None:
    st.subheader(_("All tags"), anchor=False)
    number = st.column_config.NumberColumn
    columns = {
        "tag_name": st.column_config.TextColumn(_("Tag"), width="medium"),
        "prompts": number(_("Prompts"), format="localized", help=definition(_MODEL, "prompts")),
        "views": number(_("Views"), format="localized", help=definition(_MODEL, "views")),
        "copies": number(_("Copies"), format="localized", help=definition(_MODEL, "copies")),
        "likes": number(_("Likes"), format="localized", help=definition(_MODEL, "likes")),
        "views_per_prompt": number(_("Views per prompt"), format="%.1f"),
    }
    table(tags, columns, key="tags-table")
    csv_button(tags, "promptory-tags.csv")


page()
