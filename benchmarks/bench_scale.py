"""What a refresh of the warehouse costs as events grow, computed by PostgreSQL and by Spark over the event lake.

A simulated application of 1, 10 and 50 million events is loaded, the whole warehouse is built, one more day is loaded,
and the warehouse is refreshed as it is each day: all by the commands that a user would type, tests of dbt's included.
Memory is what the command, all that it started and the PostgreSQL server held together at most; files on disk are the
database, and with Spark the lake and what was computed of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from psycopg import connect
from sqlalchemy import URL

from benchmarks.large_library import say
from benchmarks.memory import held_memory
from benchmarks.server import TEMPLATE, Server, libpq, started_server
from ingest import ImportOptions, import_prompts, load_subscriptions, load_users
from ingest.simulator import COLLECTION, STARTER, Format, Simulation, simulate, starter_prompts
from schema.database import create_role_engine
from schema.logs import configure_logs
from schema.roles import Role
from schema.settings import Settings

Engine = Literal["postgres", "spark"]
ENGINES: tuple[Engine, ...] = ("postgres", "spark")
LAST_DAY = date(2026, 6, 30)
READY = "bench_ready"
_LARGEST = """
SELECT relid::regclass::text, pg_total_relation_size(relid), n_live_tup FROM pg_stat_user_tables
ORDER BY 2 DESC LIMIT 12
"""


@dataclass(frozen=True, slots=True)
class Size:
    """An application: so many people cause so many events a day, and its history is so long."""

    millions: int
    days: int
    events_a_day: int
    users: int


SIZES = (Size(1, 30, 33_400, 20_000), Size(10, 300, 33_400, 20_000), Size(50, 300, 167_000, 100_000))


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine: seconds, megabytes of memory and of disk."""

    load_s: float
    full_s: float
    next_load_s: float
    daily_s: float
    peak_mb: int
    command_mb: int
    """Of the commands alone, without the PostgreSQL server; with Spark the most of it is Spark's."""
    disk_mb: int


def prepare(server: Server, size: Size, folder: Path) -> list[Path]:
    """Simulate, and make the database that both engines start from: no events; returns files of events by day."""
    simulation = Simulation(
        list(starter_prompts()),
        LAST_DAY,
        days=size.days + 1,
        users=size.users,
        events_a_day=size.events_a_day,
        format=Format.CSV,
    )
    simulate(simulation, folder)
    with server.session() as session:
        session.execute(f"DROP DATABASE IF EXISTS {READY}".encode())
        session.execute(f"CREATE DATABASE {READY} TEMPLATE {TEMPLATE}".encode())
    engine = create_role_engine(server.url.set(database=READY), Role.INGEST)
    import_prompts(engine, [STARTER], ImportOptions(collection=COLLECTION))
    load_users(engine, [folder / "users" / "users.jsonl"])
    load_subscriptions(engine, [folder / "subscriptions" / "subscriptions.csv"])
    engine.dispose()
    return sorted((folder / "activity").iterdir())


def measured(engine: Engine, server: Server, url: URL, files: Sequence[Path], home: Path, heap: str) -> Figures:
    """Load a history, build, load one more day, refresh."""
    settings = {
        "PROMPTORY_HOME": str(home),
        "PROMPTORY_DATABASE_URL": url.render_as_string(hide_password=False),
        "PROMPTORY_ENGINE": engine,
        "PROMPTORY_LAKE": str(home / "lake"),
        "PROMPTORY_SPARK_MEMORY": heap,
    }
    *history, new_day = map(str, files)
    with held_memory(server.process_id) as memory:
        load = run(settings, "load-activity", *history)
        full = run(settings, "refresh", "--full")
        of_full = tell_jobs(home, ())
        next_load = run(settings, "load-activity", new_day)
        daily = run(settings, "refresh")
        tell_jobs(home, of_full)
    tell_tables(url)
    if engine == "spark":
        folders = [home / "lake" / "activity", *sorted((home / "lake" / "derived").iterdir())]
        say("  the lake: " + ", ".join(f"{folder.name} {files_mb(folder):,} MB" for folder in folders))
    return Figures(load, full, next_load, daily, memory.together, memory.children, size_mb(server, url, home))


def run(settings: dict[str, str], *command: str) -> float:
    """Seconds of a command of the product's."""
    say(" ".join(command[:1]) + f" with {settings['PROMPTORY_ENGINE']}")
    began = time.perf_counter()
    program = Path(sys.executable).with_name("promptory")
    subprocess.run([program, *command], env=dict(os.environ) | settings, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def tell_jobs(home: Path, known: Collection[Path]) -> list[Path]:
    """Say what Spark's new jobs took: their start, and their slowest models; returns the reports of all."""
    reports = sorted((home / "lake" / "jobs").glob("*/report.json"))
    for report in reports:
        if report not in known:
            told = json.loads(report.read_text())
            slowest = sorted(told["models"], key=lambda model: -float(model["seconds"]))[:6]
            models = ", ".join(f"{one['name']} {one['seconds']} s for {one['rows']:,} rows" for one in slowest)
            say(f"  a job of {told['seconds']} s, {told['start_s']} s of it to start: {models}")
    return reports


def tell_tables(url: URL) -> None:
    """Say which tables are the largest: what grows with events outgrows a server first."""
    with connect(libpq(url)) as connection:
        largest = connection.execute(_LARGEST).fetchall()
    told = (f"{name} {round(size / 1e6):,} MB for {rows:,} rows" for name, size, rows in largest)
    say(f"  tables: {', '.join(told)}")


def size_mb(server: Server, url: URL, home: Path) -> int:
    """Megabytes of the database, and of the lake with what was computed of it."""
    with server.session() as session:
        row = session.execute("SELECT pg_database_size(%s)", [url.database]).fetchone()
    assert row is not None
    return round(int(row[0]) / 1e6) + files_mb(home)


def files_mb(folder: Path) -> int:
    """Megabytes of all files in a folder."""
    return round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6)


def main() -> None:
    """Run the benchmark; print a table, and as the last line the figures as JSON."""
    options = _options()
    configure_logs(Settings())
    found: dict[int, dict[Engine, Figures]] = {}
    events: dict[int, int] = {}
    with started_server() as server:
        for size in SIZES:
            if size.millions not in options.millions:
                continue
            with tempfile.TemporaryDirectory(dir=server.folder) as name:
                say(f"simulating {size.millions} million events")
                files = prepare(server, size, Path(name) / "simulated")
                events[size.millions] = sum(file.read_bytes().count(b"\n") - 1 for file in files)
                for engine in options.engines:
                    with server.database(READY) as url:
                        home = Path(name) / engine
                        home.mkdir()
                        found.setdefault(size.millions, {})[engine] = measured(
                            engine, server, url, files, home, options.heap
                        )
                    _print_row(events[size.millions], engine, found[size.millions][engine])
    _print(events, found, options.heap)


def _print_row(events: int, engine: Engine, figures: Figures) -> None:
    say(f"{events:,} events with {engine}: {json.dumps({k: round(v, 1) for k, v in asdict(figures).items()})}")


def _print(events: dict[int, int], found: dict[int, dict[Engine, Figures]], heap: str) -> None:
    print(f"Spark's heap: {heap}")
    head = f"{'load':>10}{'full build':>12}{'next day':>12}{'refresh':>10}{'memory':>12}{'command':>12}{'disk':>12}"
    print(f"{'events':>14}  {'engine':<10}{head}")
    for millions, engines in found.items():
        for engine, one in engines.items():
            times = f"{one.load_s:>8.1f} s{one.full_s:>10.1f} s{one.next_load_s:>10.1f} s{one.daily_s:>8.1f} s"
            sizes = f"{one.peak_mb:>9,} MB{one.command_mb:>9,} MB{one.disk_mb:>9,} MB"
            print(f"{events[millions]:>14,}  {engine:<10}{times}{sizes}")
    of_engine = {
        engine: {millions: one[engine] for millions, one in found.items() if engine in one} for engine in ENGINES
    }
    print(
        json.dumps(
            {
                "events": list(events.values()),
                "engine_s": {
                    engine: {
                        str(millions): {"full": round(one.full_s, 1), "daily": round(one.daily_s, 1)}
                        for millions, one in sizes.items()
                    }
                    for engine, sizes in of_engine.items()
                },
                "peak_mb": {
                    engine: {str(millions): one.peak_mb for millions, one in sizes.items()}
                    for engine, sizes in of_engine.items()
                },
                "disk_mb": {
                    engine: {str(millions): one.disk_mb for millions, one in sizes.items()}
                    for engine, sizes in of_engine.items()
                },
            }
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Refreshes with PostgreSQL and with Spark as events grow.")
    millions = [size.millions for size in SIZES]
    parser.add_argument("--millions", type=int, nargs="+", choices=millions, default=millions, help="which sizes")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="which engines")
    parser.add_argument("--heap", default="2g", help="Spark's heap")
    return parser.parse_args()


if __name__ == "__main__":
    main()
