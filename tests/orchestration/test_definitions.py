"""What Dagster knows: pinned, so that a renamed asset or a lost schedule is seen in review."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import AssetKey

from orchestration.definitions import defs
from tests.support.library import Library

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("definitions.json")
WITH_SPARK = Path(__file__).with_name("definitions_with_spark.json")
"""What differs with the engine spark, and where each of what it computes is."""


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


def with_spark(home: str) -> dict[str, dict[str, list[str]]]:
    """What there is more and less with the engine spark, whose definitions a process of its own loads."""
    environment = dict(os.environ) | {"PROMPTORY_ENGINE": "spark", "PROMPTORY_HOME": home}
    command = [sys.executable, "-m", "tests.orchestration.test_definitions", "--print"]
    told = json.loads(subprocess.check_output(command, cwd=ROOT, env=environment, text=True))
    names = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return {
        "more": {kind: sorted(set(told[kind]) - set(names[kind])) for kind in names},
        "less": {kind: sorted(set(names[kind]) - set(told[kind])) for kind in names},
        **{place: told[place] for place in ("computed by Spark", "steps of daily_ingest")},
    }


def _places() -> dict[str, Any]:
    """Where Spark computes, and in which steps a day is brought in."""
    nodes = defs.resolve_asset_graph().asset_nodes
    steps = defs.resolve_job_def("daily_ingest").graph.node_dict
    return {
        "computed by Spark": dict(
            sorted((node.key.to_user_string(), sorted(node.kinds)) for node in nodes if "spark" in node.kinds)
        ),
        "steps of daily_ingest": sorted(steps),
    }


def _schedules() -> list[dg.ScheduleDefinition]:
    repository = defs.get_repository_def()
    return list(repository.schedule_defs)


def test_names_are_those_of_the_snapshot() -> None:
    """After a wanted change: `python -m tests.orchestration.test_definitions` writes the snapshot anew."""
    assert current() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_with_spark_all_is_the_same_but_for_what_its_snapshot_tells(tmp_path: Path) -> None:
    assert with_spark(str(tmp_path)) == json.loads(WITH_SPARK.read_text(encoding="utf-8"))


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
    if "--print" in sys.argv:
        sys.stdout.write(json.dumps(current() | _places()))
    else:
        SNAPSHOT.write_text(json.dumps(current(), indent=2) + "\n", encoding="utf-8")
        WITH_SPARK.write_text(json.dumps(with_spark(tempfile.gettempdir()), indent=2) + "\n", encoding="utf-8")
