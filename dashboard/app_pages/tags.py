"""Which tags are looked at, copied and liked."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, viewer
from dashboard.components import choose, figure, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.figures import by_tag, change, split_periods, views_by_day
from schema.repository.metrics import last_tag_day, tag_days

_PERIODS = {7: "7 days", 30: "30 days", 90: "90 days"}
_BARS = 20
_DEFAULT_LINES = 5
_MODEL = "tag_popularity"


def page() -> None:
    """Headline figures, bars by tag, lines by day, and the table."""
    st.title("Tags", anchor=False)
    length = choose("Period", _PERIODS, 30, key="period")
    with viewer.open_session() as session:
        last_day = last_tag_day(session)
        if last_day is None:
            st.info("There is no activity yet. Figures appear after the first load of activity and a refresh.")
            return
        days = tag_days(session, last_day - timedelta(days=2 * length - 1), last_day)
    st.caption(f"{last_day - timedelta(days=length - 1):%-d %B %Y} to {last_day:%-d %B %Y}, UTC days")
    _show(days, last_day, length)


def _show(days: pd.DataFrame, last_day: date, length: int) -> None:
    now, before = split_periods(days, last_day, length)
    tags = by_tag(now)
    _headline(tags, None if before is None else by_tag(before), length)
    st.subheader(f"Views of the {min(_BARS, len(tags))} most viewed tags", anchor=False)
    st.altair_chart(_bars(tags.head(_BARS)), width="stretch")
    _lines(now, list(tags.tag_name))
    _table(tags)


def _headline(tags: pd.DataFrame, before: pd.DataFrame | None, length: int) -> None:
    against = f"vs. the {length} days before"
    top = tags.iloc[0]
    top_before = None if before is None else before.loc[before.tag_name == top.tag_name, "views"].sum()
    views_help = "Views of prompts by tag, added up: a view of a prompt with three tags counts for each of them."
    with st.grid(3, min_column_width=220):
        figure(
            "Views by tag",
            f"{tags.views.sum():,}",
            None if before is None else change(tags.views.sum(), before.views.sum()),
            definition=views_help,
            against=against,
        )
        figure(
            "Likes by tag",
            f"{tags.likes.sum():,}",
            None if before is None else change(tags.likes.sum(), before.likes.sum()),
            definition=definition(_MODEL, "likes"),
            against=against,
        )
        figure(
            "Most viewed tag",
            top.tag_name,
            change(top.views, top_before),
            definition=f"{top.views:,} views in this period.",
            against=f"views {against}",
        )
    if before is None:
        st.caption(f"No change is shown: the activity does not reach back another {length} days.")


def _bars(tags: pd.DataFrame) -> charts.Chart:
    return charts.bars(
        tags, label="tag_name", value="views", label_title="Tag", value_title="Views", extra=["copies", "likes"]
    )


def _lines(now: pd.DataFrame, names: list[str]) -> None:
    st.subheader("Views by day", anchor=False)
    chosen = st.multiselect(
        "Tags to compare",
        names,
        default=names[:_DEFAULT_LINES],
        max_selections=charts.MAX_LINES,
        key="tags",
        placeholder="Choose up to six tags",
    )
    if not chosen:
        st.info("Choose a tag to see its views by day.")
        return
    daily = views_by_day(now, chosen)
    st.altair_chart(
        charts.lines(
            daily, day="activity_date", value="views", series="tag_name", value_title="Views", series_title="Tag"
        ),
        width="stretch",
    )


def _table(tags: pd.DataFrame) -> None:
    st.subheader("All tags", anchor=False)
    number = st.column_config.NumberColumn
    columns = {
        "tag_name": st.column_config.TextColumn("Tag", width="medium"),
        "prompts": number("Prompts", format="localized", help=definition(_MODEL, "prompts")),
        "views": number("Views", format="localized", help=definition(_MODEL, "views")),
        "copies": number("Copies", format="localized", help=definition(_MODEL, "copies")),
        "likes": number("Likes", format="localized", help=definition(_MODEL, "likes")),
        "views_per_prompt": number("Views per prompt", format="%.1f"),
    }
    table(tags, columns, key="tags-table")
    csv_button(tags, "promptory-tags.csv")


page()
