"""The most liked prompts of a day, a week, a month and all time."""

import pandas as pd
import streamlit as st

from dashboard import charts, viewer
from dashboard.components import AGENT_TYPES, TIERS, choose, language_name, shorten, table
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from schema.repository.metrics import top_prompts

_WINDOWS = {"24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days", "all": "All time"}
_TAKE = 50
_BARS = 10
_MODEL = "prompt_rankings"


def page() -> None:
    """The ten best as bars, the fifty best as a table."""
    st.title("Rankings", anchor=False)
    window = choose("Window", _WINDOWS, "7d", key="window")
    with viewer.open_session() as session:
        ranked = top_prompts(session, window, take=_TAKE)
    if ranked.empty or ranked.as_of.isna().all():
        st.info("There is no activity yet. Rankings appear after the first load of activity and a refresh.")
        return
    st.caption(f"As of {ranked.as_of.max():%-d %B %Y, %H:%M} UTC, the newest event")
    _bars(ranked.head(_BARS))
    _table(ranked, window)


def _bars(best: pd.DataFrame) -> None:
    st.subheader(f"The {len(best)} most liked prompts", anchor=False)
    # Two prompts may share a title, and bars of one label would be drawn as one.
    labels = [f"{rank}. {shorten(title, 60)}" for rank, title in zip(best.like_rank, best.title, strict=True)]
    chart = charts.bars(
        best.assign(label=labels).drop(columns="as_of"),
        label="label",
        value="likes",
        label_title="Prompt",
        value_title="Likes",
        extra=["unique_viewers", "views", "copies"],
    )
    st.altair_chart(chart, width="stretch")


def _table(ranked: pd.DataFrame, window: str) -> None:
    st.subheader(f"The {len(ranked)} best", anchor=False)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "like_rank": number("Rank", help=definition(_MODEL, "like_rank"), width=50),
        "title": text("Title", width=260),
        "creator_name": text("Creator"),
        "agent_type": text("Type"),
        "access": text("Access"),
        "language": text("Language"),
        "likes": number("Likes", format="localized", help=definition(_MODEL, "likes")),
        "unique_viewers": number("Viewers", format="localized", help=definition(_MODEL, "unique_viewers")),
        "views": number("Views", format="localized", help=definition(_MODEL, "views")),
        "copies": number("Copies", format="localized", help=definition(_MODEL, "copies")),
        "like_rate": number("Like rate", format="percent", help=definition(_MODEL, "like_rate")),
    }
    table(_in_words(ranked), columns, key="rankings-table")
    csv_button(ranked, f"promptory-rankings-{window}.csv")


def _in_words(ranked: pd.DataFrame) -> pd.DataFrame:
    return ranked.assign(
        agent_type=ranked.agent_type.map(AGENT_TYPES),
        access=ranked.access.map(TIERS),
        language=ranked.language.map(language_name, na_action="ignore"),
    )


page()
