"""People whom an identity provider knows (OIDC, through `st.login`): who they are here, by their verified address."""

import streamlit as st
from sqlalchemy.orm import Session

from schema.repository import sessions
from schema.repository.people import find_user_id
from schema.settings import get_settings


def token_hash() -> bytes | None:
    """What the database knows this sign-in at the provider by; None for a visitor.

    Streamlit keeps the provider's word in a signed cookie for 30 days. The database ends a session sooner, and one that
    has ended stays so: the same word opens none.
    """
    if not st.user.is_logged_in:
        return None
    said = (st.user.get(name) for name in ("iss", "sub", "aud", "iat", "nonce"))
    return sessions.token_hash("\n".join(map(str, said)))


def begin_session(session: Session, hashed: bytes) -> bool:
    """Open the session of somebody who comes from the provider for the first time; whether there is one now."""
    if not get_settings().signs_in_by_provider or st.user.get("email_verified") is not True:
        return False
    email = str(st.user.get("email") or "").strip()
    user_id = find_user_id(session, email) if email else None
    if user_id is None and email and get_settings().registration:
        name = str(st.user.get("name") or "").strip()[:80] or email.partition("@")[0]
        user_id = sessions.register(session, email=email, name=name, password_hash=None)
    if user_id is None:
        return False
    sessions.begin_session(session, hashed, user_id)
    return sessions.touch_session(session, hashed) is not None
