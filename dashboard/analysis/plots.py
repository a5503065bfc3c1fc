"""Charts for the analysts' questions: what moved a sum, how ranks went, where a table is dense, who goes on."""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import ACCENT, CONTRAST, UTC_SCALE, Chart, day_tooltip, top_legend
from dashboard.translation import _

# Seen on either ground, as the two of dashboard.charts are.
QUIET = "#808f9e"
_WORDS = "#808080"
_LEVEL_CHARACTERS = 10
_LARGEST_SHARE = 1.5
_INK, _PAPER = "#0b121a", "#ffffff"
PICKED = "picked"
"""The selection of a chart whose bars can be clicked."""


def marked_area(frame: pd.DataFrame, events: pd.DataFrame, *, day: str, value: str, value_title: str) -> Chart:
    """A filled line over days, with marks at `events`: the same columns, and `event`, what happened."""
    x = alt.X(f"{day}:T", title=_("Day (UTC)"), scale=UTC_SCALE, axis=alt.Axis(format=formats.chart_day(), tickCount=8))
    y = alt.Y(f"{value}:Q", title=value_title, axis=alt.Axis(format=",d"))
    tooltip = [day_tooltip(day), alt.Tooltip(f"{value}:Q", title=value_title, format=",.2f")]
    ground = (
        alt.Chart(frame).mark_area(color=ACCENT, opacity=0.25, line={"color": ACCENT}).encode(x=x, y=y, tooltip=tooltip)
    )
    marked = alt.Chart(events).encode(x=x, y=y, tooltip=[alt.Tooltip("event:N", title=_("Event")), *tooltip])
    points = marked.mark_point(color=CONTRAST, filled=True, size=90, shape="diamond", opacity=1)
    words = marked.mark_text(color=_WORDS, dy=-12, align="right", dx=6).encode(text="event:N")
    return alt.layer(ground, points, words).properties(height=320)


def stacked(
    frame: pd.DataFrame, *, group: str, value: str, series: str, titles: tuple[str, str, str], picks: tuple[str, ...]
) -> Chart:
    """Gains above and losses below the line, a bar a group; a part that is clicked is told by its fields `picks`.

    `titles` are those of the group, the value and the series.
    """
    order = list(dict.fromkeys(frame[series]))
    clicked = alt.selection_point(name=PICKED, fields=list(picks))
    chart: Chart = (
        alt.Chart(frame)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X(f"{group}:O", title=titles[0], axis=_groups()),
            y=alt.Y(f"{value}:Q", title=titles[1], stack="zero", axis=alt.Axis(format=",d")),
            color=alt.Color(
                f"{series}:N",
                sort=order,
                scale=alt.Scale(domain=order),
                title=None,
                legend=top_legend(len(order)),
            ),
            opacity=alt.condition(clicked, alt.value(1), alt.value(0.45)),
            tooltip=[
                alt.Tooltip(f"{group}:O", title=titles[0]),
                alt.Tooltip(f"{series}:N", title=titles[2]),
                alt.Tooltip(f"{value}:Q", title=titles[1], format="+,.2f"),
            ],
        )
        .add_params(clicked)
        .properties(height=320)
    )
    return chart


def lines_by(frame: pd.DataFrame, *, group: str, value: str, series: str, titles: tuple[str, str, str]) -> Chart:
    """One line a series over weeks or months, told by texts that sort; values are shares, or counts from 2 on.

    `titles` are those of the group, the value and the series.
    """
    order = list(dict.fromkeys(frame[series]))
    number = ".1%" if frame[value].max() <= _LARGEST_SHARE else ",d"
    height = 280 + 10 * len(order)
    chart: Chart = (
        alt.Chart(frame)
        .mark_line(point={"size": 50, "filled": True})
        .encode(
            x=alt.X(f"{group}:O", title=titles[0], axis=_groups()),
            y=alt.Y(
                f"{value}:Q",
                title=titles[1],
                axis=alt.Axis(format=".0%", tickCount=5) if number == ".1%" else alt.Axis(format=",d", tickMinStep=1),
            ),
            color=alt.Color(f"{series}:N", scale=alt.Scale(domain=order), title=None, legend=top_legend(len(order))),
            tooltip=[
                alt.Tooltip(f"{group}:O", title=titles[0]),
                alt.Tooltip(f"{series}:N", title=titles[2]),
                alt.Tooltip(f"{value}:Q", title=titles[1], format=number),
            ],
        )
        .properties(height=height)
    )
    return chart


def waterfall(steps: pd.DataFrame, *, value_title: str) -> Chart:
    """From one sum to the next: step, start, end, amount and kind (total, gain, loss).

    Sums are marks, no bars: the axis begins near them, so that what moved them can be seen.
    """
    base = alt.Chart(steps).encode(
        y=alt.Y("step:N", sort=list(steps.step), title=None, axis=alt.Axis(labelLimit=150, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("step:N", title=_("Step")),
            alt.Tooltip("amount:Q", title=value_title, format=",.2f"),
        ],
    )
    is_total = alt.datum.kind == "total"
    x = alt.X("start:Q", title=value_title, scale=alt.Scale(zero=False, nice=True, padding=44), axis=_amounts())
    colour = alt.condition(alt.datum.kind == "gain", alt.value(ACCENT), alt.value(CONTRAST))
    bars = base.transform_filter(~is_total).mark_bar(height={"band": 0.7}).encode(x=x, x2="end:Q", color=colour)
    totals = base.transform_filter(is_total).mark_tick(thickness=4, color=QUIET).encode(x=alt.X("end:Q"))
    right = base.transform_calculate(right="max(datum.start, datum.end)").mark_text(align="left", dx=6, color=_WORDS)
    words = [
        right.transform_filter(chosen).encode(x=alt.X("right:Q"), text=alt.Text("amount:Q", format=number))
        for chosen, number in ((is_total, ",.0f"), (~is_total, "+,.0f"))
    ]
    return alt.layer(bars, totals, *words).properties(height=36 * len(steps) + 60)


def heat(
    frame: pd.DataFrame,
    *,
    x: tuple[str, str],
    y: tuple[str, str],
    value: tuple[str, str],
    number: str,
    high: float,
    shown: str | None = None,
    extra: dict[str, str] | None = None,
) -> Chart:
    """A table in colours, in the order of the rows; fields come with their titles, `number` formats the value.

    Values from `high` on look alike. `shown` is the field that is written into the cells.
    """
    columns, lines = (frame[field].drop_duplicates().tolist() for field in (x[0], y[0]))
    angle = -60 if frame[x[0]].astype(str).str.len().max() > _LEVEL_CHARACTERS else 0
    base = alt.Chart(frame).encode(
        x=alt.X(
            f"{x[0]}:O", title=x[1], sort=columns, axis=alt.Axis(labelAngle=angle, labelOverlap=not angle, ticks=False)
        ),
        y=alt.Y(f"{y[0]}:O", title=None, sort=lines, axis=alt.Axis(labelLimit=150, labelOverlap=False, ticks=False)),
        tooltip=[
            alt.Tooltip(f"{y[0]}:O", title=y[1]),
            alt.Tooltip(f"{x[0]}:O", title=x[1]),
            alt.Tooltip(f"{value[0]}:Q", title=value[1], format=number),
            *(alt.Tooltip(f"{field}:Q", title=title, format=",d") for field, title in (extra or {}).items()),
        ],
    )
    scale = alt.Scale(domain=[0, high or 1], clamp=True)
    # Cells that tell their numbers need no legend.
    legend = alt.Legend(orient="bottom", title=value[1], format=number, gradientLength=180, titleLimit=240)
    colour = alt.Color(f"{value[0]}:Q", scale=scale, legend=legend if shown is None else None)
    cells = base.mark_rect().encode(color=colour)
    height = 26 * len(lines) + (100 if angle else 75)
    if shown is None:
        plain: Chart = cells.properties(height=height + 80)
        return plain
    # The ramp goes from the ground's side to the other: dark to light in the dark.
    is_dark = st.context.theme.type == "dark"
    low, strong = (_PAPER, _INK) if is_dark else (_INK, _PAPER)
    told = base.transform_filter(f"isValid(datum['{shown}'])")
    words = told.mark_text(fontSize=11).encode(
        text=alt.Text(f"{shown}:Q", format=",d"),
        color=alt.condition(alt.datum[value[0]] > high * (0.5 if is_dark else 0.6), alt.value(strong), alt.value(low)),
    )
    return alt.layer(cells, words).properties(height=height)


def bump(frame: pd.DataFrame, *, when: str, when_title: str, place: str, name: str, name_title: str) -> Chart:
    """How places in a ranking went, first place on top: a line a name, by names; a missing place is a gap."""
    order = sorted(frame[name].unique())
    last = int(frame[place].max())
    step = max(5, last // 5)
    base = alt.Chart(frame).encode(
        x=alt.X(f"{when}:O", title=when_title, sort=None, axis=_groups()),
        y=alt.Y(
            f"{place}:Q",
            title=_("Place"),
            scale=alt.Scale(domain=[last + 0.5, 0.5], nice=False),
            axis=alt.Axis(values=[1, *range(step, last + 1, step)], format="d"),
        ),
        tooltip=[
            alt.Tooltip(f"{name}:N", title=name_title),
            alt.Tooltip(f"{when}:O", title=when_title),
            alt.Tooltip(f"{place}:Q", title=_("Place"), format="d"),
        ],
    )
    colour = alt.Color(
        f"{name}:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        legend=alt.Legend(orient="bottom", columns=1, labelLimit=320, symbolType="circle"),
    )
    lines = base.mark_line(strokeWidth=2.5, interpolate="monotone").encode(color=colour)
    points = base.mark_point(filled=True, size=130, opacity=1).encode(color=colour)
    return alt.layer(lines, points).properties(height=340 + 20 * len(order))


def funnel(steps: pd.DataFrame, *, value_title: str) -> Chart:
    """How many of the first step go on: step, people, share (of the first) and words, which stand at the bar."""
    most = max(1.0, float(steps.people.max()))
    base = alt.Chart(steps).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=190)),
        # Room for the words beside the longest bar.
        x=alt.X("people:Q", title=value_title, scale=alt.Scale(domain=[0, most * 1.35], nice=False), axis=_amounts()),
        tooltip=[
            alt.Tooltip("step:N", title=_("Step")),
            alt.Tooltip("people:Q", title=value_title, format=",d"),
            alt.Tooltip("share:Q", title=_("Of the first step"), format=".1%"),
        ],
    )
    words = base.mark_text(align="left", dx=5, color=_WORDS).encode(text="words:N")
    return alt.layer(base.mark_bar(color=ACCENT, cornerRadiusEnd=2), words).properties(height=44 * len(steps) + 60)


def _groups() -> alt.Axis:
    # A whole date is too wide for the end of an axis; its year is in the tooltip.
    short = "replace(datum.label, regexp('^[0-9]{4}-([0-9]{2}-[0-9]{2})$'), '$1')"
    return alt.Axis(labelAngle=0, labelOverlap=True, labelExpr=short)


def _amounts() -> alt.Axis:
    return alt.Axis(format=",d", tickCount=5)
