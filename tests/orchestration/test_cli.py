"""The command line as a person or a program uses it: real processes, real answers, faults in one line."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from schema.repository import sessions
from tests.support.files import write_csv, write_json, write_jsonl
from tests.support.library import Library
from tests.support.servers import free_port

PROMPTORY = str(Path(sys.executable).with_name("promptory"))


def promptory(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command, with what it is given on standard input, and return what it said."""
    return subprocess.run(
        [PROMPTORY, *arguments],
        env=dict(os.environ) | environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an expected fault: exit code 1, nothing on standard output, no traceback."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("promptory: ")
    return line


def test_import_prints_one_object_whose_counts_add_up(configured: Library, tmp_path: Path) -> None:
    one = write_csv(tmp_path / "one.csv", ["title", "prompt"], ["A", "a"], ["B", ""], ["C", "a"])
    two = write_json(tmp_path / "two.json", [{"prompt": "b"}])
    result = json.loads(promptory("import", str(one), str(two), "--json").stdout)
    expected = {"found": 3, "inserted": 1, "updated": 0, "unchanged": 0, "duplicates": 1, "rejected": 1}
    expected["translations"] = 0
    assert result["files"][0] == {"path": str(one), "format": "csv"} | expected
    assert result["files"][1]["inserted"] == 1
    refused = json.loads(promptory("rejections", str(result["batch_id"]), "--json").stdout)
    assert [(one["row"], one["reason"]) for one in refused["rejections"]] == [(2, "has no prompt text")]


def test_loading_searching_and_recommending_from_files_to_answers(configured: Library, tmp_path: Path) -> None:
    prompts = [{"key": key, "title": f"{key} soup", "prompt": f"cook {key}", "tags": ["soup"]} for key in "abc"]
    people = [
        {"user_id": f"u{n}", "email": f"u{n}@example.com", "name": f"U{n}", "created_at": "2026-01-01"} for n in (1, 2)
    ]
    events = [
        {
            "event_id": f"{user}{key}",
            "event_type": "like",
            "occurred_at": "2026-02-01",
            "user_id": user,
            "prompt_key": f"c/{key}",
        }
        for user, key in (("u1", "a"), ("u2", "a"), ("u2", "b"))
    ]
    promptory("import", str(write_json(tmp_path / "c.json", prompts)))
    promptory("load-users", str(write_jsonl(tmp_path / "u.jsonl", people)))
    header = ["subscription_id", "user_id", "plan", "status", "started_at", "amount", "currency", "billing_interval"]
    spans = write_csv(
        tmp_path / "s.csv",
        header,
        ["s", "u1", "PRO_YEARLY", "ACTIVE", "2026-01-01", "120", "USD", "YEAR"],
        ["t", "u2", "PRO_MONTHLY", "ACTIVE", "2026-01-01", "10", "XOF", "MONTH"],
    )
    assert json.loads(promptory("load-subscriptions", str(spans), "--json").stdout)["files"][0]["inserted"] == 2
    loaded = promptory("load-activity", str(write_jsonl(tmp_path / "e.jsonl", events)), "--json")
    assert json.loads(loaded.stdout)["files"][0]["inserted"] == 3
    done = promptory("refresh", "--json")
    refreshed = json.loads(done.stdout)
    assert (refreshed["failed"], len(refreshed["warned"])) == ([], 1)
    assert "no rate for their currency" in done.stderr
    assert refreshed["built"] > 0
    found = json.loads(promptory("search", "SOUP b", "--json").stdout)
    assert (found["total"], found["results"][0]["title"]) == (3, "b soup")
    suited = json.loads(promptory("recommend", "--user", "U1@example.com", "--json").stdout)["recommendations"]
    assert [(one["title"], one["because_of"]) for one in suited] == [("b soup", "a soup"), ("c soup", None)]
    alike = json.loads(promptory("similar", str(found["results"][0]["id"]), "--json").stdout)["similar"]
    assert {one["title"] for one in alike} == {"a soup", "c soup"}
    assert "There is no prompt 999" in promptory("similar", "999").stderr
    state = json.loads(promptory("status", "--json").stdout)
    assert state["revision"] == state["newest_revision"]
    assert (state["rows"]["prompts"], state["rows"]["user_prompt_likes"]) == (3, 3)
    revenue = configured.rows("""
        SELECT mrr FROM analytics.mrr_daily ORDER BY metric_date DESC LIMIT 1
    """)
    assert float(revenue[0][0]) == 10.0


def test_two_refreshes_at_once_take_turns(configured: Library) -> None:
    """One of them alone would find its tables renamed under it."""
    configured.add_prompt("p")
    command = [PROMPTORY, "refresh", "--full", "--select", "+prompt_neighbours"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(one.wait(), one.communicate()[1]) for one in both] == [(0, ""), (0, "")]


def test_the_embedded_server_needs_no_set_up_and_stops_with_its_last_user(tmp_path: Path) -> None:
    home = {"PROMPTORY_HOME": str(tmp_path / "home")}
    file = write_csv(tmp_path / "p.csv", ["title", "prompt"], ["A", "a"])
    assert promptory("import", str(file), **home).returncode == 0
    assert json.loads(promptory("search", "a", "--json", **home).stdout)["total"] == 1
    assert not (tmp_path / "home" / "postgres" / "postmaster.pid").exists()


def test_a_password_is_given_to_somebody_who_is_signed_out_everywhere(configured: Library) -> None:
    ann, bob = (configured.add_user(f"{name}@example.com") for name in ("ann", "bob"))
    with configured.viewer(None) as session:
        for person in (ann, bob):
            sessions.begin_session(session, sessions.token_hash(str(person)), person)
        session.commit()
    command = ("people", "password", "Ann@example.com")
    assert "10 to 200 characters" in told(promptory(*command, given="too short\n"))
    assert "Nobody has" in told(promptory("people", "password", "eve@example.com", given="long enough\n"))
    assert promptory(*command, given="long enough\n").returncode == 0
    with configured.viewer(None) as session:
        assert sessions.authenticate(session, "ann@example.com", "long enough") == ann
        found = [sessions.touch_session(session, sessions.token_hash(str(person))) for person in (ann, bob)]
    assert found == [None, bob]


def test_help_names_every_command() -> None:
    shown = promptory("--help").stdout
    commands = ("demo", "import", "load-activity", "load-subscriptions", "load-users", "refresh", "search", "recommend")
    for command in (*commands, "similar", "status", "rejections", "people", "db"):
        assert command in shown


def test_a_missing_file_is_said_before_anything_is_done(configured: Library) -> None:
    assert "nowhere.csv does not exist" in told(promptory("import", "nowhere.csv"))
    assert configured.value("SELECT count(*) FROM library.import_batches") == 0


def test_an_unreadable_file_leaves_nothing(configured: Library, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\x00\x01\x02")
    assert "x.csv" in told(promptory("import", str(tmp_path / "x.csv"), "--json"))
    assert configured.value("SELECT count(*) FROM library.prompts") == 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://u:hunter2@127.0.0.1:{port}/d", "does not answer"),
        ("mysql://u:hunter2@127.0.0.1/d", "needs PostgreSQL"),
        ("nonsense", "is not an address"),
    ],
)
def test_a_database_that_is_down_or_wrong_is_one_line_without_the_password(address: str, sentence: str) -> None:
    for command in (("status",), ("search", "x"), ("db", "upgrade"), ("demo", "--no-serve"), ("refresh",)):
        line = told(promptory(*command, PROMPTORY_DATABASE_URL=address.format(port=free_port())))
        assert sentence in line
        assert "hunter2" not in line


def test_a_database_that_does_not_exist_or_is_not_set_up_says_what_to_do(server: object, configured: Library) -> None:
    missing = configured.url.set(database="nowhere").render_as_string(hide_password=False)
    assert "no database 'nowhere'" in told(promptory("status", PROMPTORY_DATABASE_URL=missing))
    empty = configured.url.set(database="postgres").render_as_string(hide_password=False)
    for command in (("status",), ("search", "x"), ("load-users", __file__)):
        assert "promptory db upgrade" in told(promptory(*command, PROMPTORY_DATABASE_URL=empty))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("rejections", "777"), "There is no batch 777"),
        (("db", "downgrade", "nope", "--yes"), "nope"),
        (("db", "downgrade", "base"), "add --yes"),
        (("recommend", "--user", "nobody@example.com"), "Nobody has the e-mail address"),
        (("recommend", "--user", "nobody@example.com", "--json"), "Nobody has the e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(configured: Library, command: tuple[str, ...], sentence: str) -> None:
    assert sentence in told(promptory(*command))


def test_an_address_with_a_foreign_option_is_one_line(configured: Library) -> None:
    address = configured.url.update_query_dict({"pgbouncer": "true"}).render_as_string(hide_password=False)
    assert "pgbouncer" in told(promptory("status", PROMPTORY_DATABASE_URL=address))


def test_the_demo_wants_an_empty_database_of_ones_own(configured: Library) -> None:
    configured.add_prompt("ours")
    assert "wants an empty one" in told(promptory("demo", "--no-serve"))
    assert configured.value("SELECT count(*) FROM library.users") == 0


def test_a_wrong_setting_and_an_unwritable_home_are_named(tmp_path: Path) -> None:
    assert "PROMPTORY_DAGSTER_PORT" in told(promptory("status", PROMPTORY_DAGSTER_PORT="many"))
    (tmp_path / "file").touch()
    for home in (tmp_path / "file" / "home", tmp_path / "a space" / "home"):
        assert "PROMPTORY_HOME" in told(promptory("status", PROMPTORY_HOME=str(home)))


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that something listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_said_before_anything_is_set_up(tmp_path: Path, taken_port: int) -> None:
    home = tmp_path / "home"
    line = told(promptory("demo", PROMPTORY_HOME=str(home), PROMPTORY_DASHBOARD_PORT=str(taken_port)))
    assert f"Port {taken_port} is taken" in line
    assert "PROMPTORY_DASHBOARD_PORT" in line
    assert not (home / "postgres").exists()


def test_a_second_demo_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with FileLock(tmp_path / "demo.lock"):
        assert "Another demo runs" in told(promptory("demo", "--no-serve", PROMPTORY_HOME=str(tmp_path)))


def test_the_demo_is_refused_in_production(tmp_path: Path) -> None:
    secrets = {f"PROMPTORY_{name}": "ours" for name in ("COOKIE_SECRET", "PSEUDONYM_KEY")}
    secrets["PROMPTORY_DATABASE_URL"] = "postgresql://reader:word@nowhere/library"
    line = told(
        promptory("demo", "--no-serve", PROMPTORY_HOME=str(tmp_path), PROMPTORY_ENVIRONMENT="production", **secrets)
    )
    assert "The demo is for development" in line
