"""A running dashboard, and plain HTTP to it."""

import http.client
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from orchestration.serve import dashboard_server, running
from schema.settings import Settings
from tests.support.servers import free_port


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names are in small letters."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Site:
    """The address of a dashboard."""

    url: str

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a request."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, values: dict[str, str], **headers: str) -> Answer:
        """The answer to a form as a browser sends it from the site's own page."""
        own = {"Origin": self.url, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(values), own | headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        connection.request(method, path, body, headers)
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, found.read().decode(), named)


@contextmanager
def served(port: int | None = None, **settings: str) -> Iterator[Site]:
    """A dashboard over the library that the environment names; `settings` are PROMPTORY_ variables in small letters."""
    told = {f"PROMPTORY_{name.upper()}": value for name, value in settings.items()}
    chosen = Settings(dashboard_port=port or free_port())
    with running([dashboard_server(chosen, dict(os.environ) | told)]):
        yield Site(f"http://127.0.0.1:{chosen.dashboard_port}")
