"""Figures that pages work out of the marts' rows."""

from datetime import date, timedelta

import pandas as pd

from dashboard import formats
from dashboard.translation import _

COUNTS = ["views", "copies", "likes"]


def split_periods(days: pd.DataFrame, last_day: date, length: int) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Tag rows of the `length` days up to `last_day`, and of as many days before.

    The second is None where the activity does not reach back that far, so that nobody compares with half a period.
    """
    first_day = last_day - timedelta(days=length - 1)
    now, before = days[days.activity_date >= first_day], days[days.activity_date < first_day]
    whole = not before.empty and before.activity_date.min() <= first_day - timedelta(days=length)
    return now, before if whole else None


def views_per_prompt(tags: pd.DataFrame) -> pd.DataFrame:
    """The tags with views_per_prompt, demand by supply; missing where no prompt carries the tag."""
    return tags.assign(views_per_prompt=tags["views"] / tags["prompts"].where(tags["prompts"] > 0))


def every_day(days: pd.DataFrame, tags: list[str], first_day: date, last_day: date) -> pd.DataFrame:
    """One row a day and tag, with 0 views on days without any: activity_date, tag_name, views."""
    wide = days.pivot_table(index="activity_date", columns="tag_name", values="views", aggfunc="sum")
    wide.index = pd.DatetimeIndex(wide.index)
    filled = wide.reindex(index=pd.date_range(first_day, last_day), columns=tags).fillna(0).rename_axis("activity_date")
    return filled.reset_index().melt("activity_date", var_name="tag_name", value_name="views")


def change(now: float, before: float | None) -> str | int | None:
    """The change from `before` to `now` in percent, signed; None where there is nothing to compare with.

    No change is the number 0, which Streamlit shows without an arrow, as it does not for a text.
    """
    if before is None or pd.isna(before) or pd.isna(now) or before == 0:
        return None
    share = (now - before) / before
    return 0 if round(share, 3) == 0 else formats.percent(share, signed=True)


def row_of_day(days: pd.DataFrame, day: date) -> "pd.Series[float] | None":
    """The row of `day` in `mrr_daily`, if there is one."""
    found = days[days.metric_date == day]
    return None if found.empty else found.iloc[0]


def movements_by_week(days: pd.DataFrame) -> pd.DataFrame:
    """People who started (positive) and stopped (negative) paying.

    Columns: week (its Monday), movement (started, stopped), people.
    """
    weekly = pd.DataFrame(
        {
            "week": pd.to_datetime(days.metric_date).dt.to_period("W").dt.start_time,
            "started": days.new_people + days.reactivated_people,
            "stopped": -days.churned_people,
        }
    )
    return weekly.groupby("week", as_index=False).sum().melt("week", var_name="movement", value_name="people")


def rate_of(rows: pd.DataFrame | None, part: str, whole: str) -> float | None:
    """The sum of `part` by that of `whole`; None where there are no rows or nothing to divide by."""
    if rows is None or not rows[whole].sum():
        return None
    return float(rows[part].sum() / rows[whole].sum())


def mean_reciprocal_rank(days: pd.DataFrame | None) -> float | None:
    """That of all clicks of the days; None where no click tells its place."""
    if days is None or not days.placed_clicks.sum():
        return None
    return float((days.mean_reciprocal_rank * days.placed_clicks).sum() / days.placed_clicks.sum())


def points(now: float | None, before: float | None) -> str | int | None:
    """The change of a rate in percentage points, signed; None where there is nothing to compare, 0 for none."""
    if now is None or before is None:
        return None
    signed = f"{(now - before) * 100:+.1f}"
    return 0 if signed[1:] == "0.0" else _("{points} pp", points=signed)


def click_rates_by_surface(days: pd.DataFrame) -> pd.DataFrame:
    """One row a day and surface: activity_date, surface, click_through_rate."""
    sums = days.groupby(["activity_date", "surface"], as_index=False)[["impressions", "clicked_impressions"]].sum()
    return sums.assign(click_through_rate=sums.clicked_impressions / sums.impressions)
