"""Sign in."""

import time

import streamlit as st

from dashboard import viewer
from dashboard.components import typed

_FAILURES = "failed_sign_ins"
_BLOCKED_UNTIL = "sign_in_blocked_until"
_FREE_ATTEMPTS = 3
_LONGEST_WAIT_SECONDS = 60


def page() -> None:
    """The form; whoever is signed in already goes on to the first page."""
    if viewer.viewer_id() is not None:
        st.switch_page("app_pages/discover.py")
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("Sign in", anchor=False)
        with st.form("sign-in"):
            email = st.text_input("E-mail", max_chars=320, autocomplete="username", key="email")
            password = st.text_input(
                "Password", type="password", max_chars=200, autocomplete="current-password", key="password"
            )
            if st.form_submit_button("Sign in", type="primary"):
                _try(typed(email), password or "")


def _try(email: str, password: str) -> None:
    wait = st.session_state.get(_BLOCKED_UNTIL, 0.0) - time.monotonic()
    if wait > 0:
        st.error(f"Too many attempts; try again in {wait:.0f} seconds.")
    elif viewer.sign_in(email, password):
        st.switch_page("app_pages/discover.py")
    else:
        _count_failure()
        st.error("This e-mail address and password do not belong together.")


def _count_failure() -> None:
    failures = st.session_state.get(_FAILURES, 0) + 1
    st.session_state[_FAILURES] = failures
    if failures >= _FREE_ATTEMPTS:
        wait = min(2 ** (failures - _FREE_ATTEMPTS + 1), _LONGEST_WAIT_SECONDS)
        st.session_state[_BLOCKED_UNTIL] = time.monotonic() + wait


page()
