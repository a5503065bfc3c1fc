"""What a request says of itself, and how far that is to be believed."""

import re
from urllib.parse import urlsplit

from starlette.requests import Request

from dashboard.translation import DEFAULT, LANGUAGES, PARAMETER, known

# A page of ours and its query: one slash, for two would name a host.
_LOCAL = re.compile(r"/(?![/\\])[\w\-./]*(\?[\w\-.~%&=+,:]*)?", re.ASCII)
_MAX_ADDRESS = 2000


def is_from_ourselves(request: Request) -> bool:
    """Whether a form was sent by a page of this site, as browsers say since 2020."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def client_address(request: Request, proxies: int) -> str:
    """Where a request comes from. Only what our own proxies have added to X-Forwarded-For is believed."""
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return request.client.host if request.client else ""


def where_next(target: str | None) -> str:
    """The page of ours to go on to; the first page where `target` is none of ours."""
    if target and len(target) <= _MAX_ADDRESS and _LOCAL.fullmatch(target):
        return target
    return "/"


def language_of(request: Request) -> str:
    """The language that the address names, or that the browser likes best."""
    asked = request.query_params.get(PARAMETER)
    if asked:
        return known(asked)
    for part in request.headers.get("accept-language", "").split(","):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return DEFAULT
