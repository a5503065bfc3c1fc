"""The addresses /sign-in and /sign-up: a form, and what becomes of it."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import anyio
from anyio.to_thread import run_sync
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.accounts.cookies import set_token
from dashboard.accounts.pages import Field, form
from dashboard.accounts.requests import client_address, is_from_ourselves, language_of, where_next
from dashboard.translation import PARAMETER, _, language, speaking
from schema.database import engine_for, viewer_session
from schema.errors import PromptoryError
from schema.passwords import hash_password
from schema.repository import sessions
from schema.roles import Role
from schema.settings import Settings

SIGN_IN, SIGN_UP = "/sign-in", "/sign-up"
SHORTEST_PASSWORD = 10
_LONGEST = {"email": 320, "name": 80, "password": 200}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MAX_FORM_BYTES = 4096
# A hash takes 64 MB and a core for a while; whoever comes fifth waits.
_HASHING = 4

Given = dict[str, str]
"""A form's values, each of at most its length, without NUL and outer white space (passwords keep theirs)."""


class RefusedFormError(Exception):
    """A form that leads nowhere, with the sentence that its sender reads."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def account_routes(settings: Settings) -> list[Route]:
    """The routes beside Streamlit's; none where an identity provider says who people are."""
    if settings.signs_in_by_provider:
        return []
    limiter = anyio.CapacityLimiter(_HASHING)
    routes = [_route(SIGN_IN, _sign_in, settings, limiter)]
    if settings.registration:
        routes.append(_route(SIGN_UP, _sign_up, settings, limiter))
    return routes


def _route(
    path: str, work: Callable[[Given, str, Settings], int], settings: Settings, limiter: anyio.CapacityLimiter
) -> Route:
    def answer(given: Given, address: str, target: str) -> Response:
        try:
            token = _begin(work(given, address, settings))
        except RefusedFormError as refused:
            return _form(path, settings, target, given, str(refused), refused.status)
        except (OperationalError, PromptoryError):
            sentence = _("The database does not answer at the moment. Please try again in a minute.")
            return _form(path, settings, target, given, sentence, 503)
        response = RedirectResponse(_in_language(target), status_code=303)
        set_token(response, token, settings)
        return response

    async def endpoint(request: Request) -> Response:
        target = where_next(request.query_params.get("next"))
        with speaking(language_of(request)):
            if request.method != "POST":
                return _form(path, settings, target, {}, "", 200)
            if not is_from_ourselves(request) or not _is_small(request):
                return PlainTextResponse(_("This form was not sent by a page of ours."), 403)
            given = _given(await request.form())
            return await run_sync(answer, given, client_address(request, settings.proxies), target, limiter=limiter)

    return Route(path, endpoint, methods=["GET", "POST"])


def _sign_in(given: Given, address: str, settings: Settings) -> int:
    """The id of whose address and password these are."""
    attempt = sessions.Attempt.of(settings.cookie_secret.get_secret_value(), given["email"], address)
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        _begin_attempt(session, attempt)
        found = sessions.authenticate(session, given["email"], given["password"])
        if found is None:
            raise RefusedFormError(_("This e-mail address and password do not belong together."), 401)
        sessions.finish_attempt(session, attempt)
        session.commit()
    return found


def _sign_up(given: Given, address: str, settings: Settings) -> int:
    """The id of a new account."""
    if not _EMAIL.fullmatch(given["email"]) or not given["name"]:
        raise RefusedFormError(_("Give an e-mail address and a name."), 422)
    if len(given["password"]) < SHORTEST_PASSWORD:
        raise RefusedFormError(_("A password has at least {count} characters.", count=SHORTEST_PASSWORD), 422)
    # Counted by address alone, and never taken back: nobody registers many people.
    attempt = sessions.Attempt.of(settings.cookie_secret.get_secret_value(), f"sign-up from {address}", address)
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        _begin_attempt(session, attempt)
        hashed = hash_password(given["password"])
        found = sessions.register(session, email=given["email"], name=given["name"], password_hash=hashed)
        session.commit()
    if found is None:
        raise RefusedFormError(_("This e-mail address cannot be used. If it is yours, sign in with it."), 422)
    return found


def _begin_attempt(session: Session, attempt: sessions.Attempt) -> None:
    """Count an attempt, at once and whatever becomes of it."""
    seconds = sessions.begin_attempt(session, attempt)
    session.commit()
    if seconds:
        raise RefusedFormError(_("Too many attempts; try again in {seconds} seconds.", seconds=seconds), 429)


def _begin(user_id: int) -> str:
    token = sessions.new_token()
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        sessions.begin_session(session, sessions.token_hash(token), user_id)
        session.commit()
    return token


def _form(path: str, settings: Settings, target: str, given: Given, fault: str, status: int) -> Response:
    is_new = path == SIGN_UP
    fields = [Field("email", _("E-mail"), "email", "username", _LONGEST["email"], value=given.get("email", ""))]
    if is_new:
        fields.append(Field("name", _("Name"), "text", "name", _LONGEST["name"], value=given.get("name", "")))
    fields.append(
        Field(
            "password",
            _("Password"),
            "password",
            "new-password" if is_new else "current-password",
            _LONGEST["password"],
            least=SHORTEST_PASSWORD if is_new else 1,
            hint=_("At least {count} characters.", count=SHORTEST_PASSWORD) if is_new else "",
        )
    )
    others = {_("Sign in"): SIGN_IN} if is_new else {_("Make an account"): SIGN_UP} if settings.registration else {}
    title = _("Make an account") if is_new else _("Sign in")
    return form(path, title=title, fields=fields, others=others, target=target, fault=fault, status=status)


def _given(sent: object) -> Given:
    values = {}
    for name, most in _LONGEST.items():
        value = sent.get(name) if hasattr(sent, "get") else None
        text = value.replace("\0", "")[:most] if isinstance(value, str) else ""
        values[name] = text if name == "password" else text.strip()
    return values


def _is_small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _MAX_FORM_BYTES


def _in_language(target: str) -> str:
    """A page of ours in the language of the form."""
    if f"{PARAMETER}=" in target:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode({PARAMETER: language()})}"
