"""Tags to offer in a filter."""

from datetime import timedelta

import streamlit as st

from schema.database import engine_for, viewer_session
from schema.repository.metrics import last_tag_day, tag_days
from schema.repository.warehouse import WarehouseNotBuiltError
from schema.roles import Role

_DAYS = 30


@st.cache_data(ttl=300, max_entries=1, show_spinner=False)
def recent_tags() -> list[str]:
    """Tags of the last 30 days, most viewed first; the same for every viewer, as tags are public."""
    try:
        with viewer_session(engine_for(Role.DASHBOARD), None) as session:
            last_day = last_tag_day(session)
            days = tag_days(session, last_day - timedelta(days=_DAYS - 1), last_day) if last_day else None
    except WarehouseNotBuiltError:
        return []
    if days is None:
        return []
    return [str(tag) for tag in days.groupby("tag_name")["views"].sum().sort_values(ascending=False).index]
