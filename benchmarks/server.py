"""What benchmarks run on: an embedded PostgreSQL of their own, a database for each run, processes that tell figures."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import Connection, connect
from sqlalchemy import URL

from benchmarks.collection import write_collection
from schema.database import create_role_engine
from schema.migrations import upgrade
from tests.support.servers import embedded_server

ROOT = Path(__file__).parents[1]
TEMPLATE = "bench_template"


@dataclass(frozen=True, slots=True)
class Run:
    """One load of a file."""

    rows: int
    seconds: float
    peak_mb: float | None = None

    @property
    def rows_per_s(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True)
class Server:
    """The benchmark's own PostgreSQL."""

    url: URL
    folder: Path
    collections: dict[int, Path] = field(default_factory=dict)

    def collection(self, rows: int) -> Path:
        """The generated file with that many prompts, written once."""
        if rows not in self.collections:
            self.collections[rows] = self.folder / f"{rows}.csv"
            write_collection(self.collections[rows], rows)
        return self.collections[rows]

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[URL]:
        """An empty database, dropped afterwards, on a server that has nothing left to write."""
        with self.session() as connection:
            connection.execute(f"CREATE DATABASE bench TEMPLATE {template}".encode())
            connection.execute("CHECKPOINT")
        try:
            yield self.url.set(database="bench")
        finally:
            with self.session() as connection:
                connection.execute("DROP DATABASE bench WITH (FORCE)")

    @property
    def process_id(self) -> int:
        """The id of the server's first process."""
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])

    def session(self) -> Connection[Any]:
        """A connection as the superuser that commits each statement."""
        return connect(libpq(self.url), autocommit=True)


@contextmanager
def started_server() -> Iterator[Server]:
    """A server with an empty migrated library to copy."""
    with tempfile.TemporaryDirectory(prefix="promptory-bench-") as name, embedded_server(Path(name)) as url:
        server = Server(url, Path(name))
        with server.session() as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
        engine = create_role_engine(url.set(database=TEMPLATE), None)
        upgrade(engine)
        engine.dispose()
        yield server


def in_a_process(command: list[str], rows: int) -> Run:
    """Run a command of which the last line is JSON; see that it loaded `rows`."""
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["rows"] == rows, f"{told['rows']:,} of {rows:,} rows were loaded"
    return Run(rows, told["seconds"], told["peak_mb"])


def libpq(url: URL) -> str:
    """An address as libpq takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
