"""Reports of faults to Sentry, where SENTRY_DSN is set: class, places, release, deployment and a few tags, no more.

What the SDK gathers besides (messages, variables, requests, breadcrumbs, the machine's name) is left behind: an event
is written anew from what may be told of a fault.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, cast

from schema.errors import SettingsError
from schema.faults import Raised, is_expected, outline, place
from schema.settings import Settings, get_settings

if TYPE_CHECKING:
    from sentry_sdk.integrations import Integration
    from sentry_sdk.types import Event, Hint

Part = Literal["dashboard", "dagster", "command line"]

MOST_OF_A_FAULT = 5
MOST_IN_AN_HOUR = 100
# Kept of what the SDK says of an event.
_KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk")
_OUTLINE = "outline"


def report_errors(part: Part) -> None:
    """Report the faults that nobody expects of this process from now on; does nothing without SENTRY_DSN.

    Raises:
        SettingsError: SENTRY_DSN is not an address that Sentry gives.
    """
    settings = get_settings()
    if not (dsn := _dsn(settings)):
        return
    import sentry_sdk  # noqa: PLC0415 (what is not wanted need not be loaded)
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    if sentry_sdk.is_initialized():
        return
    try:
        sentry_sdk.init(
            dsn,
            release=settings.release or "unknown",
            environment=settings.deployment or settings.environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=_integrations(part),
            before_send=partial(_told, part, Ration()),
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            server_name="",
            auto_session_tracking=False,
        )
    except BadDsn:
        raise SettingsError("SENTRY_DSN is not an address that Sentry gives: https://key@host/number.") from None


def report(faults: Sequence[Raised], tags: Mapping[str, str], level: Literal["error", "warning"] = "error") -> None:
    """Report a fault that was caught, or that another process told of; nothing without `report_errors`."""
    if not _dsn(get_settings()):
        return
    import sentry_sdk  # noqa: PLC0415

    sentry_sdk.capture_event({"level": level, "tags": dict(tags)}, hint={_OUTLINE: faults})


def _dsn(settings: Settings) -> str:
    return settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else ""


class Ration:
    """So many reports an hour, of one fault and of all: a fault that comes with every request is told a few times."""

    def __init__(self) -> None:
        self._hour = 0.0
        self._sent: Counter[object] = Counter()
        self._lock = Lock()

    def allows(self, fault: object) -> bool:
        """Whether one more may be sent, which is counted then."""
        hour = time.monotonic() // 3_600
        with self._lock:
            if hour != self._hour:
                self._hour, self._sent = hour, Counter()
            if self._sent[fault] >= MOST_OF_A_FAULT or self._sent.total() >= MOST_IN_AN_HOUR:
                return False
            self._sent[fault] += 1
        return True


def _integrations(part: Part) -> "list[Integration]":
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.threading import ThreadingIntegration  # noqa: PLC0415

    ends = AtexitIntegration(callback=lambda *_: None)  # its own writes to standard error
    if part == "dagster":
        # Dagster logs a step's fault several times over, as text; `failure_sensor` reports it once.
        return [ends]
    logs = LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None)
    return [ends, ExcepthookIntegration(), ThreadingIntegration(propagate_scope=False), logs]


def _told(part: Part, ration: Ration, event: "Event", hint: "Hint") -> "Event | None":
    """The event with nothing in it but what may be told; None for what is not to be sent."""
    error = hint["exc_info"][1] if "exc_info" in hint else None
    if is_expected(error):
        return None
    faults = outline(error) if error is not None else hint.get(_OUTLINE, ())
    told: dict[str, Any] = {name: value for name, value in event.items() if name in _KEPT}
    # No tags but those that `report` was given.
    told["tags"] = {**(event["tags"] if _OUTLINE in hint else {}), "part": part}
    if faults:
        fault: object = tuple((one.kind, one.places[-1:]) for one in faults)
        told["exception"] = {"values": [_exception(one) for one in faults]}
    else:
        fault = _logged(hint.get("log_record"))
        told["logentry"] = {"message": fault}
    return cast("Event", told) if ration.allows(fault) else None


def _exception(fault: Raised) -> dict[str, Any]:
    module, _, name = fault.kind.rpartition(".")
    frames = [
        {"filename": one.file, "function": one.function, "lineno": one.line, "in_app": one.is_ours}
        for one in fault.places
    ]
    return {"type": name, "module": module or None, "stacktrace": {"frames": frames} if frames else None}


def _logged(record: logging.LogRecord | None) -> str:
    """What a log says without an exception: the name of one of our events; of a library's, where it was logged."""
    if record is None:
        return ""
    if isinstance(record.msg, dict):
        return str(record.msg.get("event"))
    return f"{record.name} at {place(record.pathname, record.lineno, record.funcName)}"
