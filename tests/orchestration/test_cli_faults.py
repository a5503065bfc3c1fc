"""A command that breaks is reported and keeps its traceback; one that says what to do is not."""

import os
import subprocess
import sys

import pytest

from tests.support.library import Library
from tests.support.sentry import events_in, sentry_server

TEXT = "a secret recipe"


def promptory(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from orchestration.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], env=dict(os.environ), capture_output=True, text=True, check=False
    )


def test_a_defect_of_a_command_is_reported_and_an_expected_fault_is_not(
    configured: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sentry_server() as (address, came):
        monkeypatch.setenv("SENTRY_DSN", address)
        refused = promptory("recommend", "--user", "mina.park@example.com")
        unknown = promptory("search", "--no-such-option")
        configured.do("ALTER VIEW library.prompt_cards RENAME COLUMN description TO told")
        broken = promptory("search", TEXT)
    assert (refused.returncode, unknown.returncode, broken.returncode) == (1, 2, 1)
    assert refused.stderr.startswith("promptory: Nobody has")
    assert "UndefinedColumn" in broken.stderr
    [event] = events_in(came)
    assert event["tags"] == {"part": "command line"}
    assert (event["environment"], event["release"]) == ("development", "unknown")
    kinds = [one["type"] for one in event["exception"]["values"]]
    assert kinds == ["UndefinedColumn", "ProgrammingError"]
    assert TEXT not in "".join(came)
