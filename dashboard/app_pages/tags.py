"""Which tags are looked at, copied and liked, by day and week, and which go together."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import charts, formats, viewer
from dashboard.analysis import plots
from dashboard.analysis.pickers import choose_days, first_day, monday_of, pick_several
from dashboard.analysis.show import chart, heading, rows
from dashboard.analysis.workings import every_pair, with_gaps
from dashboard.components import choose, figure
from dashboard.definitions import definition
from dashboard.figures import change, every_day, views_per_prompt
from dashboard.translation import N_, _
from schema.repository.metrics import last_tag_day
from schema.repository.tags import first_tag_day, pairs_among, tag_sums_by_day, tag_totals, views_by_day, views_by_week

_BARS = 20
_DEFAULT_LINES = 5
_TOGETHER = 12
_LEAST_WEEKS, _MOST_WEEKS = 6, 26
_MODEL, _PAIRS = "tag_popularity", "tag_pairs"
_HEAT = {"views": N_("Views"), "share": N_("Share of the week's views")}


def page() -> None:
    """Headline figures, bars by tag, lines by day, tags by week, tags that go together, and the table."""
    st.title(_("Tags"), anchor=False)
    length = choose_days()
    with viewer.analysing() as session:
        last_day = last_tag_day(session)
        if last_day is None:
            st.info(_("There is no activity yet. Figures appear after the first load of activity and a refresh."))
            return
        start = first_day(last_day, length)
        st.caption(_("{first} to {last}, UTC days", first=formats.day(start), last=formats.day(last_day)))
        _show(session, last_day, length)


def _show(session: Session, last_day: date, length: int) -> None:
    start, earliest = first_day(last_day, length), first_day(last_day, 2 * length)
    used = tag_totals(session, start, last_day, before=earliest)
    first = first_tag_day(session)
    is_compared = first is not None and first <= earliest
    _headline(used, tag_sums_by_day(session, start, last_day), length, is_compared=is_compared)
    tags = views_per_prompt(used[used[["views", "copies", "likes"]].sum(axis=1) > 0])
    chosen = pick_several(
        _("Tags to compare"),
        list(tags.tag_name),
        list(tags.tag_name[:_DEFAULT_LINES]),
        key="tags",
        most=charts.MAX_LINES,
        hint=_("Choose up to six tags"),
    )
    left, right = st.columns(2)
    with left:
        heading(_("Views of the {count} most viewed tags", count=min(_BARS, len(tags))), definition(_MODEL, "views"))
        chart(_bars(tags.head(_BARS)), "promptory-tags", _("Views of the most viewed tags"))
    with right:
        _lines(session, start, last_day, chosen)
        _together(session, list(tags.tag_name[:_TOGETHER]))
    _weeks(session, last_day, length, list(tags.tag_name[:_BARS]))
    _table(tags, is_compared=is_compared)


def _headline(used: pd.DataFrame, by_day: pd.DataFrame, length: int, *, is_compared: bool) -> None:
    against = _("vs. the {days} days before", days=length)
    top = used.iloc[0]
    views_help = _("Views of prompts by tag, added up: a view of a prompt with three tags counts for each of them.")
    with st.grid(3, min_column_width=220):
        for column, name, meaning in (
            ("views", _("Views by tag"), views_help),
            ("likes", _("Likes by tag"), definition(_MODEL, "likes")),
        ):
            total, total_before = float(used[column].sum()), float(used[f"{column}_before"].sum())
            figure(
                name,
                formats.number(total),
                change(total, total_before) if is_compared else None,
                definition=meaning,
                against=against,
                trend=by_day[column].astype(float).tolist(),
            )
        figure(
            _("Most viewed tag"),
            top.tag_name,
            change(top.views, top.views_before) if is_compared else None,
            definition=_("{views} views in this period.", views=formats.number(top.views)),
            against=_("views {against}", against=against),
        )
    if not is_compared:
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


def _lines(session: Session, start: date, last_day: date, chosen: list[str]) -> None:
    heading(_("Views by day"), definition(_MODEL, "views"))
    if not chosen:
        st.info(_("Choose a tag to see its views by day."))
        return
    drawn = charts.lines(
        every_day(views_by_day(session, start, last_day, chosen), chosen, start, last_day),
        day="activity_date",
        value="views",
        series="tag_name",
        value_title=_("Views"),
        series_title=_("Tag"),
    )
    chart(drawn, "promptory-tags-by-day", _("Views of the chosen tags, by day"))


def _together(session: Session, names: list[str]) -> None:
    heading(_("Which tags go together"), definition(_PAIRS, "lift"))
    pairs = pairs_among(session, names)
    if pairs.empty:
        st.info(_("None of the most viewed tags stand on the same prompt."))
        return
    drawn = plots.heat(
        every_pair(pairs, names),
        x=("other_tag_name", _("Beside it")),
        y=("tag_name", _("Tag")),
        value=("lift", _("Lift (1 is as often as by chance)")),
        number=".1f",
        high=float(pairs.lift.quantile(0.9)),
        shown="prompts_with_both",
        extra={"prompts_with_both": _("Prompts with both"), "prompts": _("Prompts with the tag")},
    )
    chart(drawn, "promptory-tags-together", _("Prompts that carry two tags, coloured by lift"))
    st.caption(_("Cells say how many prompts carry both tags."))


def _weeks(session: Session, last_day: date, length: int, names: list[str]) -> None:
    heading(_("Tags by week"), definition(_MODEL, "share_of_views"))
    value = choose(_("Coloured by"), _HEAT, "views", key="heat")
    weeks = min(max(length // 7, _LEAST_WEEKS), _MOST_WEEKS)
    first_week = monday_of(last_day) - timedelta(weeks=weeks - 1)
    found = views_by_week(session, first_week, last_day, names)
    cells = with_gaps(found.astype({"views": float, "share": float}), "week", "tag_name", value).fillna({value: 0})
    cells = cells.sort_values("tag_name", key=lambda tags: tags.map(names.index), kind="stable")
    drawn = plots.heat(
        cells,
        x=("week", _("Week from")),
        y=("tag_name", _("Tag")),
        value=(value, _(_HEAT[value])),
        number=".1%" if value == "share" else ",d",
        high=float(cells[value].max()),
    )
    chart(drawn, "promptory-tags-by-week", _("Views of the most viewed tags, by week"))


def _table(tags: pd.DataFrame, *, is_compared: bool) -> None:
    heading(_("All tags"))
    number = st.column_config.NumberColumn
    columns = {
        "tag_name": st.column_config.TextColumn(_("Tag"), width="medium"),
        "prompts": number(_("Prompts"), format="localized", help=definition(_MODEL, "prompts")),
        "views": number(_("Views"), format="localized", help=definition(_MODEL, "views")),
        "views_before": number(_("Views before"), format="localized"),
        "copies": number(_("Copies"), format="localized", help=definition(_MODEL, "copies")),
        "likes": number(_("Likes"), format="localized", help=definition(_MODEL, "likes")),
        "views_per_prompt": number(_("Views per prompt"), format="%.1f", help=definition(_MODEL, "views_per_prompt")),
    }
    if not is_compared:
        del columns["views_before"]
    rows(tags, columns, name="tags")


page()
