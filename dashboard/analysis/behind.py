"""The people behind a movement of revenue: from a figure or a bar to the rows it is made of."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import formats
from dashboard.analysis.pickers import pick
from dashboard.analysis.plots import PICKED
from dashboard.analysis.show import heading, rows
from dashboard.analysis.workings import MOVEMENT_NAMES
from dashboard.charts import Chart
from dashboard.components import choose, plain
from dashboard.definitions import definition
from dashboard.translation import _, ngettext
from schema.repository.revenue import people_behind

_MODEL = "subscription_movements"
_MONTH, _MOVEMENT, _CHART = "month", "movement", "movements-chart"
_CURRENCY = "USD"
_MOST = 500


def turn_to(movement: str, month: str | None = None) -> None:
    """Show the people behind a movement from the next run on; of the month that is chosen, or of another."""
    st.session_state[_MOVEMENT] = movement
    if month is not None:
        st.session_state[_MONTH] = month


def clickable(drawn: Chart, told: str) -> None:
    """A chart of movements by month, whose bars lead to the people behind them."""
    st.altair_chart(
        drawn,
        width="stretch",
        alt=told,
        key=_CHART,
        on_select=_turn_to_click,
        selection_mode=PICKED,
    )


def _turn_to_click() -> None:
    clicked: list[dict[str, Any]] = st.session_state[_CHART].selection.get(PICKED, [])
    if clicked and clicked[0]["movement"] in MOVEMENT_NAMES:
        turn_to(clicked[0]["movement"], clicked[0]["month"])
        st.toast(_("The people behind it are listed above."))


def show(session: Session, months: list[str]) -> str:
    """Let the viewer pick a month and a movement, and list who is behind it; returns the month, as 2026-03."""
    heading(_("The people behind a movement"), definition(_MODEL, "movement"))
    month = pick(_("Month"), months[::-1], months[-1], key=_MONTH, name=str)
    movement = choose(_("Movement"), MOVEMENT_NAMES, "churn", key=_MOVEMENT)
    first = date.fromisoformat(f"{month}-01")
    last = (pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date()
    found = people_behind(session, movement, first, last, take=_MOST)
    if found.empty:
        st.info(_("Nobody in {month}.", month=month))
        return month
    amount = formats.money(found.mrr_change.sum(), _CURRENCY)
    st.caption(
        ngettext(
            "{count} movement in {month}: {amount}",
            "{count} movements in {month}: {amount}",
            len(found),
            month=month,
            amount=plain(amount),
        )
    )
    _table(found, f"{movement}-{month}")
    return month


def _table(found: pd.DataFrame, name: str) -> None:
    number, text, day = st.column_config.NumberColumn, st.column_config.TextColumn, st.column_config.DateColumn
    columns = {
        "user_id": number(_("Person"), format="%d", help=definition(_MODEL, "user_id")),
        "movement_date": day(_("Day"), help=definition(_MODEL, "movement_date")),
        "plan_before": text(_("Plan before"), help=definition(_MODEL, "plan_before")),
        "plan": text(_("Plan since"), help=definition(_MODEL, "plan")),
        "mrr_before": number(_("MRR before"), format="%.2f", help=definition(_MODEL, "mrr_before")),
        "mrr_change": number(_("Change of MRR"), format="%+.2f", help=definition(_MODEL, "mrr_change")),
        "mrr": number(_("MRR since"), format="%.2f", help=definition(_MODEL, "mrr")),
        "first_paid_on": day(_("First paid"), help=definition(_MODEL, "first_paid_on")),
        "days_since_first_paid": number(_("Days since"), help=definition(_MODEL, "days_since_first_paid")),
    }
    rows(found.fillna({"plan_before": formats.NOTHING, "plan": formats.NOTHING}), columns, name=f"people-{name}")
