"""Charts, in colours that colour-blind people can tell apart, on light and dark grounds.

Series take the theme's categorical colours, which Streamlit changes with the reader's theme.
"""

import altair as alt
import pandas as pd

from dashboard import formats
from dashboard.translation import _

Chart = alt.Chart | alt.LayerChart | alt.FacetChart

# These two are seen on either ground (Okabe and Ito, 2008; the blue is a little lighter).
ACCENT = "#1f83c4"
CONTRAST = "#d55e00"
MAX_LINES = 6
"""As many series as the theme has colours."""
_NUMBERS = "#808080"

# On a phone, bars need the room.
_LABELS = alt.ExprRef("min(260, 0.42 * containerSize()[0])")

UTC_SCALE = alt.Scale(type="utc")
"""Days are UTC days: a browser west of Greenwich would otherwise show each as the day before."""


def bars(
    frame: pd.DataFrame, *, label: str, value: str, label_title: str, value_title: str, extra: dict[str, str]
) -> Chart:
    """Horizontal bars in the order of the rows, with the value at each bar's end; `extra` are columns to tell of."""
    y = alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=_LABELS, labelOverlap=False))
    # Room for the number beside the longest bar.
    scale = alt.Scale(domain=[0, max(1, float(frame[value].max()) * 1.08)], nice=False)
    x = alt.X(f"{value}:Q", title=value_title, scale=scale, axis=alt.Axis(format=",d", tickMinStep=1, tickCount=6))
    tooltip = [
        alt.Tooltip(f"{label}:N", title=label_title),
        _count(value, value_title),
        *(_count(column, title) for column, title in extra.items()),
    ]
    base = alt.Chart(frame).encode(y=y, x=x, tooltip=tooltip)
    numbers = base.mark_text(align="left", dx=4, color=_NUMBERS).encode(text=alt.Text(f"{value}:Q", format=",d"))
    return alt.layer(base.mark_bar(color=ACCENT, cornerRadiusEnd=2), numbers).properties(height=22 * len(frame) + 60)


def lines(
    frame: pd.DataFrame, *, day: str, value: str, series: str, value_title: str, series_title: str, rate: bool = False
) -> Chart:
    """One line a series over days; at most MAX_LINES series. `rate` says that values are from 0 to 1, and no counts."""
    order = list(dict.fromkeys(frame[series]))
    colour = alt.Color(
        f"{series}:N", sort=order, scale=alt.Scale(domain=order), title=None, legend=top_legend(len(order))
    )
    number = alt.Tooltip(f"{value}:Q", title=value_title, format=".1%") if rate else _count(value, value_title)
    tooltip = [day_tooltip(day), alt.Tooltip(f"{series}:N", title=series_title), number]
    axis = alt.Axis(format=".0%", tickCount=5) if rate else alt.Axis(format=",d", tickMinStep=1)
    # A line of one day is a point.
    point = {"size": 80, "opacity": 0 if frame[day].nunique() > 1 else 1, "filled": True}
    chart: Chart = (
        alt.Chart(frame)
        .mark_line(point=point)
        .encode(
            x=alt.X(f"{day}:T", title=_("Day (UTC)"), scale=UTC_SCALE, axis=_day_axis()),
            y=alt.Y(f"{value}:Q", title=value_title, axis=axis),
            color=colour,
            tooltip=tooltip,
        )
        .properties(height=320)
    )
    return chart


def area(frame: pd.DataFrame, *, day: str, value: str, value_title: str) -> Chart:
    """A filled line over days."""
    chart: Chart = (
        alt.Chart(frame)
        .mark_area(
            color=ACCENT, opacity=0.25, line={"color": ACCENT}, point={"size": 80, "opacity": 0, "color": ACCENT}
        )
        .encode(
            x=alt.X(f"{day}:T", title=_("Day (UTC)"), scale=UTC_SCALE, axis=_day_axis()),
            y=alt.Y(f"{value}:Q", title=value_title, axis=alt.Axis(format=",d")),
            tooltip=[day_tooltip(day), alt.Tooltip(f"{value}:Q", title=value_title, format=",.2f")],
        )
        .properties(height=300)
    )
    return chart


def months(frame: pd.DataFrame, *, month: str, value: str, value_title: str) -> Chart:
    """A bar a month; `month` holds its first day."""
    place = f"utcyearmonth({month}):O"
    chart: Chart = (
        alt.Chart(frame)
        .mark_bar(color=ACCENT, cornerRadiusEnd=2)
        .encode(
            x=alt.X(place, title=_("Month"), axis=alt.Axis(format="%Y-%m", labelOverlap=True, labelAngle=0)),
            y=alt.Y(f"{value}:Q", title=value_title, axis=alt.Axis(format=",d", tickMinStep=1)),
            tooltip=[alt.Tooltip(place, title=_("Month"), format="%Y-%m"), _count(value, value_title)],
        )
        .properties(height=240)
    )
    return chart


def movements(frame: pd.DataFrame, *, week: str, value: str, movement: str) -> Chart:
    """Gains above and losses below the line, by week."""
    order = list(dict.fromkeys(frame[movement]))
    colour = alt.Color(f"{movement}:N", scale=alt.Scale(domain=order), title=None, legend=top_legend(2))
    chart: Chart = (
        alt.Chart(frame)
        .mark_bar(width={"band": 0.8})
        .encode(
            x=alt.X(f"utcyearmonthdate({week}):O", title=_("Week from (UTC)"), axis=_week_axis()),
            y=alt.Y(f"{value}:Q", title=_("People"), stack="zero", axis=alt.Axis(format=",d", tickMinStep=1)),
            color=colour,
            tooltip=[
                day_tooltip(week, _("Week from")),
                alt.Tooltip(f"{movement}:N", title=_("Movement")),
                _count(value, _("People")),
            ],
        )
        .properties(height=320)
    )
    return chart


def _day_axis() -> alt.Axis:
    return alt.Axis(format=formats.chart_day(), labelOverlap=True, tickCount=8)


def _week_axis() -> alt.Axis:
    return alt.Axis(format=formats.chart_day(), labelOverlap=True, labelAngle=0, ticks=False)


def top_legend(entries: int) -> alt.Legend | None:
    """What the series are called, above the chart; None for one."""
    # As many columns as the chart is wide; a single series is told by the axis.
    columns = alt.ExprRef(f"clamp(floor(width / 175), 2, {MAX_LINES})")
    return alt.Legend(orient="top", columns=columns, labelLimit=145, padding=0, offset=10) if entries > 1 else None


def day_tooltip(field: str, title: str | None = None) -> alt.Tooltip:
    """What a point says of its UTC day."""
    return alt.Tooltip(f"utcyearmonthdate({field}):T", title=title or _("Day"), format="%Y-%m-%d")


def _count(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title, format=",d")
