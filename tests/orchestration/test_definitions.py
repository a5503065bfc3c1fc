"""What Dagster knows: pinned, so that a renamed asset or a lost schedule is seen in review."""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
from dagster import AssetKey

from orchestration.definitions import defs
from tests.support.library import Library

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("definitions.json")


def current() -> dict[str, list[str]]:
    """Every name that other systems and people rely on."""
    graph = defs.resolve_asset_graph()
    return {
        "assets": sorted(key.to_user_string() for key in graph.materializable_asset_keys),
        "checks": sorted(f"{key.asset_key.to_user_string()}:{key.name}" for key in graph.asset_check_keys),
        "jobs": sorted(job.name for job in defs.jobs or []),
        "schedules": sorted(f"{one.name}: {one.cron_schedule}" for one in _schedules()),
        "sensors": sorted(sensor.name for sensor in defs.sensors or []),
    }


def _schedules() -> list[dg.ScheduleDefinition]:
    repository = defs.get_repository_def()
    return list(repository.schedule_defs)


def test_names_are_those_of_the_snapshot() -> None:
    """After a wanted change: `python -m tests.orchestration.test_definitions` writes the snapshot anew."""
    assert current() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_the_workspace_is_valid_as_dagster_loads_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(ROOT / "workspace.yaml")]
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(tmp_path), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr


def _environment(home: Path) -> dict[str, str]:
    return dict(os.environ) | {"DAGSTER_HOME": str(home), "PROMPTORY_HOME": str(home)}


def test_the_marts_stand_below_the_assets_that_fill_the_library() -> None:
    graph = defs.resolve_asset_graph()
    assert (
        AssetKey(["library", "activity_events"])
        in graph.get(AssetKey(["analytics", "stg_library__activity_events"])).parent_keys
    )
    assert (
        AssetKey(["library", "prompts"]) in graph.get(AssetKey(["analytics", "stg_library__prompt_tags"])).parent_keys
    )


def test_the_demos_runs_filled_the_library_and_the_marts(warehouse: Library) -> None:
    # What was searched for on pages that other tests opened came without a batch.
    days, events, likes = warehouse.rows("""
        SELECT
            count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date), count(*),
            (SELECT count(*) FROM library.user_prompt_likes)
        FROM library.activity_events WHERE batch_id IS NOT NULL
    """)[0]
    assert (days, events > 1000, likes > 50) == (14, True, True)
    assert warehouse.value("SELECT count(*) FROM library.import_rejections") == 0
    assert warehouse.value("SELECT count(*) FROM library.import_batches WHERE status = 'FAILED'") == 0


def test_each_day_is_a_partition_with_its_own_materialization(warehouse: Library) -> None:
    config = dg.DagsterInstance.from_config(str(warehouse.home / "dagster"), "dagster.yaml")
    with config as instance:
        partitions = instance.get_materialized_partitions(AssetKey(["library", "activity_events"]))
    assert len(partitions) == 14
    assert max(partitions) == "2026-06-30"


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(current(), indent=2) + "\n", encoding="utf-8")
