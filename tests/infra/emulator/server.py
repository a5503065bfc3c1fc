"""The server: moto's, with an answer that ends an apply at once where moto has none."""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from flask import Flask, Response, request
from moto.backends import SERVICE_NAMES
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from tests.infra.emulator.authorization import DeniedError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)

_ANSWERS_KEPT = 500

_FORMS = {
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>",
    "s3": "<Error><Code>{code}</Code><Message>{message}</Message></Error>",
}
_QUERY = "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


def serve(port: int) -> None:
    """Serve until the process is stopped."""
    make_server("127.0.0.1", port, _Answers(), threaded=True, request_handler=MotoRequestHandler).serve_forever()


class _Answers:
    """Answers one request after another, and one whose answer was lost on the way with the same answer again."""

    def __init__(self) -> None:
        self._dispatcher = DomainDispatcherApplication(_app)
        # What moto keeps is not made for threads: a rule that is added twice at once was there already.
        self._one_at_a_time = Lock()
        self._given: OrderedDict[str, tuple[str, list[tuple[str, str]], list[bytes]]] = OrderedDict()

    def __call__(self, environment: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        # What is left unread when a connection is closed takes the answer with it.
        body = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
        if not environment.get("wsgi.input_terminated"):
            environment["wsgi.input"] = BytesIO(body)
        # The SDK's number of a call stays the same when it asks again.
        number = environment.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        with self._one_at_a_time:
            given = self._given.get(number) if number else None
            if given is None:
                given = self._answer(environment)
                self._given[number] = given
                if len(self._given) > _ANSWERS_KEPT:
                    self._given.popitem(last=False)
        status, headers, content = given
        start(status, headers)
        return content

    def _answer(self, environment: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], list[bytes]]:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            told.append((status, headers))
            return lambda _: None

        content = list(self._dispatcher(environment, start))
        status, headers = told[-1]
        return status, headers, content


def _app(service: SERVICE_NAMES) -> Flask:
    app = create_backend_app(service)
    app.register_error_handler(Exception, partial(_refuse, service))
    return app


def _refuse(service: str, error: Exception) -> Response | HTTPException:
    """Every client tries again for minutes on a 500: what the emulator cannot do is an error of the caller's."""
    if isinstance(error, HTTPException):
        return error
    if isinstance(error, DeniedError):
        # AWS names it so in JSON and EC2's XML; every client takes both for "denied".
        status, code, message = (
            403,
            "UnauthorizedOperation" if service == "ec2" else "AccessDeniedException",
            str(error),
        )
    else:
        status, code, message = 400, "EmulatorGap", f"The emulated {service} failed: {type(error).__name__}: {error}"
    _log.warning("%s: %s", code, message)
    if "json" in (request.content_type or ""):
        body, kind = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
    else:
        body, kind = _FORMS.get(service, _QUERY).format(code=code, message=escape(message)), "text/xml"
    return Response(body, status, content_type=kind, headers={"x-amzn-ErrorType": code})
