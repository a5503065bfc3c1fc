"""Connections: one engine for each role, and sessions that act for one viewer."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from schema.embedded import start_embedded_server
from schema.errors import DatabaseError
from schema.roles import Role
from schema.settings import Settings, get_settings

Driver = psycopg.Connection[tuple[Any, ...]]
"""A connection as psycopg has it, whose rows are tuples."""

_EXAMPLE = "postgresql://user:password@host:5432/database"


@cache
def database_url() -> URL:
    """Address of the library database; starts the embedded server where none is configured.

    Raises:
        DatabaseError: the configured address is not a PostgreSQL address, or the server does not start.
    """
    return resolve_url(get_settings())


def resolve_url(settings: Settings) -> URL:
    """The address that `settings` name, with psycopg 3 as its driver."""
    if settings.database_url is None:
        return _as_psycopg(start_embedded_server(settings.home))
    return _as_psycopg(settings.database_url.get_secret_value(), password=settings.database_password)


def analyst_url() -> URL:
    """The library database by the login of the SQL box, which has no other role to go back to.

    Where none is configured it is the analysts' role itself, without a password: that is enough for the embedded
    server and wherever else the server trusts the connection.

    Raises:
        DatabaseError: the configured address is not a PostgreSQL address.
    """
    settings = get_settings()
    if settings.analyst_database_url is not None:
        return _as_psycopg(
            settings.analyst_database_url.get_secret_value(),
            "PROMPTORY_ANALYST_DATABASE_URL",
            settings.analyst_database_password,
        )
    url = database_url()
    query = {name: value for name, value in url.query.items() if name not in ("user", "password")}
    return URL.create(url.drivername, Role.ANALYST, None, url.host, url.port, url.database, query)


def _as_psycopg(address: str, setting: str = "PROMPTORY_DATABASE_URL", password: SecretStr | None = None) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise DatabaseError(f"{setting} is not an address; write {_EXAMPLE}.") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseError(f"{setting} names '{url.get_backend_name()}'; Promptory needs PostgreSQL: {_EXAMPLE}.")
    if password is not None:
        url = url.set(password=password.get_secret_value())
    return url.set(drivername="postgresql+psycopg")


def libpq_variables(url: URL) -> dict[str, str]:
    """The variables from which PostgreSQL's own programs take an address."""
    parts = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
        "PGSSLROOTCERT": url.query.get("sslrootcert"),
        "PGSSLCERT": url.query.get("sslcert"),
        "PGSSLKEY": url.query.get("sslkey"),
    }
    return {name: str(value) for name, value in parts.items() if value}


@cache
def engine_for(role: Role | None) -> Engine:
    """The process's engine for `role`; None connects as the address's own user (for set-up only)."""
    return create_role_engine(database_url(), role)


def create_role_engine(url: URL, role: Role | None) -> Engine:
    """An engine whose connections act as `role` from their first statement on, in UTC."""
    # Statements here are short: compiling one would take longer than it runs.
    options = ["-c timezone=UTC", "-c jit=off"]
    if role is not None:
        options.append(f"-c role={role}")
    return create_engine(
        url,
        connect_args={"options": " ".join(options), "connect_timeout": 10},
        hide_parameters=True,  # a traceback must not show a prompt's text
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
    )


@contextmanager
def connect(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that commits at the end.

    Raises:
        DatabaseError: the server is away or refuses us, in one sentence without the password.
    """
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise DatabaseError(explain_connection_failure(engine.url, error)) from None
    except ProgrammingError as error:  # psycopg's word for an address that libpq does not understand
        raise DatabaseError(f"PROMPTORY_DATABASE_URL cannot be used: {str(error.orig).strip()}.") from None
    with connection, connection.begin():
        yield connection


def driver_of(connection: Connection) -> Driver:
    """Psycopg's own connection in the same transaction, for COPY and for cursors at the server."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def explain_connection_failure(url: URL, error: OperationalError) -> str:
    """Say why a connection failed, or was lost, and what to do about it."""
    place = f"{url.host or url.query.get('host', 'the local socket')}:{url.port or 5432}/{url.database}"
    reason = str(error.orig).lower()
    state = getattr(error.orig, "sqlstate", None) or ""
    if ("does not exist" in reason and "role" in reason) or "cannot set role" in reason:
        return f"The database at {place} is not set up yet: run `promptory db upgrade` first."
    if "authentication" in reason or "password" in reason:
        return f"The database at {place} refuses the user or password in PROMPTORY_DATABASE_URL."
    if "does not exist" in reason:
        return f"There is no database '{url.database}' at {place}; create it, or correct PROMPTORY_DATABASE_URL."
    if state and not state.startswith(("08", "57P")):
        return f"The database at {place} gave up: {str(error.orig).splitlines()[0]}."
    return f"The database at {place} does not answer; start it, or correct PROMPTORY_DATABASE_URL."


def viewer_session(engine: Engine, viewer_id: int | None) -> Session:
    """A session whose every transaction acts for one viewer, so that row-level security applies to them.

    `viewer_id` is `library.users.id`; None is a visitor who is not signed in.
    """
    return _session_of(engine, ":viewer", {"viewer": "" if viewer_id is None else str(viewer_id)})


def token_session(engine: Engine, hashed: bytes | None) -> Session:
    """A session whose every transaction acts for the person who is signed in under a token's hash at that moment.

    None, a hash that is unknown, and one whose session has ended act for a visitor.
    """
    return _session_of(engine, "coalesce(CAST(library.session_user_id(:hashed) AS text), '')", {"hashed": hashed})


def _session_of(engine: Engine, viewer: str, values: dict[str, Any]) -> Session:
    """A session that sets its viewer to the value of an SQL expression when a transaction begins."""
    session = Session(engine, expire_on_commit=False)
    statement = text(f"SELECT set_config('promptory.viewer_id', {viewer}, true)")

    @event.listens_for(session, "after_begin")
    def _identify(_session: Session, _transaction: object, connection: Connection) -> None:
        connection.execute(statement, values)

    return session
