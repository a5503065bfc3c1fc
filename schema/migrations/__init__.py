"""Bring a database to the current schema, or back."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from schema.database import connect
from schema.errors import DatabaseError, NewerSchemaError

_INSUFFICIENT_PRIVILEGE = "42501"
_LOCK = 0x70726F6D70  # one migration at a time on a database


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations up to `revision` in one transaction; does nothing on a current database.

    Raises:
        NewerSchemaError: a newer release migrated the database.
        DatabaseError: the database's user may not do it, or there is no such revision.
    """
    _migrate(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the migrations back down to `revision` in one transaction; what dbt built on the tables goes too.

    Raises:
        NewerSchemaError: a newer release migrated the database.
        DatabaseError: the database's user may not do it, or there is no such revision.
    """
    _migrate(engine, command.downgrade, revision)


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """The database's revision and the newest one there is."""
    with connect(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config(None)).get_current_head()


def is_newer(revision: str) -> bool:
    """Whether a database's revision is one that a newer release made: there is no migration of that name here."""
    return revision not in {one.revision for one in ScriptDirectory.from_config(_config(None)).walk_revisions()}


def _migrate(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    try:
        with connect(engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            current = MigrationContext.configure(connection).get_current_revision()
            if current is not None and is_newer(current):
                raise NewerSchemaError(current)
            step(_config(connection), revision)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _INSUFFICIENT_PRIVILEGE:
            raise
        refusal = str(error.orig).splitlines()[0]
        raise DatabaseError(
            f"The user of this database may not set it up ({refusal}): it must be allowed to create roles and schemas, "
            "or be a member of the promptory_ roles that another user made."
        ) from None
    except CommandError as error:
        raise DatabaseError(f"That cannot be done: {error}.") from None


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
