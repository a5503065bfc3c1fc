"""How the data comes in: tables and their checks, the inbox, what was refused, and a refresh."""

import streamlit as st

from dashboard.imports.wording import show_notice
from dashboard.pipeline.refreshes import show_refresh
from dashboard.pipeline.tables import show_tables
from dashboard.pipeline.waiting import show_inbox, show_rejections
from dashboard.translation import _


def page() -> None:
    """A refresh first, then what there is."""
    st.title(_("Pipeline"), anchor=False)
    show_notice()
    show_refresh()
    show_tables()
    show_inbox()
    show_rejections()


page()
