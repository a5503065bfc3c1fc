"""Alembic's entry: runs on the connection that `schema.migrations` hands over, as promptory_owner once it exists."""

from alembic import context
from sqlalchemy import text
from sqlalchemy.schema import SchemaItem

from schema.database import create_role_engine, database_url
from schema.models import LIBRARY, Base
from schema.roles import Role


def include_object(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: SchemaItem | None) -> bool:
    """Leave out the monthly partitions: they are made by `library.ensure_activity_partitions`, not by migrations."""
    return not (kind == "table" and name is not None and name.startswith("activity_events_"))


def run() -> None:
    """Configure Alembic and run the migrations that were asked for."""
    connection = context.config.attributes.get("connection")
    if connection is None:  # called by Alembic's own command line, to write a new revision
        connection = create_role_engine(database_url(), None).connect()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_name=lambda name, kind, _parents: kind != "schema" or name == LIBRARY,
        include_object=include_object,
    )
    if connection.scalar(text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": LIBRARY}):
        connection.execute(text(f"SET LOCAL ROLE {Role.OWNER}"))
    with context.begin_transaction():
        context.run_migrations()


run()
