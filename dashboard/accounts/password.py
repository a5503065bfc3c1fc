"""The address /password, where people who are signed in change their password."""

from dataclasses import replace
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.accounts.forms import (
    MOST,
    PASSWORD,
    SIGN_IN,
    RefusedFormError,
    Visit,
    begin_attempt,
    check_new_password,
    go_to,
    new_password_field,
)
from dashboard.accounts.pages import Field, form, notice
from dashboard.accounts.requests import language_of
from dashboard.translation import _, speaking
from schema.database import engine_for, token_session
from schema.passwords import hash_password
from schema.repository import sessions
from schema.repository.people import fetch_account
from schema.roles import Role

CHANGED = f"{PASSWORD}/changed"


def begin(visit: Visit) -> Response:
    """Show the form to whoever is signed in, and the way in to everybody else."""
    with _session(visit) as session:
        account = fetch_account(session)
    if account is None:
        return _way_in()
    return show(replace(visit, given={"email": account.email or ""}), "", 200)


def change(visit: Visit) -> Response:
    """Change your password of whose session it is, and end their other sessions."""
    given = visit.given
    check_new_password(given["new_password"])
    if given["new_password"] != given["repeated"]:
        raise RefusedFormError(_("The new password is not the same both times."), 422)
    with _session(visit) as session:
        account = fetch_account(session)
        if account is None or account.email is None:
            return _way_in()
        attempt = visit.attempt(account.email)
        begin_attempt(session, attempt)
        if sessions.authenticate(session, account.email, given["password"]) != account.id:
            raise RefusedFormError(_("This is not your current password."), 401)
        sessions.finish_attempt(session, attempt)
        hashed = hash_password(given["new_password"])
        if not sessions.change_password(session, sessions.token_hash(visit.token), hashed):
            return _way_in()
        session.commit()
    return go_to(CHANGED)


def show(visit: Visit, fault: str, status: int) -> Response:
    """The form; whose password it is cannot be chosen, but browsers keep it under that address."""
    email = visit.given.get("email", "")
    fields = [
        Field("email", _("E-mail"), "email", "username", MOST["email"], value=email, is_fixed=True),
        Field("password", _("Current password"), "password", "current-password", MOST["password"]),
        new_password_field("new_password", _("New password")),
        Field("repeated", _("New password, once more"), "password", "new-password", MOST["repeated"]),
    ]
    return form(PASSWORD, _("Change your password"), fields, others={}, target=visit.target, fault=fault, status=status)


async def _changed(request: Request) -> Response:
    with speaking(language_of(request)):
        said = _("Wherever else you were signed in, you are signed out.")
        return notice(CHANGED, _("Your password is changed"), said)


def _session(visit: Visit) -> Session:
    """A session that acts for whoever shows the token."""
    return token_session(engine_for(Role.DASHBOARD), sessions.token_hash(visit.token))


def _way_in() -> Response:
    return go_to(f"{SIGN_IN}?{urlencode({'next': PASSWORD})}")


CHANGED_ROUTE = Route(CHANGED, _changed)
