"""The most liked prompts of a day, a week, a month and all time."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, viewer
from dashboard.components import agent_type_name, choose, language_name, shorten, table, tier_name
from dashboard.definitions import definition
from dashboard.downloads import csv_button
from dashboard.translation import N_, _
from schema.repository.metrics import top_prompts

_WINDOWS = {"24h": N_("Last 24 hours"), "7d": N_("Last 7 days"), "30d": N_("Last 30 days"), "all": N_("All time")}
_TAKE = 50
_BARS = 10
_MODEL = "prompt_rankings"


def page() -> None:
    """The ten best as bars, the fifty best as a table."""
    st.title(_("Rankings"), anchor=False)
    window = choose(_("Window"), _WINDOWS, "7d", key="window")
    with viewer.open_session() as session:
        ranked = top_prompts(session, window, take=_TAKE)
    if ranked.empty or ranked.as_of.isna().all():
        st.info(_("There is no activity yet. Rankings appear after the first load of activity and a refresh."))
        return
    st.caption(_("As of {moment}, the newest event", moment=formats.moment(ranked.as_of.max())))
    _bars(ranked.head(_BARS))
    _table(ranked, window)


def _bars(best: pd.DataFrame) -> None:
    st.subheader(_("The {count} most liked prompts", count=len(best)), anchor=False)
    # Two prompts may share a title, and bars of one label would be drawn as one.
    labels = [f"{rank}. {shorten(title, 60)}" for rank, title in zip(best.like_rank, best.title, strict=True)]
    chart = charts.bars(
        best.assign(label=labels).drop(columns="as_of"),
        label="label",
        value="likes",
        label_title=_("Prompt"),
        value_title=_(_("Likes")),
        extra={"unique_viewers": _(_("Viewers")), "views": _(_("Views")), "copies": _(_("Copies"))},
    )
    st.altair_chart(chart, width="stretch")


def _table(ranked: pd.DataFrame, window: str) -> None:
    st.subheader(_("The {count} best", count=len(ranked)), anchor=False)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "like_rank": number(_("Rank"), help=definition(_MODEL, "like_rank"), width=50),
        "title": text(_("Title"), width=260),
        "creator_name": text(_("Creator")),
        "agent_type": text(_("Type")),
        "access": text(_("Access")),
        "language": text(_("Language")),
        "likes": number(_("Likes"), format="localized", help=definition(_MODEL, "likes")),
        "unique_viewers": number(_("Viewers"), format="localized", help=definition(_MODEL, "unique_viewers")),
        "views": number(_("Views"), format="localized", help=definition(_MODEL, "views")),
        "copies": number(_("Copies"), format="localized", help=definition(_MODEL, "copies")),
        "like_rate": number(_("Like rate"), format="percent", help=definition(_MODEL, "like_rate")),
    }
    table(_in_words(ranked), columns, key="rankings-table")
    csv_button(ranked, f"promptory-rankings-{window}.csv")


def _in_words(ranked: pd.DataFrame) -> pd.DataFrame:
    return ranked.assign(
        agent_type=ranked.agent_type.map(agent_type_name),
        access=ranked.access.map(tier_name),
        language=ranked.language.map(language_name, na_action="ignore"),
    )


page()
