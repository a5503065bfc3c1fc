"""Answers as charts: lines over time, bars, heat maps; and as pivots.

Charts show a bounded part of an answer: what is left out is counted, so that the page can say so.
"""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard.charts import ACCENT, MAX_LINES, Chart
from dashboard.explore.asked import Shape
from dashboard.translation import _
from schema.repository.catalogue import Kind, Mart
from schema.repository.questions import Aggregate, Dimension, Measure, Question

MAX_BARS, MAX_CELLS_A_SIDE = 30, 40
_UTC = alt.Scale(type="utc")
# The same in every language.
_DAY = "%Y-%m-%d"
_PLACE, _SERIES, _ACROSS, _VALUE = "place", "series", "across", "value"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, and how many lines, bars, or rows and columns of the answer it leaves out."""

    chart: Chart
    left_out: int


def shapes_for(question: Question, mart: Mart) -> list[Shape]:
    """The shapes that an answer can take, the one that suits it best first."""
    if not question.measures or not question.dimensions or not all(_is_number(one, mart) for one in question.measures):
        return [Shape.TABLE]
    is_in_time = _is_in_time(question.dimensions[0], mart)
    crossed = [Shape.HEAT, Shape.PIVOT] if len(question.dimensions) > 1 else []
    return [*([Shape.LINE] if is_in_time else []), Shape.BAR, *crossed, Shape.TABLE]


def _is_number(measure: Measure, mart: Mart) -> bool:
    """Whether a measure can be drawn: the least and the most of a day are days."""
    if measure.aggregate in (Aggregate.ROWS, Aggregate.DIFFERENT):
        return True
    found = mart.find(measure.column or "")
    return found is not None and found.kind is Kind.NUMBER


def _is_in_time(dimension: Dimension, mart: Mart) -> bool:
    found = mart.find(dimension.column)
    return found is not None and found.is_temporal


def draw(shape: Shape, frame: pd.DataFrame, question: Question, names: dict[str, str]) -> Drawing:
    """The chart of an answer; `names` are how its columns are called."""
    if shape is Shape.LINE:
        return _lines(frame, question, names)
    return _bars(frame, question, names) if shape is Shape.BAR else _heat(frame, question, names)


def pivot(frame: pd.DataFrame, question: Question) -> tuple[pd.DataFrame, int]:
    """The first dimension down, the second across, the first measure in the cells; how many columns are left out."""
    down, across, value = question.dimensions[0].label, question.dimensions[1].label, question.measures[0].label
    told = frame.assign(**{across: _texts(frame[across])}).astype({value: float})
    most = _most(told, across, value, MAX_CELLS_A_SIDE)
    kept = told[told[across].isin(most)]
    wide = kept.pivot_table(index=down, columns=across, values=value, aggfunc="sum", sort=True, dropna=False)
    wide = wide.reindex(columns=sorted(most)).reset_index()
    wide.columns = pd.Index([str(name) for name in wide.columns])
    return wide, told[across].nunique() - len(most)


def _lines(frame: pd.DataFrame, question: Question, names: dict[str, str]) -> Drawing:
    """A line a value of the second dimension, or a measure where there is none."""
    day = question.dimensions[0].label
    if len(question.dimensions) > 1:
        value = question.measures[0].label
        told = pd.DataFrame({_PLACE: frame[day], _SERIES: _texts(frame[question.dimensions[1].label])})
        told[_VALUE] = frame[value]
        title = names[value]
        told = _sums(told, _PLACE, _SERIES)
    else:
        labels = [one.label for one in question.measures]
        told = frame.melt(day, labels, _SERIES, _VALUE).rename(columns={day: _PLACE})
        told[_SERIES] = told[_SERIES].map(names)
        title = names[labels[0]] if len(labels) == 1 else _("Value")
    told[_PLACE] = pd.to_datetime(told[_PLACE], utc=True).dt.tz_localize(None)
    told[_VALUE] = told[_VALUE].astype(float)
    kept = _most(told, _SERIES, _VALUE, MAX_LINES)
    shown = told[told[_SERIES].isin(kept)]
    is_one = shown[_PLACE].nunique() == 1
    chart: Chart = (
        alt.Chart(shown)
        .mark_line(point={"size": 80, "opacity": 1 if is_one else 0, "filled": True})
        .encode(
            x=alt.X(
                f"{_PLACE}:T", title=names[day], scale=_UTC, axis=alt.Axis(format=_DAY, labelOverlap=True, tickCount=8)
            ),
            y=alt.Y(f"{_VALUE}:Q", title=title),
            color=alt.Color(
                f"{_SERIES}:N",
                scale=alt.Scale(domain=kept),
                title=None,
                legend=alt.Legend(orient="top", columns=3, labelLimit=200) if len(kept) > 1 else None,
            ),
            tooltip=[
                alt.Tooltip(f"utcyearmonthdate({_PLACE}):T", title=names[day], format=_DAY),
                alt.Tooltip(f"{_SERIES}:N", title=_("Line")),
                alt.Tooltip(f"{_VALUE}:Q", title=title, format=",.4~f"),
            ],
        )
        .properties(height=340)
    )
    return Drawing(chart, told[_SERIES].nunique() - len(kept))


def _bars(frame: pd.DataFrame, question: Question, names: dict[str, str]) -> Drawing:
    value = question.measures[0].label
    label = frame[[one.label for one in question.dimensions]].apply(_texts).agg(" · ".join, axis=1)
    told = pd.DataFrame({_PLACE: label, _VALUE: frame[value].astype(float)}).dropna()
    told = _sums(told, _PLACE)
    if not _in_order(question, frame):
        told = told.sort_values(_VALUE, ascending=False)
    shown = told.head(MAX_BARS)
    chart: Chart = (
        alt.Chart(shown)
        .mark_bar(color=ACCENT, cornerRadiusEnd=2)
        .encode(
            y=alt.Y(f"{_PLACE}:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False)),
            x=alt.X(f"{_VALUE}:Q", title=names[value], axis=alt.Axis(tickCount=6)),
            tooltip=[
                alt.Tooltip(f"{_PLACE}:N", title=" · ".join(names[one.label] for one in question.dimensions)),
                alt.Tooltip(f"{_VALUE}:Q", title=names[value], format=",.4~f"),
            ],
        )
        .properties(height=22 * len(shown) + 60)
    )
    return Drawing(chart, len(told) - len(shown))


def _in_order(question: Question, frame: pd.DataFrame) -> bool:
    """Whether rows come in time, which bars then keep."""
    first = frame[question.dimensions[0].label]
    return bool(pd.api.types.is_datetime64_any_dtype(first)) or hasattr(first.dropna().head(1).squeeze(), "isoformat")


def _heat(frame: pd.DataFrame, question: Question, names: dict[str, str]) -> Drawing:
    down, across, value = question.dimensions[0].label, question.dimensions[1].label, question.measures[0].label
    told = pd.DataFrame(
        {_PLACE: _texts(frame[down]), _ACROSS: _texts(frame[across]), _VALUE: frame[value].astype(float)}
    )
    told = _sums(told, _PLACE, _ACROSS)
    rows, columns = (_most(told, side, _VALUE, MAX_CELLS_A_SIDE) for side in (_PLACE, _ACROSS))
    shown = told[told[_PLACE].isin(rows) & told[_ACROSS].isin(columns)]
    chart: Chart = (
        alt.Chart(shown)
        .mark_rect()
        .encode(
            y=alt.Y(f"{_PLACE}:N", title=names[down], axis=alt.Axis(labelLimit=220)),
            x=alt.X(f"{_ACROSS}:N", title=names[across], axis=alt.Axis(labelLimit=120, labelAngle=-45)),
            color=alt.Color(f"{_VALUE}:Q", title=names[value], legend=alt.Legend(orient="top", gradientLength=200)),
            tooltip=[
                alt.Tooltip(f"{_PLACE}:N", title=names[down]),
                alt.Tooltip(f"{_ACROSS}:N", title=names[across]),
                alt.Tooltip(f"{_VALUE}:Q", title=names[value], format=",.4~f"),
            ],
        )
        .properties(height=22 * len(rows) + 120)
    )
    left_out = told[_PLACE].nunique() - len(rows) + told[_ACROSS].nunique() - len(columns)
    return Drawing(chart, left_out)


def _sums(frame: pd.DataFrame, *by: str) -> pd.DataFrame:
    """One row a place: what further dimensions tell apart is added up."""
    return frame.groupby(list(by), sort=False)[[_VALUE]].sum().reset_index()


def _most(frame: pd.DataFrame, by: str, value: str, count: int) -> list[str]:
    """The values of `by` with the most, at most so many, the most first."""
    totals = frame.groupby(by)[value].sum().sort_values(ascending=False, kind="stable")
    return [str(name) for name in totals.head(count).index]


def _texts(values: "pd.Series[str]") -> "pd.Series[str]":
    """Values as axes name them; a missing one as a dash."""
    return values.map(str, na_action="ignore").astype(object).fillna("–").astype(str)
