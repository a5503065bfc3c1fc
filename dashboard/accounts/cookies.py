"""The cookie that holds a session's token. No script can read it, and no other site's page can send it."""

from starlette.responses import Response

from schema.settings import Settings


def cookie_name(settings: Settings) -> str:
    """The cookie's name; in production its prefix lets a browser take it over TLS and from this host only."""
    return "__Host-promptory_session" if settings.environment == "production" else "promptory_session"


def set_token(response: Response, token: str, settings: Settings) -> None:
    """Hand out a token, for as long as the browser is open; the database ends the session before, if it idles."""
    response.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=settings.environment == "production",
    )
