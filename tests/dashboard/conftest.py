"""AppTest drives a script without a browser: its cookie is told another way."""

import pytest
import streamlit as st

from dashboard import viewer
from tests.dashboard.driver import COOKIE


@pytest.fixture(autouse=True)
def browser_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "session_token", lambda: st.secrets.get(COOKIE))
