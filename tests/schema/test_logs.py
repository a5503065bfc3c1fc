"""What a process logs in production: JSON lines, whoever writes them, without messages of exceptions."""

import json
import os
import subprocess
import sys
from typing import Any

PRODUCTION = {
    "PROMPTORY_ENVIRONMENT": "production",
    "PROMPTORY_LOG_LEVEL": "INFO",
    "PROMPTORY_COOKIE_SECRET": "ours",
    "PROMPTORY_PSEUDONYM_KEY": "ours",
}
PROGRAM = """
import logging, sys, warnings
early = logging.getLogger("early")
early.addHandler(logging.StreamHandler())
early.propagate = False

import structlog
from schema.logs import configure_logs
from schema.settings import get_settings
configure_logs(get_settings())

structlog.get_logger("ours").info("file_loaded", inserted=3, path="사용자.csv")
structlog.get_logger("ours").debug("too_much")
early.warning("in two\\nlines of %s", 2)
late = logging.getLogger("late")
late.addHandler(logging.StreamHandler(sys.stdout))
late.propagate = False
try:
    raise KeyError("mina.park@example.com")
except KeyError:
    late.exception("Uncaught app execution")
warnings.warn("An old way")
logging.getLogger("late").info("said once")
silent = logging.getLogger("silent")
silent.propagate = False
silent.info("never")
silent.error("still said")
"""


def run(program: str, **environment: str) -> tuple[str, list[dict[str, Any]]]:
    """Standard output, and the lines of standard error, each as JSON."""
    command = [sys.executable, "-c", program]
    told = dict(os.environ) | {"PROMPTORY_DATABASE_URL": "postgresql://reader:word@db/library"} | environment
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout, [json.loads(line) for line in done.stderr.splitlines()]


def test_in_production_every_logger_writes_json_lines() -> None:
    out, lines = run(PROGRAM, **PRODUCTION)
    assert out == ""
    said = [(line["level"], line["logger"], line["event"].partition("\n")[0]) for line in lines]
    assert said[:3] == [
        ("info", "ours", "file_loaded"),
        ("warning", "early", "in two"),
        ("error", "late", "Uncaught app execution"),
    ]
    assert (said[3][:2], said[4:]) == (
        ("warning", "py.warnings"),
        [("info", "late", "said once"), ("error", "silent", "still said")],
    )
    assert (lines[0]["inserted"], lines[0]["path"]) == (3, "사용자.csv")
    assert all(line["time"].endswith("+00:00") for line in lines)
    assert lines[2]["exception"] == [{"class": "KeyError", "at": ["<string>:19 <module>"]}]
    assert "mina" not in json.dumps(lines)


def test_on_a_laptop_only_our_own_lines_are_json() -> None:
    program = PROGRAM.replace("early.warning", "logging.getLogger('quiet').info").replace("warnings.warn", "str")
    _, lines = run(program.replace("try:", "sys.exit()\ntry:"), PROMPTORY_LOG_LEVEL="INFO")
    assert [(line["level"], line["event"]) for line in lines] == [("info", "file_loaded")]
