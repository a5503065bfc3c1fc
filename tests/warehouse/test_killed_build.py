"""A build that is killed in its middle leaves every mart as it was or as it is to be, and the next one mends all."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from ingest import load_activity
from orchestration.lib.dbt_project import connection_variables, dbt_command
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.warehouse import contents, run_dbt

WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'analytics.prompt_rankings'::regclass AND NOT granted"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dbt'"


def events(first: int, last: int, prompt: int) -> list[dict[str, Any]]:
    return [
        {"event_id": f"e{n}", "event_type": "view", "occurred_at": f"2026-03-{n:02d}T10:00:00Z", "prompt_id": prompt}
        | {"session_id": f"s{n}"}
        for n in range(first, last)
    ]


def test_a_killed_build_leaves_the_last_good_marts(library: Library, tmp_path: Path) -> None:
    prompt, target = library.add_prompt("p", tags=("a",)), tmp_path / "target"
    load_activity(library.ingest, [write_jsonl(tmp_path / "a.jsonl", events(1, 5, prompt))])
    run_dbt(library, target, "build")
    before = contents(library)
    load_activity(library.ingest, [write_jsonl(tmp_path / "b.jsonl", events(5, 9, prompt))])
    environment = dict(os.environ) | connection_variables(library.url)
    with library.engine().connect() as reader:
        # Whoever reads the mart keeps dbt from putting the new one in its place, as long as the transaction lasts.
        reader.execute(text("LOCK TABLE analytics.prompt_rankings IN ACCESS SHARE MODE"))
        command = dbt_command("build", "--target-path", str(target))
        dbt = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 120
        while not library.value(WAITING):
            assert dbt.poll() is None, "dbt ended before it came to the rankings"
            assert time.monotonic() < deadline, "dbt never came to the rankings"
            time.sleep(0.1)
        os.killpg(dbt.pid, signal.SIGKILL)
        dbt.wait()
    # Its server processes find out when they next speak to it.
    while library.value(OTHERS):
        assert time.monotonic() < deadline, "dbt's server processes outlive it"
        time.sleep(0.1)
    killed = contents(library)
    assert killed.keys() == before.keys()
    assert killed["prompt_rankings"] == before["prompt_rankings"]
    run_dbt(library, target, "build")
    after = contents(library)
    assert after["prompt_rankings"] != before["prompt_rankings"]
    assert all(killed[table] in (before[table], after[table]) for table in after)
