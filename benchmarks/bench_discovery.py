"""How fast a large library is searched, indexed and recommended from, beside PostgreSQL's full text and tantivy.

Generated libraries, a fifth of each Korean. Searches are warm, a page of ten, by one client and by eight. The index is
built as dbt builds it, start included; then a thousand prompts change, and it is refreshed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import Connection, connect
from psycopg.errors import QueryCanceled
from sqlalchemy import URL

from benchmarks import corpus
from benchmarks.discovery_report import Discovery, Times, figures_of, print_tables
from benchmarks.server import ROOT, TEMPLATE, Server, libpq, started_server
from orchestration.lib.dbt_project import connection_variables, dbt_command
from schema.database import create_role_engine, viewer_session
from schema.repository.recommendations import recommended_prompts
from schema.roles import Role

SIZES = (100_000, 1_000_000)
QUERIES = 40
CLIENTS = 8
CHANGED = 1_000
PAGE = 10
# Full text ranks all that it finds: it gets fewer queries, and is given up after so many milliseconds.
FULL_TEXT_QUERIES = 10
FULL_TEXT_PATIENCE = 5_000
PEER = ROOT / ".venv-bench" / "bin" / "python"
# The kinds that every system can be asked; the others have filters or another order.
PLAIN = ("a common word", "a title", "a long question", "Korean")

Searches = dict[str, list[tuple[str, dict[str, Any]]]]

_SIZE = """
SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c
WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'search%'
"""
_SAMPLE = "SELECT title, prompt_text FROM library.prompts WHERE language = %s ORDER BY hashint8(id) LIMIT %s"
_COMMON = """
SELECT word FROM analytics.search_words WHERE audience = 'free'
GROUP BY word ORDER BY sum(documents) DESC, word LIMIT %s
"""
_CHANGE = """
UPDATE library.prompts SET prompt_text = prompt_text || ' changed', content_hash = sha256(content_hash)
WHERE id IN (SELECT id FROM library.prompts ORDER BY hashint8(id) LIMIT %s)
"""
_FULL_TEXT_INDEX = (
    "CREATE INDEX full_text ON library.prompts USING gin (to_tsvector('english', title || ' ' || prompt_text))"
)
_FULL_TEXT = """
SELECT p.id FROM library.prompts AS p CROSS JOIN {query} AS q
WHERE to_tsvector('english', p.title || ' ' || p.prompt_text) @@ q
ORDER BY ts_rank_cd(to_tsvector('english', p.title || ' ' || p.prompt_text), q) DESC, p.id LIMIT %s
"""
_ALL_WORDS = "websearch_to_tsquery('english', %s)"
_ANY_WORD = "cast(replace(cast(plainto_tsquery('english', %s) AS text), '&', '|') AS tsquery)"


def measured(server: Server, prompts: int) -> Discovery:
    """Fill a library, and measure it."""
    target = server.folder / "target"
    with server.database(TEMPLATE) as url:
        _say(f"{prompts:,} prompts")
        corpus.fill(url, prompts)
        build_s = _dbt(target, url, "run", "--full-refresh", "--select", "+search_state")
        _say(f"index built in {build_s:.0f} s")
        with connect(libpq(url), autocommit=True) as connection:
            size_mb = float(_value(connection, _SIZE)) / 1e6
            connection.execute("VACUUM ANALYZE")
            searches = _searches(connection)
            _dbt(target, url, "run", "--select", "+prompt_rankings", "+int_person_signals")
            connection.execute("VACUUM ANALYZE")
        ours = _clients(url, searches, 1)
        together = _clients(url, searches, CLIENTS)
        _say("searched")
        fit = _json([sys.executable, "-m", "benchmarks.run_neighbours", _address(url)])
        _say(f"neighbours in {fit['seconds']:.0f} s")
        for_you = _for_you(url)
        with connect(libpq(url), autocommit=True) as connection:
            connection.execute(_CHANGE.encode(), [CHANGED])
        refresh_s = _dbt(target, url, "run", "--select", "+search_state")
        _say(f"refreshed in {refresh_s:.0f} s")
        plain = {kind: [query for query, _ in searches[kind]] for kind in PLAIN}
        full_text_s, all_words, any_word = _full_text(url, plain)
        _say("full text searched")
        tantivy = _tantivy(url, plain)
    return Discovery(
        prompts,
        build_s,
        size_mb,
        CHANGED,
        refresh_s,
        {"Promptory": ours, "full text, all words": all_words, "full text, any word": any_word}
        | {"tantivy": tantivy.pop("times")},
        CLIENTS,
        together,
        full_text_s,
        tantivy,
        fit["seconds"],
        fit["peak_mb"],
        for_you,
    )


def _searches(connection: Connection[Any]) -> Searches:
    """By kind, queries with options; the same ones for a library of one size."""
    english = connection.execute(_SAMPLE.encode(), ["en", 3 * QUERIES]).fetchall()
    korean = connection.execute(_SAMPLE.encode(), ["ko", QUERIES]).fetchall()
    titles = [title for title, _ in english[:QUERIES]]
    words = [row[0] for row in connection.execute(_COMMON.encode(), [QUERIES])]
    picked = np.random.default_rng(1)

    def each(queries: list[str], **options: Any) -> list[tuple[str, dict[str, Any]]]:
        return [(query, {name: _picked(value) for name, value in options.items()}) for query in queries]

    return {
        "a common word": each(words),
        "a title": each(titles),
        "a long question": each([" ".join(text.split()[:14]) for _, text in english[QUERIES : 2 * QUERIES]]),
        "Korean": each([title for title, _ in korean]),
        "of a language": each(titles, language="en"),
        "of a type": each(titles, agent_type="IMAGE"),
        "of an access": each(titles, access="PRO"),
        "of a tag": each(titles, tags=lambda: [f"tag-{picked.integers(corpus.TAGS) + 1}"]),
        "of a collection": each(titles, collection=lambda: f"collection-{picked.integers(corpus.COLLECTIONS) + 1}"),
        "of a creator": each(titles, creator=lambda: int(picked.integers(corpus.CREATORS)) + 1),
        "by likes": each(words, sort="likes"),
        "with facets": each(titles, with_facets=True),
        "no words, by likes": each([""] * QUERIES, sort="likes"),
    }


def _picked(option: Any) -> Any:
    return option() if callable(option) else option


def _clients(url: URL, searches: Searches, clients: int) -> Times:
    """Times of the searches, by kind, of so many clients at once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "searches.json"
        file.write_text(json.dumps(searches), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.run_searches", _address(url), str(file)]
        running = [
            subprocess.Popen([*command, str(QUERIES * one // clients)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for one in range(clients)
        ]
        told = [process.communicate()[0] for process in running]
    assert not any(process.returncode for process in running)
    times = [json.loads(lines.splitlines()[-1]) for lines in told]
    return {kind: [time for one in times for time in one[kind]] for kind in searches}


def _for_you(url: URL) -> list[float]:
    """Times of recommendations to two hundred people, the second time each is asked for."""
    readers = create_role_engine(url, Role.DASHBOARD)
    times = []
    for person in range(1, 201):
        for _ in range(2):
            with viewer_session(readers, person) as session:
                began = time.perf_counter()
                assert recommended_prompts(session, person, take=PAGE)
                took = (time.perf_counter() - began) * 1000
        times.append(took)
    readers.dispose()
    return times


def _full_text(url: URL, queries: Mapping[str, list[str]]) -> tuple[float, Times, Times]:
    """Seconds of building its index, and times of searches for all words and for any, warm."""
    with connect(libpq(url), autocommit=True) as connection:
        began = time.perf_counter()
        connection.execute(_FULL_TEXT_INDEX.encode())
        built = time.perf_counter() - began
        connection.execute("VACUUM ANALYZE library.prompts")
        connection.execute(f"SET statement_timeout = {FULL_TEXT_PATIENCE}".encode())
        found = [
            {
                kind: [_timed(connection, _FULL_TEXT.format(query=way), query) for query in asked[:FULL_TEXT_QUERIES]]
                for kind, asked in queries.items()
            }
            for way in (_ALL_WORDS, _ANY_WORD)
        ]
    return built, found[0], found[1]


def _timed(connection: Connection[Any], statement: str, query: str) -> float:
    for _ in range(2):
        began = time.perf_counter()
        with suppress(QueryCanceled):
            connection.execute(statement.encode(), [query, PAGE]).fetchall()
        took = time.perf_counter() - began
    return took * 1000


def _tantivy(url: URL, queries: Mapping[str, list[str]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, connect(libpq(url)) as connection:
        folder = Path(name)
        (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
        with connection.cursor("corpus") as cursor, (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
            cursor.execute("SELECT id, title, prompt_text FROM library.prompts")
            file.writelines(json.dumps(row) + "\n" for row in cursor)
        program = str(ROOT / "benchmarks" / "run_tantivy.py")
        return _json([str(PEER), program, str(folder / "corpus.jsonl"), str(folder / "queries.json")])


def _dbt(target: Path, url: URL, *arguments: str) -> float:
    began = time.perf_counter()
    environment = dict(os.environ) | connection_variables(url)
    # The project's own manifest stays as it is: it names the database that it was made with.
    command = dbt_command("--quiet", *arguments, "--target-path", str(target))
    subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - began


def _json(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _value(connection: Connection[Any], statement: str) -> Any:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def _address(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Run the benchmark; print tables, and as the last line the figures as JSON."""
    parser = argparse.ArgumentParser(description="Search, index and recommendations of large libraries.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="prompts of the libraries")
    sizes = parser.parse_args().sizes
    figures = {}
    for size in sizes:
        with started_server() as server:
            found = measured(server, size)
        print_tables(found)
        figures[str(size)] = figures_of(found)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
