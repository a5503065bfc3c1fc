"""What analysts type into the SQL box, and what they cannot do with it."""

import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import URL

from schema.database import analyst_url
from schema.roles import Role
from schema.sandbox import Answer, Limits, RunningStatement, StatementError
from tests.support.library import Library

Ask = Callable[..., Answer]
BILLION = 1_000_000_000


@pytest.fixture
def mart(configured: Library) -> Library:
    """A library with a person, a PRO prompt, and one mart that analysts read."""
    creator = configured.add_user("creator@example.com")
    configured.add_prompt("secret recipe", access="PRO", creator=creator)
    configured.do("""
        SET LOCAL ROLE promptory_dbt;
        CREATE TABLE analytics.fruit (name text, price numeric, picked date);
        GRANT SELECT ON analytics.fruit TO promptory_analyst;
        INSERT INTO analytics.fruit
        VALUES ('apple', 1.50, '2026-05-01'), ('pear', 2, '2026-05-02'), ('fig', null, null);
        CREATE TABLE analytics.int_people AS SELECT 'creator@example.com' AS email;
    """)
    return configured


@pytest.fixture
def ask(mart: Library) -> Ask:
    return lambda statement, **limits: RunningStatement(analyst_url(), statement, Limits(**limits)).answer()


def test_a_statement_answers_with_typed_rows_in_its_order(ask: Ask) -> None:
    answer = ask("select name, price, picked, name from fruit order by price desc nulls last; ")
    assert answer.columns == ["name", "price", "picked", "name"]
    assert [row[:2] for row in answer.rows] == [("pear", Decimal(2)), ("apple", Decimal("1.50")), ("fig", None)]
    assert str(answer.rows[0][2]) == "2026-05-02"
    assert not answer.is_cut
    assert ask("SELECT 'a\ud800'").rows == [("a?",)]
    assert ask("WITH few AS (TABLE analytics.fruit) SELECT count(*) FROM few -- all").rows == [(3,)]


def test_rows_beyond_the_limit_are_not_fetched(ask: Ask) -> None:
    answer = ask(f"SELECT g FROM (SELECT generate_series(1, {BILLION})) AS many (g)", rows=10)
    assert (len(answer.rows), answer.is_cut) == (10, True)
    assert answer.seconds < 5


def test_long_values_are_cut_and_many_of_them_stop_the_fetch(ask: Ask) -> None:
    assert ask("SELECT repeat('x', 50000000)", characters=100).rows == [("x" * 100,)]
    answer = ask("SELECT repeat(g::text, 10000) FROM generate_series(1, 5000) AS g", rows=5000, megabytes=1)
    assert answer.is_cut
    assert len(answer.rows) < 1000


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        # Writes, in whatever clothes.
        ("DELETE FROM fruit", "statements that read"),
        ("DROP TABLE fruit", "statements that read"),
        ("CREATE TEMP TABLE t AS SELECT 1", "statements that read"),
        ("INSERT INTO fruit VALUES ('kiwi') RETURNING name", "statements that read"),
        ("WITH gone AS (DELETE FROM fruit RETURNING name) SELECT * FROM gone", "data-modifying"),
        ("SELECT * INTO stolen FROM fruit", "statements that read"),
        ("SELECT * FROM fruit FOR UPDATE", "read-only"),
        ("SELECT nextval('library.prompts_id_seq')", "marts are all"),
        # Another role.
        ("SET ROLE postgres", "statements that read"),
        ("RESET ROLE", "statements that read"),
        ("SET SESSION AUTHORIZATION postgres", "statements that read"),
        ("SELECT set_config('role', 'postgres', false)", "marts are all"),
        ("SELECT set_config('role', 'promptory_ingest', true)", "marts are all"),
        ("SELECT set_config('session_authorization', 'postgres', false)", "marts are all"),
        # Out of the transaction and its limits.
        ("COMMIT; DROP TABLE fruit", "one statement"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT 1) AS typed; DROP TABLE fruit; --", "syntax error"),
        ("SELECT 1) UNION SELECT email FROM library.users --", "syntax error"),
        ("SET statement_timeout = 0", "statements that read"),
        ("BEGIN", "statements that read"),
        ("SELECT set_config('transaction_read_only', 'off', true)", "read-write mode"),
        # Files, programs and other servers.
        ("COPY fruit TO PROGRAM 'id'", "statements that read"),
        ("SELECT pg_read_file('/etc/passwd')", "marts are all"),
        ("SELECT * FROM pg_ls_dir('/')", "marts are all"),
        ("SELECT lo_import('/etc/passwd')", "marts are all"),
        ("SELECT 'infinity'::date", "The database says"),
        ("SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t (a int)", "does not exist"),
        ("DO $$ BEGIN PERFORM 1; END $$", "statements that read"),
        ("LOCK TABLE fruit", "statements that read"),
        # What belongs to others.
        ("SELECT email FROM library.users", "marts are all"),
        ("SELECT prompt_text FROM library.prompts", "marts are all"),
        ("SELECT library.viewer_is_admin()", "marts are all"),
        ("SELECT email FROM analytics.int_people", "marts are all"),
        ("SELECT rolpassword FROM pg_authid", "marts are all"),
        ("SELECT query_to_xml('SELECT email FROM library.users', true, true, '')", "marts are all"),
        (
            "SELECT set_config('role', 'postgres', true), query_to_xml('TABLE library.users', true, true, '')",
            "marts are",
        ),
        # What it is not for.
        ("SHOW search_path", "statements that read"),
        ("EXPLAIN SELECT 1", "statements that read"),
        ("", "statements that read"),
        ("SELECT", "statements that read"),
        ("/* open", "unterminated"),
    ],
)
def test_hostile_statements_are_refused_in_words(ask: Ask, mart: Library, statement: str, sentence: str) -> None:
    with pytest.raises(StatementError, match=sentence):
        ask(statement)
    assert mart.value("SELECT count(*) FROM analytics.fruit") == 3


def test_the_place_of_a_fault_is_told_in_what_was_typed(ask: Ask) -> None:
    with pytest.raises(StatementError, match='column "prize" does not exist') as fault:
        ask("SELECT name,\n  prize FROM fruit")
    assert fault.value.position == 16


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_sleep(60)",
        f"SELECT count(*) FROM generate_series(1, {BILLION}) AS a, generate_series(1, {BILLION}) AS b",
        # It lifts the server's limit, then goes on for ever.
        f"SELECT set_config('statement_timeout', '0', false), g FROM generate_series(1, {BILLION * 1000}) AS g",
        "SELECT set_config('statement_timeout', '0', false), pg_sleep(2) FROM generate_series(1, 100)",
    ],
)
def test_a_statement_that_takes_too_long_is_stopped(ask: Ask, mart: Library, statement: str) -> None:
    began = time.monotonic()
    with pytest.raises(StatementError, match="longer than 1 seconds"):
        ask(statement, seconds=1)
    assert time.monotonic() - began < 4
    assert nothing_runs(mart)


def test_a_statement_that_nobody_waits_for_ends_at_the_server(mart: Library) -> None:
    running = RunningStatement(analyst_url(), "SELECT pg_sleep(60)")
    deadline = time.monotonic() + 10
    while nothing_runs(mart):
        assert time.monotonic() < deadline
    running.cancel()
    with pytest.raises(StatementError, match="was stopped"):
        running.answer()
    assert running.seconds < 15
    assert nothing_runs(mart)


def nothing_runs(library: Library) -> bool:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'promptory_analyst' AND state = 'active'"
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if library.value(statement) == 0:
            return True
    return False


def test_a_large_object_is_gone_with_its_statement(ask: Ask, mart: Library) -> None:
    # Before PostgreSQL 16 a read-only transaction takes them.
    with suppress(StatementError):
        ask("SELECT lo_from_bytea(0, 'x')")
    assert mart.value("SELECT count(*) FROM pg_largeobject_metadata") == 0


def test_what_a_statement_locks_is_free_after_it(ask: Ask, mart: Library) -> None:
    ask("SELECT pg_advisory_lock(7)")
    # The server ends a session a moment after its client has left: wait for it there, and fail if it stays.
    mart.do("SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock(7)")


def test_a_login_that_may_do_more_closes_the_box(mart: Library) -> None:
    for user in ("postgres", "half_trusted"):
        if user != "postgres":
            mart.do(f"CREATE ROLE {user} LOGIN IN ROLE promptory_analyst, promptory_ingest")
        with pytest.raises(StatementError, match="may do more than read the marts"):
            RunningStatement(mart.url.set(username=user), "SELECT 1").answer()
    mart.do("REVOKE promptory_ingest FROM half_trusted")
    assert RunningStatement(mart.url.set(username="half_trusted"), "SELECT count(*) FROM fruit").answer().rows == [(3,)]
    mart.do("REVOKE promptory_analyst FROM half_trusted; DROP ROLE half_trusted")


def test_a_login_that_the_server_does_not_let_in_is_told(mart: Library) -> None:
    with pytest.raises(StatementError, match="no login of its own"):
        RunningStatement(mart.url.set(username="nobody_at_all"), "SELECT 1").answer()


def test_the_login_has_no_password_and_nobody_behind_it(mart: Library) -> None:
    found: list[tuple[Any, ...]] = mart.rows(
        "SELECT rolpassword, rolsuper, rolcreaterole FROM pg_authid WHERE rolname = 'promptory_analyst'"
    )
    assert found == [(None, False, False)]
    memberships = "SELECT count(*) FROM pg_auth_members WHERE member = 'promptory_analyst'::regrole"
    assert mart.value(memberships) == 0
    assert analyst_url() == URL.create(
        mart.url.drivername, Role.ANALYST, None, mart.url.host, mart.url.port, mart.url.database, mart.url.query
    )
