"""Figures that the analysts' pages work out of the marts' rows."""

from collections.abc import Sequence

import pandas as pd

from dashboard import formats
from dashboard.translation import N_, _
from schema.repository.revenue import MOVEMENTS

MOVEMENT_NAMES = {
    "new": N_("New MRR"),
    "expansion": N_("Expansion MRR"),
    "reactivation": N_("Reactivation MRR"),
    "contraction": N_("Contraction MRR"),
    "churn": N_("Churn MRR"),
    "exchange": N_("Exchange MRR"),
}
_MOST_RATES_MARKED = 3


def month_name(month: object) -> str:
    """A month as axes and addresses write it: 2026-03."""
    return pd.Timestamp(str(month)).strftime("%Y-%m")


def marked_days(days: pd.DataFrame) -> pd.DataFrame:
    """The days of `mrr_daily` that explain its line, in order of time: metric_date, mrr, event (in words).

    The day of most new revenue, that of most churn, the highest one, and those on which new exchange rates did most.
    """
    if days.empty:
        return days.assign(event=[])[["metric_date", "mrr", "event"]]
    days = days.assign(exchanged=days.exchange_mrr.abs())
    marks = {
        _("Most new"): days.loc[[days.new_mrr.idxmax()]].query("new_mrr > 0"),
        _("Most churn"): days.loc[[days.churn_mrr.idxmin()]].query("churn_mrr < 0"),
        _("Highest"): days.loc[[days.mrr.idxmax()]],
        _("New rates"): days[days.exchange_mrr != 0].nlargest(_MOST_RATES_MARKED, "exchanged"),
    }
    found = pd.concat([rows.assign(event=words) for words, rows in marks.items()])
    # What falls on one day is one mark.
    by_day = found.groupby(["metric_date", "mrr"])["event"].agg(" · ".join)
    return by_day.reset_index().sort_values("metric_date", ignore_index=True)


def moved_by_month(months: pd.DataFrame) -> pd.DataFrame:
    """What moved MRR: month (2026-03), movement (its code), name, amount; a row a month and movement."""
    sums = months.assign(month=months.metric_month.map(month_name))
    columns = {f"{movement}_mrr": movement for movement in MOVEMENTS}
    moved = sums.rename(columns=columns).melt("month", list(MOVEMENTS), "movement", "amount")
    return moved.assign(name=moved.movement.map({code: _(name) for code, name in MOVEMENT_NAMES.items()}))


def waterfall_steps(month: "pd.Series[float]") -> pd.DataFrame:
    """From the MRR at a month's beginning to that at its end, in the order of MOVEMENTS.

    Columns: step, start, end, amount, kind (total, gain, loss).
    """
    low = float(month.opening_mrr)
    steps = [(_("At the beginning"), 0.0, low, low, "total")]
    for movement in MOVEMENTS:
        amount = float(month[f"{movement}_mrr"])
        if amount:
            steps.append((_(MOVEMENT_NAMES[movement]), low, low + amount, amount, "gain" if amount > 0 else "loss"))
        low += amount
    steps.append((_("At the end"), 0.0, float(month.mrr), float(month.mrr), "total"))
    return pd.DataFrame(steps, columns=["step", "start", "end", "amount", "kind"])


def funnel_steps(steps: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """Steps by name and people: step, people, share of the first step, and both in words."""
    first = steps[0][1]
    shares = [people / first if first else 0.0 for _name, people in steps]
    words = [
        f"{formats.number(people)} · {formats.percent(share)}"
        for (_name, people), share in zip(steps, shares, strict=True)
    ]
    named = pd.DataFrame(steps, columns=["step", "people"])
    return named.assign(share=shares, words=words)


def triangle(cohorts: pd.DataFrame, *, rate: str) -> tuple[pd.DataFrame, float]:
    """Rows of a retention triangle with `percent`, whole, and the highest rate after the first column.

    The first column is (nearly) all of the cohort and would make the others look alike.
    """
    later = cohorts[cohorts.number > 0]
    high = float(later[rate].max()) if not later.empty else 1.0
    return cohorts.assign(percent=(cohorts[rate] * 100).round()), high or 1.0


def sums_compared(days: pd.DataFrame, before: pd.DataFrame | None, column: str) -> tuple[float, float | None]:
    """The sum of a column, and that of the rows before, if there are any to compare with."""
    return float(days[column].sum()), None if before is None else float(before[column].sum())


def with_gaps(weeks: pd.DataFrame, week: str, name: str, value: str) -> pd.DataFrame:
    """A row for every week from the first to the last and every name, `value` missing where there was none.

    Weeks are told by their Mondays, as texts: 2026-03-02.
    """
    wide = weeks.assign(**{week: pd.to_datetime(weeks[week])}).pivot(index=week, columns=name, values=value)
    every = pd.date_range(wide.index.min(), wide.index.max(), freq="7D", name=week)
    long = wide.reindex(every).reset_index().melt(week, var_name=name, value_name=value)
    return long.assign(**{week: long[week].dt.strftime("%Y-%m-%d")})


def every_pair(pairs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """A row for every two of the tags, in their order; those that no prompt carries have no figures."""
    every = pd.MultiIndex.from_product([names, names], names=["tag_name", "other_tag_name"])
    return pairs.set_index(["tag_name", "other_tag_name"]).reindex(every).reset_index()
