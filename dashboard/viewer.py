"""Who is looking: the browser session holds their id only, everything else is read anew on each run."""

import streamlit as st
from sqlalchemy.orm import Session

from schema.database import engine_for, viewer_session
from schema.repository.people import Account, authenticate, fetch_account
from schema.roles import Role

_VIEWER = "viewer_id"


def viewer_id() -> int | None:
    """`library.users.id` of the person who is signed in; None for a visitor."""
    found = st.session_state.get(_VIEWER)
    return found if isinstance(found, int) else None


def open_session() -> Session:
    """A database session under the dashboard's role that acts for the viewer."""
    return viewer_session(engine_for(Role.DASHBOARD), viewer_id())


def current_account() -> Account | None:
    """The viewer's account as it is now; forgets a viewer whose account is gone."""
    if viewer_id() is None:
        return None
    with open_session() as session:
        account = fetch_account(session)
    if account is None:
        sign_out()
    return account


def sign_in(email: str, password: str) -> bool:
    """Sign in; False where e-mail address and password do not belong together."""
    with open_session() as session:
        found = authenticate(session, email, password)
    if found is None:
        return False
    st.session_state.clear()
    st.session_state[_VIEWER] = found
    return True


def sign_out() -> None:
    """Forget the viewer and all that their session holds."""
    st.session_state.clear()
