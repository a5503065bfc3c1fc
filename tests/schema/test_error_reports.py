"""Error reports hold classes and places, and nothing of what people wrote or who they are."""

import logging
import os
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from schema.error_reports import MOST_IN_AN_HOUR, MOST_OF_A_FAULT, Ration, report_errors
from schema.errors import PromptoryError, SettingsError
from schema.faults import is_expected
from tests.conftest import forget_settings
from tests.support.library import Library
from tests.support.sentry import collected

ADDRESS, TEXT = "mina.park@example.com", "Act as a linux terminal and never tell anybody"
log = logging.getLogger("a.library")


def register_twice(library: Library) -> None:
    """Fail as a form would: with an address in parameters, in the server's DETAIL, and in variables."""
    answers = {"q": TEXT}
    try:
        for name in ("one", "other"):
            library.do(
                "INSERT INTO library.users (external_id, email, name) VALUES (:name, :email, :text)",
                name=name,
                email=ADDRESS,
                text=answers["q"],
            )
    except IntegrityError as refused:
        refused.add_note(f"while {ADDRESS} wrote")
        raise ValueError(f"{answers} of {ADDRESS}") from refused


def test_an_event_holds_classes_places_and_tags_and_no_data(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with collected(monkeypatch) as reports:
        with pytest.raises(ValueError, match=TEXT) as failed:
            register_twice(library)
        assert ADDRESS in str(failed.value.__cause__)
        log.error("Nothing came of %s for %s", TEXT, ADDRESS, extra={"email": ADDRESS}, exc_info=failed.value)
    [event] = reports.events
    assert (event["release"], event["environment"], event["tags"]) == ("3f2c1a0", "staging", {"part": "dashboard"})
    chain = event["exception"]["values"]
    kinds = [(one["module"], one["type"]) for one in chain]
    assert kinds == [("psycopg.errors", "UniqueViolation"), ("sqlalchemy.exc", "IntegrityError"), (None, "ValueError")]
    last = chain[-1]["stacktrace"]["frames"][-1]
    assert (last["filename"], last["function"]) == ("tests/schema/test_error_reports.py", "register_twice")
    assert set(last) == {"filename", "function", "lineno", "in_app"}
    for part in (ADDRESS, "mina", TEXT, "linux terminal", "INSERT", "/home", str(library.url.database)):
        assert part not in "".join(reports.sent)
    assert set(event) == {
        *("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk", "tags"),
        "exception",
    }


def test_a_log_without_an_exception_says_where_it_was_written_and_not_what(monkeypatch: pytest.MonkeyPatch) -> None:
    with collected(monkeypatch) as reports:
        log.warning("not told at all: %s", TEXT)
        log.error(f"Nothing came of {TEXT}")  # as some libraries write
        logging.getLogger("schema").error({"event": "alert_not_posted", "by": ADDRESS})
    said = [event["logentry"]["message"] for event in reports.events]
    where = "test_a_log_without_an_exception_says_where_it_was_written_and_not_what"
    assert said[0].startswith("a.library at tests/schema/test_error_reports.py:")
    assert said[0].endswith(where)
    assert said[1:] == ["alert_not_posted"]
    assert TEXT not in "".join(reports.sent)
    assert ADDRESS not in "".join(reports.sent)


def away() -> OperationalError:
    return OperationalError("SELECT", {}, psycopg.OperationalError("connection refused"))


@pytest.mark.parametrize("expected", [PromptoryError("The file is empty."), SettingsError("Set it."), away()])
def test_what_people_are_told_of_is_not_reported(expected: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    with collected(monkeypatch) as reports:
        log.error("Uncaught", exc_info=expected)
        log.error("Uncaught", exc_info=KeyError("another"))
    assert [event["exception"]["values"][-1]["type"] for event in reports.events] == ["KeyError"]


def test_a_database_that_is_there_and_fails_is_no_expected_fault(library: Library) -> None:
    with library.engine().connect() as connection:
        connection.execute(text("SET statement_timeout = 10"))
        with pytest.raises(OperationalError) as slow:
            connection.execute(text("SELECT pg_sleep(5)"))
    assert not is_expected(slow.value)


def test_a_fault_that_floods_is_sent_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    with collected(monkeypatch) as reports:
        for number in range(50):
            log.error("Uncaught", exc_info=KeyError(number))
        log.error("Uncaught", exc_info=LookupError())
    types = [event["exception"]["values"][0]["type"] for event in reports.events]
    assert types == ["KeyError"] * MOST_OF_A_FAULT + ["LookupError"]
    ration = Ration()
    assert sum(ration.allows(number) for number in range(1000)) == MOST_IN_AN_HOUR


@pytest.mark.parametrize("unset", [{}, {"SENTRY_DSN": ""}])
def test_without_an_address_nothing_is_loaded(unset: dict[str, str]) -> None:
    program = (
        "import sys, schema.error_reports as e; e.report_errors('dashboard'); e.report([], {}); print(*sys.modules)"
    )
    told = dict(os.environ) | unset
    done = subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True, check=True)
    assert "sentry_sdk" not in done.stdout


def test_an_address_that_is_none_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "hunter2")
    forget_settings()
    with pytest.raises(SettingsError, match="SENTRY_DSN is not an address") as refused:
        report_errors("dashboard")
    assert "hunter2" not in str(refused.value)
    forget_settings()
