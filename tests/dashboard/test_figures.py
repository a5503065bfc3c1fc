"""Figures of the pages, against values worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from dashboard.definitions import definition
from dashboard.figures import change, every_day, movements_by_week, row_of_day, split_periods, views_per_prompt


def tag_rows(*rows: tuple[str, str, int, int, int, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["activity_date", "tag_name", "prompts", "views", "copies", "likes"])
    return table.assign(activity_date=[date.fromisoformat(day) for day in table.activity_date])


DAYS = tag_rows(
    ("2028-02-27", "a", 4, 10, 1, 1),
    ("2028-02-28", "a", 4, 20, 2, 1),
    ("2028-02-29", "a", 4, 30, 3, 2),
    ("2028-02-29", "b", 0, 60, 0, 0),
    ("2028-03-01", "b", 0, 5, 0, 0),
)


def test_two_days_are_compared_with_the_two_days_before() -> None:
    now, before = split_periods(DAYS, date(2028, 3, 1), 2)
    assert now.views.sum() == 95
    assert before is not None
    assert before.views.sum() == 30


def test_half_a_period_before_is_no_comparison() -> None:
    assert split_periods(DAYS, date(2028, 3, 1), 3)[1] is None
    assert split_periods(DAYS, date(2028, 3, 1), 4)[1] is None


def test_no_prompts_have_no_views_per_prompt() -> None:
    tags = views_per_prompt(pd.DataFrame({"views": [60, 65], "prompts": [4, 0]})).views_per_prompt
    assert tags[0] == 15
    assert pd.isna(tags[1])


def test_a_day_without_views_is_zero() -> None:
    daily = every_day(DAYS[DAYS.tag_name == "b"], ["b", "c"], date(2028, 2, 27), date(2028, 3, 1))
    assert daily[daily.tag_name == "b"].views.tolist() == [0, 0, 60, 5]
    assert daily[daily.tag_name == "c"].views.tolist() == [0, 0, 0, 0]
    assert daily.activity_date.iloc[0] == pd.Timestamp("2028-02-27")


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (120, 100, "+20.0%"),
        (75, 100, "-25.0%"),
        (100, 100, 0),
        (10_001, 10_000, 0),
        (5, 0, None),
        (5, None, None),
        (float("nan"), 5, None),
    ],
)
def test_change_in_percent(now: float, before: float | None, expected: str | int | None) -> None:
    assert change(now, before) == expected


def test_movements_are_summed_from_monday_and_losses_are_negative() -> None:
    days = pd.DataFrame(
        {
            "metric_date": [date(2028, 2, 27), date(2028, 2, 28), date(2028, 3, 5)],
            "new_people": [1, 2, 2],
            "reactivated_people": [0, 0, 1],
            "churned_people": [0, 1, 1],
        }
    )
    weeks = movements_by_week(days)
    assert weeks.week.dt.day_name().unique().tolist() == ["Monday"]
    assert weeks[weeks.movement == "started"].people.tolist() == [1, 5]
    assert weeks[weeks.movement == "stopped"].people.tolist() == [0, -2]
    assert row_of_day(days, date(2028, 3, 1)) is None


def test_definitions_come_from_the_marts() -> None:
    assert "twelfth" in (definition("mrr_daily", "mrr") or "")
    assert definition("mrr_daily", "no such column") is None
