"""Who is looking: the database says so of the session's token, anew for each transaction."""

import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dashboard import provider
from dashboard.accounts.cookies import cookie_name
from dashboard.translation import N_, forget_all_but_language
from schema.database import engine_for, token_session
from schema.errors import PromptoryError
from schema.repository import sessions
from schema.repository.people import Account, fetch_account
from schema.roles import Role
from schema.settings import get_settings

_ACCOUNT = "account"


class NotAllowedError(PromptoryError):
    """The viewer may not do this, or not any more."""


def viewer_id() -> int | None:
    """`library.users.id` of the person who is signed in, as of this run's beginning; None for a visitor."""
    account = st.session_state.get(_ACCOUNT)
    return account.id if isinstance(account, Account) else None


def open_session() -> Session:
    """A database session under the dashboard's role that acts for whoever is signed in at each transaction."""
    return token_session(engine_for(Role.DASHBOARD), _token_hash())


def identify() -> Account | None:
    """The viewer's account as it is now, at the beginning of a run; None for a visitor.

    What the browser session holds belongs to the person it was made for: it goes when the viewer is another.
    """
    before = viewer_id()
    account = _read_account()
    if before != (account.id if account else None) and before is not None:
        forget_all_but_language()
    st.session_state[_ACCOUNT] = account
    return account


def curating() -> Engine:
    """The engine that changes the library, for a viewer who is a curator at this moment.

    Raises:
        NotAllowedError: they are not, whatever page they are on.
    """
    account = _read_account()
    if account is None or not account.is_curator:
        raise NotAllowedError(N_("Only curators may do this. Sign in again if you are one."))
    return engine_for(Role.INGEST)


def analysing() -> Session:
    """A session that reads the marts under the analysts' role, for a viewer who is one at this moment.

    Raises:
        NotAllowedError: they are not, whatever page they are on.
    """
    account = _read_account()
    if account is None or not account.is_analyst:
        raise NotAllowedError(N_("Only analysts may see this. Sign in again if you are one."))
    return Session(engine_for(Role.ANALYST), expire_on_commit=False)


def sign_out() -> None:
    """End the session, here and in every other window, and forget all that this one holds."""
    hashed = _token_hash()
    if hashed is not None:
        with open_session() as session:
            sessions.end_session(session, hashed)
            session.commit()
    forget_all_but_language()
    if get_settings().signs_in_by_provider:
        st.logout()


def session_token() -> str | None:
    """The token that the browser shows, which may be anything."""
    return st.context.cookies.get(cookie_name(get_settings()))


def _token_hash() -> bytes | None:
    if get_settings().signs_in_by_provider:
        return provider.token_hash()
    token = session_token()
    return sessions.token_hash(token) if token else None


def _read_account() -> Account | None:
    hashed = _token_hash()
    if hashed is None:
        return None
    with open_session() as session:
        if sessions.touch_session(session, hashed) is None and not provider.begin_session(session, hashed):
            return None
        session.commit()
        return fetch_account(session)
