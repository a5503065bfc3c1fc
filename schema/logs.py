"""Logs: one JSON line an event on standard error; never a prompt's text, an address or a password."""

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

from schema.faults import Raised, outline
from schema.lines import write_line
from schema.settings import Settings

# At INFO they say with each connection where they found their keys.
_TALKATIVE = ("aiobotocore", "botocore")


def configure_logs(settings: Settings, tell: Sequence[Processor] = ()) -> None:
    """Set up the process's logs once, at its start.

    In production the lines of all libraries become JSON, too; `tell` are processors that know what they say.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    wrapper = structlog.make_filtering_bound_logger(level)
    if settings.environment == "production":
        structlog.configure(
            processors=[structlog.contextvars.merge_contextvars, ProcessorFormatter.wrap_for_formatter],
            wrapper_class=wrapper,
            logger_factory=structlog.stdlib.LoggerFactory(),  # which chooses a class of loggers, before we do
        )
        _take_over(level, tell)
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=wrapper,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Terminal(logging.Handler):
    """Writes to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            write_line(self.format(record))
        except Exception as error:  # as with the library's handlers, a line must not stop the program
            told = {"level": "error", "logger": record.name, "event": "line_not_written", "fault": type(error).__name__}
            write_line(json.dumps({"time": _moment(record)} | told))


class _RootedLogger(logging.Logger):
    """A logger whose lines go to the root's handler instead of those for the terminal that libraries add to it."""

    def __init__(self, name: str, level: int = logging.NOTSET) -> None:
        self._propagates = True
        self._is_for_terminal = False
        super().__init__(name, level)
        self.parent = logging.root

    @property
    def propagate(self) -> bool:
        """Whether lines go on to the root; not those of a logger that was made silent."""
        return self._propagates or self._is_for_terminal

    @propagate.setter
    def propagate(self, value: bool) -> None:
        self._propagates = value

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 (the library's name)
        """Add a handler that writes elsewhere, such as Dagster's to its event log."""
        if _is_for_terminal(hdlr):
            self._is_for_terminal = True
        else:
            super().addHandler(hdlr)


def _is_for_terminal(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)


def _take_over(level: int, tell: Sequence[Processor]) -> None:
    """Let every logger, there or to come, write through one handler."""
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    formatter = ProcessorFormatter(processors=[*tell, _line, as_json])
    handler = _Terminal(level)
    # Of loggers that were made silent what is serious is written, as the library does; not who asked for which page.
    logging.lastResort = _Terminal(logging.WARNING)
    for one in (handler, logging.lastResort):
        one.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(capture=True)
    if level > logging.DEBUG:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.setLoggerClass(_RootedLogger)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            for former in [one for one in logger.handlers if _is_for_terminal(one)]:
                logger.removeHandler(former)
                logger.propagate = True


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The line's order, and of an exception what may be told of it."""
    record: logging.LogRecord = event.pop("_record")
    del event["_from_structlog"]
    error = _error(event.pop("exc_info", None))
    told: dict[str, Any] = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name, **event}
    if error is not None:
        told["exception"] = [told_of(one) for one in outline(error)]
    return told


def told_of(fault: Raised) -> dict[str, Any]:
    """An exception as it stands in a line."""
    return {"class": fault.kind, "at": [str(place) for place in fault.places]}


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat()


def _error(given: object) -> BaseException | None:
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    if isinstance(given, BaseException):
        return given
    return sys.exc_info()[1] if given else None
