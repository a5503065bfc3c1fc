"""A database of its own for a measurement: migrated, filled, built by dbt, and dropped at the end."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from psycopg import connect
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL

from orchestration.lib.dbt_project import connection_variables, dbt_command, last_line
from schema.database import create_role_engine, database_url
from schema.errors import PromptoryError
from schema.migrations import upgrade


@contextmanager
def scratch_database() -> Iterator[URL]:
    """An empty migrated library beside the one that is configured, on the same server.

    Raises:
        PromptoryError: the server's user may not create a database.
    """
    url = database_url()
    name = f"promptory_scratch_{uuid4().hex[:12]}"
    libpq = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with connect(libpq, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            scratch = url.set(database=name)
            engine = create_role_engine(scratch, None)
            upgrade(engine)
            engine.dispose()
            yield scratch
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def build(url: URL, *selection: str) -> None:
    """Build models of the product's own pipeline in a database.

    Raises:
        PromptoryError: dbt failed, with the last line that it printed.
    """
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(
            dbt_command("run", "--select", *selection, "--target-path", target, "--log-path", target),
            env=dict(os.environ) | connection_variables(url),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise PromptoryError(f"dbt could not build {' '.join(selection)}: {last_line(done.stdout)}")
