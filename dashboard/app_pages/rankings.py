"""Which prompts lead, by window and score; how their places went; what rises and falls."""

from datetime import date, timedelta
from typing import cast

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, viewer
from dashboard.analysis import plots
from dashboard.analysis.pickers import choose_prompts
from dashboard.analysis.show import chart, heading, rows
from dashboard.analysis.workings import with_gaps
from dashboard.components import agent_type_name, choose, language_name, prompt_link_column, shorten, table, tier_name
from dashboard.definitions import definition
from dashboard.translation import N_, _
from schema.repository.metrics import Score, fallen_prompts, top_prompts, window_ranks
from schema.repository.weeks import prompt_ranks_by_week

_WINDOWS = {"24h": N_("Last 24 hours"), "7d": N_("Last 7 days"), "30d": N_("Last 30 days"), "all": N_("All time")}
_SCORES = {
    "like": N_("Most liked"),
    "best": N_("Best"),
    "hot": N_("Hot"),
    "rising": N_("Rising"),
    "bayesian": N_("Bayesian"),
}
_ALONG = {"weeks": N_("Week by week"), "windows": N_("Window by window")}
_TAKE = 50
_BARS = 10
_WEEKS = 12
_PLACES = 20
_MOVERS = 10
_MODEL, _WEEKLY = "prompt_rankings", "prompt_ranks_weekly"
_Segment = tuple[str | None, str | None]


def page() -> None:
    """The ten best as bars, how places went, what rises and falls, and the fifty best as a table."""
    st.title(_("Rankings"), anchor=False)
    with st.container(horizontal=True, gap="medium"):
        window = choose(_("Window"), _WINDOWS, "7d", key="window")
        score = cast("Score", choose(_("Ranked by"), _SCORES, "like", key="score"))
    with st.container(horizontal=True, gap="medium"):
        segment = choose_prompts()
    with viewer.analysing() as session:
        ranked = _top(session, window, score, segment)
        if ranked.empty or ranked.as_of.isna().all():
            _say_nothing(window, score, segment)
            return
        st.caption(_("As of {moment}, the newest event", moment=formats.moment(ranked.as_of.max())))
        _show(session, ranked, window, score, segment)


def _top(session: Session, window: str, score: Score, segment: _Segment) -> pd.DataFrame:
    return top_prompts(session, window, score=score, access=segment[0], agent_type=segment[1], take=_TAKE)


def _say_nothing(window: str, score: Score, segment: _Segment) -> None:
    if score == "rising" and window == "all":
        st.info(_("Nothing rises over all time: there is no window before it. Choose a shorter one."))
    elif segment != (None, None):
        st.info(_("There are no such prompts in the rankings yet."))
    else:
        st.info(_("There is no activity yet. Rankings appear after the first load of activity and a refresh."))


def _show(session: Session, ranked: pd.DataFrame, window: str, score: Score, segment: _Segment) -> None:
    left, right = st.columns(2)
    with left:
        _bars(ranked.head(_BARS), score)
    with right:
        _places(session, ranked, score, segment)
    if window != "all":
        _movers(session, window, segment)
    _table(ranked, window, score)


def _bars(best: pd.DataFrame, score: Score) -> None:
    heading(_("The first {count} prompts, with their likes", count=len(best)), definition(_MODEL, f"{score}_rank"))
    # Two prompts may share a title, and bars of one label would be drawn as one.
    labels = [f"{place}. {shorten(title, 60)}" for place, title in enumerate(best.title, 1)]
    drawn = charts.bars(
        best.assign(label=labels).drop(columns="as_of"),
        label="label",
        value="likes",
        label_title=_("Prompt"),
        value_title=_("Likes"),
        extra={"unique_viewers": _("Viewers"), "views": _("Views"), "copies": _("Copies")},
    )
    chart(drawn, "promptory-rankings", _("The first prompts of the ranking, with their likes"))


def _places(session: Session, ranked: pd.DataFrame, score: Score, segment: _Segment) -> None:
    heading(_("How places went"), definition(_WEEKLY, "like_rank"))
    along = choose(_("Along"), _ALONG, "weeks", key="along")
    if along == "weeks":
        weeks = prompt_ranks_by_week(session, _WEEKS, access=segment[0], agent_type=segment[1], places=_PLACES)
        if weeks.empty:
            st.info(_("No prompt was liked in these weeks."))
            return
        leading = _leading(weeks, ranked.as_of.max().date())
        when, title = "activity_week", _("Week from")
        followed = with_gaps(_followed(weeks, leading), "activity_week", "label", "place")
        said = _(
            "Places by likes of each week, of those that led the last whole one; a gap is a week beyond {places}.",
            places=_PLACES,
        )
    else:
        places = window_ranks(session, [int(one) for one in ranked.prompt_id.head(charts.MAX_LINES)], score)
        order = {window: number for number, window in enumerate(reversed(_WINDOWS))}
        places = places.sort_values("ranking_window", key=lambda windows: windows.map(order))
        when, title = "ranking_window", _("Window")
        words = {window: _(name) for window, name in _WINDOWS.items()}
        followed = _followed(places.assign(ranking_window=places.ranking_window.map(words)), list(ranked.prompt_id))
        said = _("Places among all prompts in each window, of those that lead in the chosen one.")
    drawn = plots.bump(followed, when=when, when_title=title, place="place", name="label", name_title=_("Prompt"))
    chart(drawn, "promptory-places", said)
    st.caption(said)


def _leading(weeks: pd.DataFrame, today: date) -> list[int]:
    """The prompts of the last week that is over, by place: on a Monday the newest has hardly begun."""
    whole = weeks[weeks.activity_week <= today - timedelta(days=7)]
    shown = weeks if whole.empty else whole
    return [int(one) for one in shown[shown.activity_week == shown.activity_week.max()].prompt_id]


def _followed(places: pd.DataFrame, leading: list[int]) -> pd.DataFrame:
    """The rows of the leading prompts, named by their titles; a number tells two of one title apart."""
    names = {prompt: number for number, prompt in enumerate(leading[: charts.MAX_LINES], 1)}
    kept = places[places.prompt_id.isin(names)]
    labels = [
        f"{names[prompt]}. {shorten(title, 48)}" for prompt, title in zip(kept.prompt_id, kept.title, strict=True)
    ]
    return kept.assign(label=labels)


def _movers(session: Session, window: str, segment: _Segment) -> None:
    named = {"access": segment[0], "agent_type": segment[1]}
    risen = top_prompts(session, window, score="rising", take=_MOVERS, **named)
    fallen = fallen_prompts(session, window, take=_MOVERS, **named)
    left, right = st.columns(2)
    with left:
        heading(_("What rises"), definition(_MODEL, "rising_score"))
        _moved(risen[risen.unique_viewers > risen.viewers_before], "risen")
    with right:
        heading(_("What falls"), definition(_MODEL, "viewers_before"))
        _moved(fallen, "fallen")


def _moved(moved: pd.DataFrame, name: str) -> None:
    if moved.empty:
        st.info(_("Nothing, against the window before."))
        return
    number = st.column_config.NumberColumn
    columns = {
        **prompt_link_column(),
        "title": st.column_config.TextColumn(_("Title"), width="medium"),
        "unique_viewers": number(_("Viewers"), format="localized", help=definition(_MODEL, "unique_viewers")),
        "viewers_before": number(_("Before"), format="localized", help=definition(_MODEL, "viewers_before")),
        "change": number(_("Change"), format="%+d"),
    }
    told = moved[["prompt_id", "title", "unique_viewers", "viewers_before"]]
    table(told.assign(change=told.unique_viewers - told.viewers_before), columns, key=f"{name}-table")


def _table(ranked: pd.DataFrame, window: str, score: Score) -> None:
    heading(_("The {count} best", count=len(ranked)))
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "score_rank": number(_("Rank"), help=definition(_MODEL, f"{score}_rank"), width=50),
        **prompt_link_column(),
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
    rows(_in_words(ranked), columns, name=f"rankings-{window}-{score}")


def _in_words(ranked: pd.DataFrame) -> pd.DataFrame:
    return ranked.assign(
        agent_type=ranked.agent_type.map(agent_type_name),
        access=ranked.access.map(tier_name),
        language=ranked.language.map(language_name, na_action="ignore"),
    )


page()
