"""What the analysts' pages work out, against values worked out by hand."""

from datetime import date
from io import BytesIO

import pandas as pd

from dashboard.analysis.workings import (
    every_pair,
    funnel_steps,
    marked_days,
    moved_by_month,
    triangle,
    waterfall_steps,
    with_gaps,
)
from dashboard.downloads import as_parquet
from dashboard.translation import speaking

MONTH = {
    "metric_month": date(2028, 2, 1),
    "opening_mrr": 100.0,
    "new_mrr": 36.0,
    "expansion_mrr": 0.0,
    "reactivation_mrr": 12.0,
    "contraction_mrr": -4.0,
    "churn_mrr": -24.0,
    "exchange_mrr": 0.5,
    "mrr": 120.5,
}


def revenue_days(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["metric_date", "mrr", "new_mrr", "churn_mrr", "exchange_mrr"])
    return table.assign(metric_date=[date.fromisoformat(day) for day in table.metric_date])


def test_a_waterfall_goes_from_the_beginning_through_what_moved_to_the_end() -> None:
    with speaking("en"):
        steps = waterfall_steps(pd.Series(MONTH))
    assert steps[["start", "end", "kind"]].to_numpy().tolist() == [
        [0, 100, "total"],
        [100, 136, "gain"],
        [136, 148, "gain"],
        [148, 144, "loss"],
        [144, 120, "loss"],
        [120, 120.5, "gain"],
        [0, 120.5, "total"],
    ]
    assert "Expansion MRR" not in steps.step.tolist(), "nothing expanded"


def test_movements_of_a_month_are_a_row_each() -> None:
    with speaking("ko"):
        moved = moved_by_month(pd.DataFrame([MONTH]))
    assert moved.month.unique().tolist() == ["2028-02"]
    assert dict(zip(moved.movement, moved.amount, strict=True))["churn"] == -24
    assert dict(zip(moved.movement, moved.name, strict=True))["churn"] == "이탈 MRR"


def test_days_that_explain_the_line_are_marked_and_what_falls_on_one_day_is_one_mark() -> None:
    days = revenue_days(
        ("2028-02-27", 100, 20, 0, 0),
        ("2028-02-28", 130, 30, 0, 0),
        ("2028-02-29", 106, 0, -24, 0),
        ("2028-03-01", 107, 0, -1, 2),
    )
    with speaking("en"):
        marks = marked_days(days)
        quiet = marked_days(revenue_days(("2028-02-27", 100, 0, 0, 0)))
    assert dict(zip(marks.metric_date, marks.event, strict=True)) == {
        date(2028, 2, 28): "Most new · Highest",
        date(2028, 2, 29): "Most churn",
        date(2028, 3, 1): "New rates",
    }
    assert quiet.event.tolist() == ["Highest"]


def test_a_funnel_tells_each_step_by_the_first() -> None:
    with speaking("en"):
        steps = funnel_steps([("Met a lock", 2000), ("Paid", 50)])
        nobody = funnel_steps([("Met a lock", 0), ("Paid", 0)])
    assert steps.words.tolist() == ["2,000 · 100.0%", "50 · 2.5%"]
    assert nobody.share.tolist() == [0, 0]


def test_the_first_column_of_a_triangle_does_not_set_its_colours() -> None:
    cohorts = pd.DataFrame({"number": [0, 1, 0], "rate": [1, 0.426, 1]})
    cells, high = triangle(cohorts, rate="rate")
    assert cells.percent.tolist() == [100, 43, 100]
    assert high == 0.426
    assert triangle(cohorts[cohorts.number == 0], rate="rate")[1] == 1


def test_a_week_without_a_row_is_a_gap() -> None:
    weeks = pd.DataFrame(
        {"week": [date(2028, 2, 28), date(2028, 3, 13)], "name": ["a", "a"], "place": [1, 3]},
    )
    filled = with_gaps(weeks, "week", "name", "place")
    assert filled.week.tolist() == ["2028-02-28", "2028-03-06", "2028-03-13"]
    assert filled.place.fillna(-1).tolist() == [1, -1, 3]


def test_tags_that_no_prompt_carries_together_have_a_cell_without_figures() -> None:
    pairs = pd.DataFrame({"tag_name": ["a", "b"], "other_tag_name": ["b", "a"], "lift": [2.0, 2.0]})
    cells = every_pair(pairs, ["b", "a"])
    assert cells[["tag_name", "other_tag_name"]].to_numpy().tolist() == [["b", "b"], ["b", "a"], ["a", "b"], ["a", "a"]]
    assert cells.lift.fillna(0).tolist() == [0, 2, 2, 0]


def test_parquet_keeps_what_a_table_holds() -> None:
    frame = pd.DataFrame({"day": [date(2028, 2, 29)], "title": ["=cmd"], "mrr": [12.5]}, index=[7])
    assert pd.read_parquet(BytesIO(as_parquet(frame))).to_dict("list") == frame.to_dict("list")
