"""Numbers, amounts, days and moments as the reader's language writes them."""

from datetime import date, datetime

import pandas as pd
from babel import dates, numbers

from dashboard.translation import _, language

NOTHING = "–"


def number(value: float) -> str:
    """A whole number, grouped; a dash for a missing one."""
    return NOTHING if pd.isna(value) else str(numbers.format_decimal(round(value), locale=language()))


def decimal(value: float, places: int) -> str:
    """A number with so many places."""
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return NOTHING if pd.isna(value) else str(numbers.format_decimal(value, format=pattern, locale=language()))


def percent(share: float, *, signed: bool = False) -> str:
    """A share as a percentage with one place, with its sign where `signed`."""
    pattern = "+#,##0.0%;-#,##0.0%" if signed else "#,##0.0%"
    return str(numbers.format_percent(share, format=pattern, locale=language()))


def money(amount: float, currency: str) -> str:
    """An amount with its currency: US$ are `$` in English."""
    return NOTHING if pd.isna(amount) else str(numbers.format_currency(amount, currency, locale=language()))


def day(value: date) -> str:
    """A day in words: 31 March 2026."""
    return str(dates.format_date(value, format="long", locale=_locale()))


def moment(value: datetime) -> str:
    """A moment to the minute, in UTC."""
    return _("{day}, {time} UTC", day=day(value), time=_time(value))


def short_moment(value: datetime) -> str:
    """A moment to the minute where there is little room: 23 Nov, 00:33."""
    day = dates.format_skeleton("MMMd", value, locale=_locale())
    return f"{day}, {_time(value)}"


def chart_day() -> str:
    """How the axis of a chart writes a day, for D3."""
    return _("%b %-d")


def _time(value: datetime) -> str:
    return str(dates.format_time(value, format="HH:mm", locale=_locale()))


def _locale() -> str:
    # Days before months, as the rest of the world writes them.
    return {"en": "en_GB"}.get(language(), language())
