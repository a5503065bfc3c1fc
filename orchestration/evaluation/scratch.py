"""A database of its own for a measurement: migrated, filled, built by dbt, and dropped at the end."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

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
    url, name = database_url(), f"promptory_scratch_{uuid4().hex[:12]}"
    server = create_role_engine(url, None).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        try:
            connection.execute(text(f"CREATE DATABASE {name}"))
        except DBAPIError as error:
            raise PromptoryError(
                f"A measurement needs a database of its own: {str(error.orig).splitlines()[0]}."
            ) from None
        try:
            engine = create_role_engine(url.set(database=name), None)
            upgrade(engine)
            engine.dispose()
            yield url.set(database=name)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


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
