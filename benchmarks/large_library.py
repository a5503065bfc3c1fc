"""A large library to look at: prompts, half a year of what people did and paid, and the warehouse built of it.

Prompts are those of `benchmarks.corpus`. People, events and billing are simulated and loaded as the product loads them.
What only comes with time is written by `benchmarks.past`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from psycopg import connect
from sqlalchemy import URL

from benchmarks import corpus
from benchmarks.past import write_past
from benchmarks.server import libpq
from ingest import load_activity, load_subscriptions, load_users
from ingest.simulator import Format, SimulatedPrompt, Simulation, simulate
from orchestration.lib.dbt_project import connection_variables, dbt_command
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import create_role_engine
from schema.migrations import upgrade
from schema.roles import Role
from tests.support.servers import embedded_server

DAYS = 180
LAST_DAY = date(2026, 6, 30)
_WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
_PROMPTS = """
SELECT
    c.name || '/' || s.source_key AS key,
    p.title,
    ARRAY(
        SELECT t.name FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE pt.prompt_id = p.id ORDER BY t.name
    ) AS tags,
    p.language,
    p.access = 'PRO' AS is_pro
FROM library.prompts AS p
INNER JOIN library.prompt_sources AS s ON s.prompt_id = p.id AND s.is_primary
INNER JOIN library.collections AS c ON c.id = s.collection_id
ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; `users` have an account, and creators come beside them."""

    prompts: int
    events: int
    users: int


@contextmanager
def large_library(home: Path, size: Size) -> Iterator[URL]:
    """The address of a library of that size in a home, filled where it is not yet, its warehouse built anew.

    Raises:
        ValueError: the home has a library of another size.
    """
    home.mkdir(parents=True, exist_ok=True)
    with embedded_server(home) as url:
        say("migrating")
        engine = create_role_engine(url, None)
        upgrade(engine)
        engine.dispose()
        filled = home / "size.json"
        if not filled.exists():
            _fill(url, home / "simulated", size)
            filled.write_text(json.dumps(asdict(size)), encoding="utf-8")
        if json.loads(filled.read_text(encoding="utf-8")) != asdict(size):
            raise ValueError(f"The library in {home} has another size; give its size, or another folder.")
        _build(url, home / "dbt")
        yield url


def _fill(url: URL, folder: Path, size: Size) -> None:
    say(f"writing {size.prompts:,} prompts")
    corpus.fill(url, size.prompts, with_likes=False)
    with connect(libpq(url)) as connection:
        prompts = [SimulatedPrompt(key, *rest) for key, *rest in connection.execute(_PROMPTS.encode())]
    say(f"simulating {size.events:,} events")
    simulation = Simulation(
        prompts, LAST_DAY, days=DAYS, users=size.users, events_a_day=size.events // DAYS, format=Format.CSV
    )
    simulate(simulation, folder)
    say("loading them")
    engine = create_role_engine(url, Role.INGEST)
    load_users(engine, [folder / "users" / "users.jsonl"])
    load_subscriptions(engine, [folder / "subscriptions" / "subscriptions.csv"])
    load_activity(engine, sorted((folder / "activity").iterdir()))
    engine.dispose()
    shutil.rmtree(folder)
    write_past(url, prompts=size.prompts, events=size.events, days=DAYS, last_day=LAST_DAY)
    _vacuum(url)


def _build(url: URL, target: Path) -> None:
    say("building the warehouse")
    # The project's own manifest stays as it is: it names the database that it was made with.
    command = dbt_command("build", "--quiet", *_WITHOUT_TESTS, "--target-path", str(target))
    subprocess.run(command, env=dict(os.environ) | connection_variables(url), check=True)
    say("finding neighbours")
    engine = create_role_engine(url, Role.DBT)
    refresh_neighbours(engine)
    engine.dispose()
    _vacuum(url)


def _vacuum(url: URL) -> None:
    with connect(libpq(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def say(what: str) -> None:
    """Tell whoever waits how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
