"""How fast prompts are imported: ours beside a bare COPY and dlt, with the same file, server and run.

- ours: `import_prompts` into an empty migrated library, with every constraint and index of the schema;
- COPY: the file as it is into one table of text columns without a key, which is as fast as PostgreSQL takes it;
- dlt: merged into nested tables (prompts, and tags below them), in a virtual environment of its own.

All three write to one embedded PostgreSQL with the settings that ours starts with, each run into a database of its own
after a checkpoint, in turns. Ours and dlt run in processes of their own; the time is that of the call, without the
interpreter's start. What else the machine does only ever adds time, so each figure is the best of its runs; the slowest
is printed beside it. Memory is the importing process's peak; the server's own is not counted.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from psycopg import connect

from benchmarks.collection import HEADER
from benchmarks.server import ROOT, TEMPLATE, Run, Server, in_a_process, libpq, started_server

DLT_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
BLOCK = 1 << 20


def run_promptory(server: Server, rows: int) -> Run:
    """Import into the full schema."""
    with server.database(TEMPLATE) as url:
        address = url.render_as_string(hide_password=False)
        return in_a_process(
            [sys.executable, "-m", "benchmarks.run_promptory", address, str(server.collection(rows))], rows
        )


def run_dlt(server: Server, rows: int) -> Run:
    """Merge into dlt's own tables. Its address must name a host, which the socket's folder then overrules."""
    script = str(Path(__file__).with_name("run_dlt.py"))
    with server.database() as url:
        address = libpq(url.set(host="localhost", password="none"))  # noqa: S106
        return in_a_process([str(DLT_PYTHON), script, address, str(server.collection(rows))], rows)


def run_copy(server: Server, rows: int) -> Run:
    """COPY the file into one bare table."""
    columns = ", ".join(f"{name} text" for name in HEADER)
    with server.database() as url, connect(libpq(url)) as connection, server.collection(rows).open("rb") as file:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE prompts ({columns})".encode())
            with cursor.copy("COPY prompts FROM STDIN (FORMAT csv, HEADER)") as copy:
                while block := file.read(BLOCK):
                    copy.write(block)
            loaded = cursor.rowcount
        connection.commit()
        seconds = time.perf_counter() - began
    assert loaded == rows, f"{loaded:,} of {rows:,} rows were loaded"
    return Run(rows, seconds)


def _best(runs: list[Run]) -> float:
    return max(run.rows_per_s for run in runs)


def _line(name: str, runs: list[Run]) -> str:
    slowest, seconds = min(run.rows_per_s for run in runs), min(run.seconds for run in runs)
    peaks = [run.peak_mb for run in runs if run.peak_mb is not None]
    peak = f"{max(peaks):.0f} MB" if peaks else "-"
    return (
        f"{name:<26}{runs[0].rows:>10,}{len(runs):>6}{_best(runs):>10,.0f}{slowest:>10,.0f}{seconds:>8.1f} s{peak:>8}"
    )


def main() -> None:
    """Run the benchmark; print a table, and as the last line its figures as JSON."""
    options = _options()
    if not DLT_PYTHON.exists():
        sys.exit("dlt's environment is not set up: run `make bench-import`.")
    ours: list[Run] = []
    copies: list[Run] = []
    dlts: list[Run] = []
    with started_server() as server:
        for _ in range(options.repeat):
            copies.append(run_copy(server, options.rows))
            ours.append(run_promptory(server, options.rows))
            dlts.append(run_dlt(server, options.rows))
        long = run_promptory(server, options.long_rows)
    print(f"{'':<26}{'rows':>10}{'runs':>6}{'rows/s':>10}{'slowest':>10}{'time':>10}{'memory':>8}")
    print(_line("COPY into a bare table", copies))
    print(_line("dlt, merge, nested tables", dlts))
    print(_line("promptory import", ours))
    print(_line("promptory import", [long]))
    figures = {
        "rows_per_s_200k": round(_best(ours)),
        "rows_per_s_1m": round(long.rows_per_s),
        "ratio_to_dlt": round(_best(ours) / _best(dlts), 2),
        "ratio_to_copy": round(_best(ours) / _best(copies), 3),
        "peak_mb": round(max(run.peak_mb or 0 for run in (*ours, long))),
    }
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Import beside COPY and dlt.")
    parser.add_argument("--rows", type=int, default=200_000, help="rows that all three load")
    parser.add_argument("--long-rows", type=int, help="rows of the long import; five times --rows")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, once: does the benchmark work?")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.repeat = options.rows // 10, 1
    options.long_rows = options.long_rows or 5 * options.rows
    return options


if __name__ == "__main__":
    main()
