"""Error reports as they would be sent: collected in this process, or by a server that other processes send to."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from schema.error_reports import Part, report_errors
from tests.conftest import forget_settings
from tests.support.servers import http_server


class Collector(Transport):
    """Takes the place of what sends; `sent` are envelopes as they would go over the line."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Keep an envelope."""
        self.sent.append(envelope.serialize().decode())

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that were sent."""
        return events_in(self.sent)


@contextmanager
def collected(patch: pytest.MonkeyPatch, part: Part = "dashboard") -> Iterator[Collector]:
    """What this process reports as a part of a deployment."""
    patch.setenv("SENTRY_DSN", "https://key@sentry.example/1")
    patch.setenv("PROMPTORY_DEPLOYMENT", "staging")
    patch.setenv("PROMPTORY_RELEASE", "3f2c1a0")
    forget_settings()
    report_errors(part)
    client = sentry_sdk.get_client()
    collector = client.transport = Collector()
    try:
        yield collector
    finally:
        client.close()
        sentry_sdk.get_global_scope().set_client(None)
        forget_settings()


@contextmanager
def sentry_server() -> Iterator[tuple[str, list[str]]]:
    """The address to report to, and the envelopes that came."""
    came: list[str] = []

    class Sentry(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body).decode())
            self.send_response(200)
            self.end_headers()

    with http_server(Sentry) as address:
        yield f"{address.replace('://', '://key@')}/1", came


def events_in(envelopes: list[str]) -> list[dict[str, Any]]:
    """The events of envelopes."""
    return [json.loads(line) for one in envelopes for line in one.splitlines() if '"platform"' in line]
