"""What a whole page is about: a period and a segment, which stand in the address."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import streamlit as st

from dashboard.components import choose, from_address, keep_in_address
from dashboard.translation import N_, _

DAYS = {7: N_("7 days"), 30: N_("30 days"), 90: N_("90 days"), 365: N_("1 year")}
ALL_TIME = 0
"""The length of a period that reaches back as far as the figures do."""
WEEKS = {4: N_("4 weeks"), 13: N_("13 weeks"), 26: N_("26 weeks"), 52: N_("52 weeks")}
_ANY = "any"
_ACCESS = {_ANY: N_("Free and Pro"), "FREE": N_("Free"), "PRO": N_("Pro")}
_TYPES = {_ANY: N_("All types"), "LLM": N_("Text"), "IMAGE": N_("Image")}


def choose_days(default: int = 30, *, or_all: bool = False) -> int:
    """The length of the page's period, in days; ALL_TIME may be chosen where `or_all`."""
    lengths = DAYS | {ALL_TIME: N_("All time")} if or_all else DAYS
    return choose(_("Period"), lengths, default, key="period")


def choose_weeks(default: int = 13) -> int:
    """The length of the page's period, in weeks."""
    return choose(_("Period"), WEEKS, default, key="weeks")


def choose_prompts() -> tuple[str | None, str | None]:
    """Which prompts a page is about: their access and agent type, None for any."""
    access, kind = choose(_("Access"), _ACCESS, _ANY, key="tier"), choose(_("Type"), _TYPES, _ANY, key="kind")
    return (None if access == _ANY else access, None if kind == _ANY else kind)


def pick(label: str, options: Sequence[str], default: str, *, key: str, name: Callable[[str], str]) -> str:
    """One of many, called by `name`; the address keeps the choice."""
    from_address(key, options)
    if st.session_state.get(key) not in options:
        st.session_state[key] = default
    chosen = st.selectbox(label, options, format_func=name, key=key)
    keep_in_address(key, None if chosen == default else chosen)
    return chosen


def pick_several(
    label: str, options: Sequence[str], default: list[str], *, key: str, most: int, hint: str
) -> list[str]:
    """At most `most` of many; the address keeps the choice, none included."""
    if key not in st.session_state:
        named = st.query_params.get_all(key)
        st.session_state[key] = [one for one in named if one in options][:most] if named else default
    st.session_state[key] = [one for one in st.session_state[key] if one in options]
    chosen = st.multiselect(label, options, max_selections=most, key=key, placeholder=hint)
    if chosen == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen or [""]
    return chosen


def first_day(last_day: date, length: int) -> date:
    """The first of `length` days that end with `last_day`."""
    return last_day - timedelta(days=length - 1)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
