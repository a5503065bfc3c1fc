"""The logins of a deployment: each service's own, which may take the roles that the service acts as, and no other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from schema.database import connect, driver_of
from schema.errors import DatabaseError
from schema.roles import Role


@dataclass(frozen=True, slots=True)
class Login:
    """A login: `roles` are those it may take, `schema` is one of its own."""

    name: str
    roles: tuple[Role, ...] = ()
    schema: str | None = None


DASHBOARD = Login("promptory_dashboard_login", (Role.DASHBOARD, Role.ANALYST, Role.INGEST))
# Dagster keeps its runs, events and schedules beside the library.
DAGSTER = Login("promptory_dagster_login", (Role.INGEST, Role.DBT, Role.DASHBOARD), schema="dagster")
# The login of the SQL box is the analysts' role itself, a member of nothing.
SANDBOX = Login(Role.ANALYST)


def ensure_logins(engine: Engine, passwords: Mapping[Login, str]) -> None:
    """Make the logins, or give those that are there these passwords, in one transaction; open connections stay.

    `engine` connects as the user who migrated the database, and who may create roles.

    Raises:
        DatabaseError: that user may not.
    """
    with connect(engine) as connection:
        driver = driver_of(connection)
        try:
            for login, password in passwords.items():
                # What the server keeps is worked out here: a statement may end up in its log.
                verifier = driver.pgconn.encrypt_password(password.encode(), login.name.encode(), b"scram-sha-256")
                for statement in _statements(login, verifier.decode()):
                    driver.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                f"The user of this database may not make logins ({str(error).splitlines()[0]}): it must be allowed to "
                "create roles, and have made the promptory_ roles."
            ) from None


def _statements(login: Login, verifier: str) -> Iterator[sql.Composed]:
    name = sql.Identifier(login.name)
    # A login has no rights of its own: what it may do, it does in one of its roles.
    yield sql.SQL(
        "DO $$ BEGIN CREATE ROLE {} NOINHERIT; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    ).format(name)
    yield sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier))
    for role in login.roles:
        yield sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), name)
    if login.schema:
        yield sql.SQL("GRANT {} TO CURRENT_USER").format(name)
        yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(login.schema), name)
