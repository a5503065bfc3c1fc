"""Logins of a deployment: what each may become, and what not."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from schema.database import connect, create_role_engine
from schema.logins import DAGSTER, DASHBOARD, Login, ensure_logins
from schema.roles import Role
from tests.support.library import Library

BOTH = {DASHBOARD: "first-password", DAGSTER: 'it\'s "quoted" \\ $$'}


@pytest.fixture
def logins(library: Library) -> Iterator[Library]:
    """A library whose server has both logins."""
    ensure_logins(library.engine(), BOTH)
    yield library
    for login in BOTH:
        library.do(f"DROP OWNED BY {login.name}; DROP ROLE {login.name}")


def _becomes(library: Library, login: Login, role: Role | None, statement: str = "SELECT 1") -> bool:
    engine = create_role_engine(library.url.set(username=login.name), None)
    try:
        with connect(engine) as connection:
            if role:
                connection.execute(text(f"SET ROLE {role}"))
            connection.execute(text(statement))
    except ProgrammingError as refusal:
        if "permission denied" not in str(refusal):
            raise
        return False
    finally:
        engine.dispose()
    return True


def test_a_login_may_take_the_roles_of_its_service_alone(logins: Library) -> None:
    allowed = {
        DASHBOARD: {Role.DASHBOARD, Role.ANALYST, Role.INGEST},
        DAGSTER: {Role.INGEST, Role.DBT, Role.DASHBOARD},
    }
    for login, roles in allowed.items():
        assert {role for role in Role if _becomes(logins, login, role)} == roles


def test_a_login_that_takes_no_role_reads_nothing(logins: Library) -> None:
    for login in BOTH:
        assert not _becomes(logins, login, None, "SELECT * FROM library.prompts")
    assert not _becomes(logins, DASHBOARD, None, "CREATE TABLE dagster.runs (id bigint)")
    assert _becomes(logins, DAGSTER, None, "CREATE TABLE dagster.runs (id bigint)")


def test_the_server_keeps_verifiers_and_repeating_sets_a_password_anew(logins: Library) -> None:
    def verifiers() -> dict[str, str]:
        return dict(logins.rows("SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'promptory_%_login'"))

    before = verifiers()
    assert all(verifier.startswith("SCRAM-SHA-256$") for verifier in before.values())
    ensure_logins(logins.engine(), {DASHBOARD: "second-password"})
    after = verifiers()
    assert after[DASHBOARD.name] != before[DASHBOARD.name]
    assert after[DAGSTER.name] == before[DAGSTER.name]
