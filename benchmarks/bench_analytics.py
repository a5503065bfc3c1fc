"""How fast events are loaded, beside a plain COPY of the same files, and what a daily refresh costs as history grows.

One simulated application of three hundred days is the input: the newest tenth of them holds about a million events,
all of them about ten million. Events are loaded into an empty library with every constraint and index, likes applied.
Then, for 1, 10 and 30 times as many days of history: the whole warehouse is built, one more day is loaded, and the
warehouse is refreshed as it is each day, tests included. Times of dbt are those of its process, start included.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from psycopg import connect
from sqlalchemy import URL

from benchmarks.server import TEMPLATE, Run, Server, in_a_process, libpq, started_server
from ingest import ImportOptions, import_prompts, load_subscriptions, load_users
from ingest.simulator import COLLECTION, STARTER, Format, Simulation, simulate, starter_prompts
from orchestration.lib.dbt_project import connection_variables, dbt_command
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import create_role_engine
from schema.roles import Role

LAST_DAY = date(2026, 6, 30)
MULTIPLES = (1, 10, 30)
READY = "bench_ready"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Refresh:
    """Seconds of a full build, and of a refresh after one more day."""

    full: float
    daily: float


def simulated(folder: Path, days: int, events_a_day: int) -> list[Path]:
    """The event files of an application, oldest first."""
    simulation = Simulation(
        list(starter_prompts()), LAST_DAY, days=days, users=20_000, events_a_day=events_a_day, format=Format.CSV
    )
    simulate(simulation, folder)
    return sorted((folder / "activity").iterdir())


def prepare(server: Server, folder: Path) -> None:
    """Make the database that every run starts from: prompts, people and billing, no events."""
    with server.session() as session:
        session.execute(f"CREATE DATABASE {READY} TEMPLATE {TEMPLATE}".encode())
    engine = create_role_engine(server.url.set(database=READY), Role.INGEST)
    import_prompts(engine, [STARTER], ImportOptions(collection=COLLECTION))
    load_users(engine, [folder / "users" / "users.jsonl"])
    load_subscriptions(engine, [folder / "subscriptions" / "subscriptions.csv"])
    engine.dispose()


def rows_of(files: Sequence[Path]) -> int:
    """Lines of the files without their headers; no cell has a line break."""
    return sum(file.read_bytes().count(b"\n") - 1 for file in files)


def run_copy(server: Server, files: Sequence[Path]) -> Run:
    """COPY the files into one bare table."""
    columns = ", ".join(f"{name} text" for name in files[0].open(encoding="utf-8").readline().strip().split(","))
    with server.database() as url, connect(libpq(url)) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(f"CREATE TABLE events ({columns})".encode())
        for file in files:
            with file.open("rb") as stream, cursor.copy("COPY events FROM STDIN (FORMAT csv, HEADER)") as copy:
                while block := stream.read(BLOCK):
                    copy.write(block)
        connection.commit()
        return Run(rows_of(files), time.perf_counter() - began)


def load(url: URL, files: Sequence[Path]) -> Run:
    """Load events as the product does."""
    address = url.render_as_string(hide_password=False)
    return in_a_process([sys.executable, "-m", "benchmarks.run_activity", address, *map(str, files)], rows_of(files))


def refresh(target: Path, url: URL, *arguments: str) -> float:
    """Seconds of a refresh: `dbt build`, then each prompt's neighbours."""
    began = time.perf_counter()
    environment = dict(os.environ) | connection_variables(url)
    # The project's own manifest stays as it is: it names the database that it was made with.
    command = dbt_command("build", "--quiet", *arguments, "--target-path", str(target))
    subprocess.run(command, env=environment, check=True)
    engine = create_role_engine(url, Role.DBT)
    refresh_neighbours(engine)
    engine.dispose()
    return time.perf_counter() - began


def refreshed(target: Path, url: URL, new_day: Path) -> Refresh:
    """Build all, load one more day, and refresh."""
    full = refresh(target, url, "--full-refresh")
    load(url, [new_day])
    return Refresh(full, refresh(target, url))


def main() -> None:
    """Run the benchmark; print tables, and as the last line the figures as JSON."""
    options = _options()
    refreshes: dict[int, Refresh] = {}
    with started_server() as server:
        *history, new_day = simulated(server.folder / "simulated", options.days + 1, options.events)
        prepare(server, server.folder / "simulated")
        million = history[-options.days // 10 :]
        copies = [run_copy(server, million), run_copy(server, million)]
        with server.database(READY) as url:
            short = load(url, million)
        for multiple in MULTIPLES:
            files = history[-options.days * multiple // MULTIPLES[-1] :]
            with server.database(READY) as url:
                long = load(url, files)
                refreshes[multiple] = refreshed(server.folder / "target", url, new_day)
    _print(copies, short, long, refreshes)


def _print(copies: list[Run], short: Run, long: Run, refreshes: dict[int, Refresh]) -> None:
    best_copy = max(run.rows_per_s for run in copies)
    print(f"{'':<26}{'events':>12}{'events/s':>12}{'time':>10}{'memory':>10}")
    for name, run in (("COPY into a bare table", copies[0]), ("load-activity", short), ("load-activity", long)):
        peak = f"{run.peak_mb:.0f} MB" if run.peak_mb else "-"
        print(f"{name:<26}{run.rows:>12,}{run.rows_per_s:>12,.0f}{run.seconds:>8.1f} s{peak:>10}")
    print(f"\n{'history':<26}{'full build':>12}{'next day':>12}")
    for multiple, refresh in refreshes.items():
        print(f"{multiple:>2} times{'':<18}{refresh.full:>10.1f} s{refresh.daily:>10.1f} s")
    figures = {
        "events_per_s_1m": round(short.rows_per_s),
        "events_per_s_10m": round(long.rows_per_s),
        "ratio_to_copy": round(short.rows_per_s / best_copy, 3),
        "peak_mb": round(max(short.peak_mb or 0, long.peak_mb or 0)),
        "incremental_s": {str(multiple): round(refresh.daily, 1) for multiple, refresh in refreshes.items()},
        "growth_30x": round(refreshes[MULTIPLES[-1]].daily / refreshes[MULTIPLES[0]].daily, 2),
        "full_refresh_s": round(refreshes[MULTIPLES[-1]].full, 1),
    }
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Loading events beside COPY; refreshing as history grows.")
    parser.add_argument("--days", type=int, default=300, help="days of the longest history")
    parser.add_argument("--events", type=int, default=33_400, help="events a day")
    parser.add_argument("--quick", action="store_true", help="few events, to see that it works")
    options = parser.parse_args()
    if options.quick:
        options.days, options.events = 60, 1_000
    return options


if __name__ == "__main__":
    main()
