"""What a deployment's database needs before its services start."""

from collections.abc import Iterator

from alembic.util.exc import CommandError
from sqlalchemy import Engine

from orchestration.lib.embedding_tables import ensure_vector
from schema import migrations
from schema.database import connect, create_role_engine, viewer_session
from schema.errors import NewerSchemaError, SettingsError
from schema.logins import DAGSTER, DASHBOARD, SANDBOX, ensure_logins
from schema.models import Tier, UserRole
from schema.repository.people import ensure_account, has_administrator
from schema.roles import Role
from schema.settings import Settings


def prepare(engine: Engine, settings: Settings) -> Iterator[str]:
    """Bring the database up for this release; says what was done, a sentence a step.

    `engine` connects as the user who owns the database. Safe to repeat. Tables that a newer release made stay as they
    are: they serve this one as well, which may have come back after it.

    Raises:
        DatabaseError: that user may not do it.
        SettingsError: DAGSTER_HOME names no folder, or its dagster.yaml cannot be used.
    """
    yield _schema(engine)

    passwords = {
        DASHBOARD: settings.dashboard_login_password,
        DAGSTER: settings.dagster_login_password,
        SANDBOX: settings.analyst_login_password,
    }
    ensure_logins(engine, {login: given.get_secret_value() for login, given in passwords.items() if given})
    for login, given in passwords.items():
        yield f"{login.name} has its password." if given else f"{login.name} is left as it is: no password is set."

    with connect(engine) as connection:
        yield ensure_vector(connection) or "The extension vector is there."
    yield _first_administrator(create_role_engine(engine.url, Role.INGEST), settings)
    yield _dagster_tables()


def _schema(engine: Engine) -> str:
    try:
        migrations.upgrade(engine)
    except NewerSchemaError as newer:
        return str(newer)
    return f"The schema is at revision {migrations.revisions(engine)[0]}."


def _first_administrator(engine: Engine, settings: Settings) -> str:
    with viewer_session(engine, None) as session:
        if has_administrator(session):
            return "An administrator is there."
    if not (settings.admin_email and settings.admin_password):
        return "There is no administrator: set PROMPTORY_ADMIN_EMAIL and PROMPTORY_ADMIN_PASSWORD, and repeat this."
    ensure_account(
        engine,
        email=settings.admin_email,
        name="Administrator",
        password=settings.admin_password.get_secret_value(),
        role=UserRole.ADMIN,
        tier=Tier.PRO,
    )
    return "The first administrator can sign in."


def _dagster_tables() -> str:
    import dagster as dg  # noqa: PLC0415 (takes a second, which other commands need not wait)

    try:
        with dg.DagsterInstance.get() as instance:
            instance.upgrade()
    except CommandError:  # Alembic's, which Dagster uses too, where there is no way from the revision of the tables
        return "Dagster's tables are those of a newer release; they are left as they are."
    except dg.DagsterError as error:
        raise SettingsError(f"Dagster's tables cannot be made: {error}") from None
    return "Dagster's tables are there."
