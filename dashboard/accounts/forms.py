"""A form at an address of its own: who is at it, and what becomes of what they send."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import anyio
from anyio.to_thread import run_sync
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.accounts.cookies import cookie_name
from dashboard.accounts.pages import Field
from dashboard.accounts.requests import client_address, is_from_ourselves, language_of, where_next
from dashboard.translation import PARAMETER, _, language, speaking
from schema.errors import PromptoryError
from schema.passwords import LONGEST, SHORTEST
from schema.repository import sessions
from schema.settings import Settings

SIGN_IN, SIGN_UP, PASSWORD = "/sign-in", "/sign-up", "/password"
MOST = {"email": 320, "name": 80, "password": LONGEST, "new_password": LONGEST, "repeated": LONGEST}
"""What forms ask for, and how many characters of it are taken."""

_PASSWORDS = {"password", "new_password", "repeated"}
# Three passwords of the longest, in Korean.
_MAX_FORM_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a form.

    `given` is what they sent, each of at most its length, without NUL and outer white space (passwords keep theirs).
    """

    settings: Settings
    client: str
    token: str
    target: str
    given: dict[str, str] = field(default_factory=dict)

    def attempt(self, account: str) -> sessions.Attempt:
        """An attempt of theirs at an account."""
        return sessions.Attempt.of(self.settings.cookie_secret.get_secret_value(), account, self.client)


class RefusedFormError(Exception):
    """A form that leads nowhere, with the sentence that its sender reads."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


Act = Callable[[Visit], Response]
Show = Callable[[Visit, str, int], Response]
"""The page with the form, with the sentence about a fault, or none, and the answer's status."""


def form_route(
    path: str, settings: Settings, limiter: anyio.CapacityLimiter, *, show: Show, act: Act, begin: Act | None = None
) -> Route:
    """The route of a form. `act` answers what was sent, `begin` who comes first: without it the form is shown."""

    def answer(act: Act, visit: Visit) -> Response:
        try:
            return act(visit)
        except RefusedFormError as refused:
            return show(visit, str(refused), refused.status)
        except (OperationalError, PromptoryError):
            return show(visit, _("The database does not answer at the moment. Please try again in a minute."), 503)

    async def endpoint(request: Request) -> Response:
        visit = Visit(
            settings,
            client_address(request, settings.proxies),
            request.cookies.get(cookie_name(settings), ""),
            where_next(request.query_params.get("next")),
        )
        with speaking(language_of(request)):
            if request.method != "POST":
                return await run_sync(answer, begin, visit) if begin else show(visit, "", 200)
            if not is_from_ourselves(request) or not _is_small(request):
                return PlainTextResponse(_("This form was not sent by a page of ours."), 403)
            visit = replace(visit, given=_given(await request.form()))
            return await run_sync(answer, act, visit, limiter=limiter)

    return Route(path, endpoint, methods=["GET", "POST"])


def begin_attempt(session: Session, attempt: sessions.Attempt) -> None:
    """Count an attempt, at once and whatever becomes of it."""
    seconds = sessions.begin_attempt(session, attempt)
    session.commit()
    if seconds:
        raise RefusedFormError(_("Too many attempts; try again in {seconds} seconds.", seconds=seconds), 429)


def new_password_field(name: str, label: str) -> Field:
    """The field for a password that somebody chooses."""
    hint = _("At least {count} characters.", count=SHORTEST)
    return Field(name, label, "password", "new-password", MOST[name], least=SHORTEST, hint=hint)


def check_new_password(password: str) -> None:
    """Refuse a password that is too short to be chosen; a form takes none that is too long."""
    if len(password) < SHORTEST:
        raise RefusedFormError(_("A password has at least {count} characters.", count=SHORTEST), 422)


def go_to(page: str) -> Response:
    """Send somebody on to a page of ours, in the language of the form."""
    if f"{PARAMETER}=" not in page:
        page = f"{page}{'&' if '?' in page else '?'}{urlencode({PARAMETER: language()})}"
    return RedirectResponse(page, status_code=303)


def _given(sent: object) -> dict[str, str]:
    values = {}
    for name, most in MOST.items():
        value = sent.get(name) if hasattr(sent, "get") else None
        text = value.replace("\0", "")[:most] if isinstance(value, str) else ""
        values[name] = text if name in _PASSWORDS else text.strip()
    return values


def _is_small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _MAX_FORM_BYTES
