"""The addresses /sign-in, /sign-up and /password: what leads to an account, and what becomes of it."""

import re

import anyio
from starlette.responses import Response
from starlette.routing import Route

from dashboard.accounts import password
from dashboard.accounts.cookies import set_token
from dashboard.accounts.forms import (
    MOST,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    RefusedFormError,
    Visit,
    begin_attempt,
    check_new_password,
    form_route,
    go_to,
    new_password_field,
)
from dashboard.accounts.pages import Field, form
from dashboard.translation import _
from schema.database import engine_for, viewer_session
from schema.passwords import hash_password
from schema.repository import sessions
from schema.roles import Role
from schema.settings import Settings

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# A hash takes 64 MB and a core for a while; whoever comes fifth waits.
_HASHING = 4


def account_routes(settings: Settings) -> list[Route]:
    """The routes beside Streamlit's; none where an identity provider says who people are."""
    if settings.signs_in_by_provider:
        return []
    limiter = anyio.CapacityLimiter(_HASHING)
    routes = [
        form_route(SIGN_IN, settings, limiter, show=_show_sign_in, act=_sign_in),
        form_route(PASSWORD, settings, limiter, show=password.show, act=password.change, begin=password.begin),
        password.CHANGED_ROUTE,
    ]
    if settings.registration:
        routes.append(form_route(SIGN_UP, settings, limiter, show=_show_sign_up, act=_sign_up))
    return routes


def _sign_in(visit: Visit) -> Response:
    """Sign in whose address and password these are."""
    given, attempt = visit.given, visit.attempt(visit.given["email"])
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        begin_attempt(session, attempt)
        found = sessions.authenticate(session, given["email"], given["password"])
        if found is None:
            raise RefusedFormError(_("This e-mail address and password do not belong together."), 401)
        sessions.finish_attempt(session, attempt)
        session.commit()
    return _signed_in(visit, found)


def _sign_up(visit: Visit) -> Response:
    """Make an account, and sign in to it."""
    given = visit.given
    if not _EMAIL.fullmatch(given["email"]) or not given["name"]:
        raise RefusedFormError(_("Give an e-mail address and a name."), 422)
    check_new_password(given["password"])
    # Counted by address alone, and never taken back: nobody registers many people.
    attempt = visit.attempt(f"sign-up from {visit.client}")
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        begin_attempt(session, attempt)
        hashed = hash_password(given["password"])
        found = sessions.register(session, email=given["email"], name=given["name"], password_hash=hashed)
        session.commit()
    if found is None:
        raise RefusedFormError(_("This e-mail address cannot be used. If it is yours, sign in with it."), 422)
    return _signed_in(visit, found)


def _signed_in(visit: Visit, user_id: int) -> Response:
    token = sessions.new_token()
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        sessions.begin_session(session, sessions.token_hash(token), user_id)
        session.commit()
    response = go_to(visit.target)
    set_token(response, token, visit.settings)
    return response


def _show_sign_in(visit: Visit, fault: str, status: int) -> Response:
    fields = [
        _email(visit),
        Field("password", _("Password"), "password", "current-password", MOST["password"]),
    ]
    others = {_("Make an account"): SIGN_UP} if visit.settings.registration else {}
    return form(SIGN_IN, _("Sign in"), fields, others=others, target=visit.target, fault=fault, status=status)


def _show_sign_up(visit: Visit, fault: str, status: int) -> Response:
    fields = [
        _email(visit),
        Field("name", _("Name"), "text", "name", MOST["name"], value=visit.given.get("name", "")),
        new_password_field("password", _("Password")),
    ]
    others = {_("Sign in"): SIGN_IN}
    return form(SIGN_UP, _("Make an account"), fields, others=others, target=visit.target, fault=fault, status=status)


def _email(visit: Visit) -> Field:
    return Field("email", _("E-mail"), "email", "username", MOST["email"], value=visit.given.get("email", ""))
