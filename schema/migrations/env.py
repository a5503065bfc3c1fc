"""Alembic's entry: runs on the connection that `schema.migrations` hands over, as promptory_owner once it exists."""

from alembic import context
from sqlalchemy import text

from schema.database import create_role_engine, database_url
from schema.migrations.comparison import OPTIONS
from schema.models import LIBRARY, Base
from schema.roles import Role


def run() -> None:
    """Configure Alembic and run the migrations that were asked for."""
    connection = context.config.attributes.get("connection")
    if connection is None:  # called by Alembic's own command line, to write a new revision
        connection = create_role_engine(database_url(), None).connect()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        **OPTIONS,
    )
    if connection.scalar(text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": LIBRARY}):
        connection.execute(text(f"SET LOCAL ROLE {Role.OWNER}"))
    with context.begin_transaction():
        context.run_migrations()


run()
