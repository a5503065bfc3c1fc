"""What a job leaves: parts replaced one by one, the last good ones where it fails, and why it did."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from orchestration.spark.derived import parts_of
from orchestration.spark.local import checked, job_command, job_environment, run_here, write_plan
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, Plan
from schema.errors import PromptoryError
from tests.conftest import forget_settings
from tests.support.library import Library
from tests.support.spark import files_of, skip_without_spark

FIRST, SECOND = date(2026, 3, 7), date(2026, 3, 8)
MODEL = "int_viewer_days"


@pytest.fixture(autouse=True)
def _spark() -> None:
    skip_without_spark()


def day_file(folder: Path, day: date, viewers: int) -> str:
    """A day on which so many visits viewed a prompt once."""
    path = folder / f"{day}-{viewers}.parquet"
    rows = [
        {"event_id": n.to_bytes(16), "event_type": "view", "session_id": str(n), "prompt_id": 1} for n in range(viewers)
    ]
    moments = pa.array([f"{day}T12:00:00Z"] * viewers).cast(pa.timestamp("us", "UTC"))
    table = pa.Table.from_pylist(rows).append_column("occurred_at", moments)
    parquet.write_table(table.append_column("user_id", pa.nulls(viewers, pa.int64())), path)
    return str(path)


def plan(folder: Path, job: str, days: dict[date, int], *files: str) -> Plan:
    """The plan of a job that computes days of viewers."""
    inputs = {EVENTS: Input(files, EVENTS_SCHEMA)}
    return Plan(job, (MODEL,), inputs, str(folder / "derived"), str(folder / f"report-{job}.json"), days)


def viewers(folder: Path) -> dict[str, tuple[str, int | None, int]]:
    """Each day's version, revision and rows, the rows as its files have them."""
    derived = str(folder / "derived")
    return {
        day: (
            marker.version,
            marker.revision,
            sum(parquet.read_metadata(file).num_rows for file in files_of(derived, MODEL, day)),
        )
        for day, marker in parts_of(derived, MODEL).items()
    }


def test_a_day_is_replaced_alone_and_a_killed_job_leaves_the_last_good_one(tmp_path: Path) -> None:
    first, second = day_file(tmp_path, FIRST, 2), day_file(tmp_path, SECOND, 3)
    report = run_here(plan(tmp_path, "1", {FIRST: 1, SECOND: 2}, first, second))
    assert [(one["name"], one["rows"], one["parts"]) for one in report["models"]] == [(MODEL, 5, 2)]
    # Another day's events among the files are none of the job's, and a day without events has no rows.
    third = date(2026, 3, 9)
    run_here(plan(tmp_path, "2", {FIRST: 3, third: 4}, day_file(tmp_path, FIRST, 4), second))
    before = {"2026-03-07": ("2", 3, 4), "2026-03-08": ("1", 2, 3), "2026-03-09": ("2", 4, 0)}
    assert viewers(tmp_path) == before
    kill_when(tmp_path, plan(tmp_path, "3", {FIRST: 5}, day_file(tmp_path, FIRST, 5)), written_aside)
    assert written_aside(tmp_path)
    assert viewers(tmp_path) == before


def written_aside(folder: Path) -> bool:
    """Whether the third job has written anything."""
    return (folder / "derived" / MODEL / "v=3").exists()


def kill_when(folder: Path, told: Plan, happened: Callable[[Path], bool]) -> None:
    """Run a job, and kill it with all that it started once something happened."""
    command = job_command(write_plan(told, folder))
    running = subprocess.Popen(
        command, env=job_environment(), cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while running.poll() is None and not happened(folder):
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL


@pytest.mark.timeout(180)
def test_a_job_without_memory_ends_and_says_so(
    on_spark: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTORY_SPARK_MEMORY", "512m")
    forget_settings()
    told = plan(tmp_path, "1", {FIRST: 1}, day_file(tmp_path, FIRST, 2))
    path = write_plan(told, tmp_path)
    greedy = json.loads(path.read_text())
    greedy["models"][-1]["text"] = "SELECT current_date() AS activity_date, collect_list(id) FROM range(1000000000)"
    path.write_text(json.dumps(greedy))
    done = subprocess.run(job_command(path), env=job_environment(), cwd=tmp_path, capture_output=True, check=False)
    with pytest.raises(PromptoryError, match=rf"{MODEL}: Spark .* memory.* more than 512m \(PROMPTORY_SPARK_MEMORY\)"):
        checked(told, done.returncode)
    assert viewers(tmp_path) == {}


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_committed(tmp_path: Path) -> None:
    good, broken = day_file(tmp_path, FIRST, 2), tmp_path / "broken.parquet"
    broken.write_bytes(Path(good).read_bytes()[:-30])
    with pytest.raises(PromptoryError, match=rf"int_viewer_days: \S*{broken} is no Parquet file, or not a whole one"):
        run_here(plan(tmp_path, "1", {FIRST: 1, SECOND: 1}, good, str(broken)))
    gone = tmp_path / "gone.parquet"
    with pytest.raises(PromptoryError, match=rf"{EVENTS}: \S*{gone} is not there"):
        run_here(plan(tmp_path, "2", {FIRST: 1}, good, str(gone)))
    other = tmp_path / "other.parquet"
    table = parquet.read_table(good)
    place = table.schema.get_field_index("session_id")
    parquet.write_table(table.set_column(place, "session_id", pa.array([1, 2])), other)
    with pytest.raises(PromptoryError, match=rf"\S*{other} has a column of another type"):
        run_here(plan(tmp_path, "3", {FIRST: 1}, str(other)))
    assert viewers(tmp_path) == {}


@pytest.mark.parametrize(
    ("file", "remedy"),
    [
        (
            "s3://bucket/lake/activity/dt=2026-03-07/a.parquet",
            "take it out with promptory lake mend 2026-03-07, and write the day again: promptory lake write FILES",
        ),
        (
            "file:///lake/derived/uses_of_days/v=1/dt=2026-03-07/a.parquet",
            "materialize lake_days of 2026-03-07 in Dagster, or delete /lake/derived/uses_of_days/_parts/2026-03-07",
        ),
        ("file:/lake/jobs/1/library_prompts.parquet", "run promptory refresh again"),
    ],
)
def test_what_to_do_about_a_file_depends_on_its_folder(file: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The job sets its environment as it is imported, and PySpark need not be there before.
    for name, value in (("TZ", "UTC"), ("PYSPARK_PYTHON", sys.executable)):
        monkeypatch.setenv(name, value)
    from orchestration.spark import job  # noqa: PLC0415

    fault = job.told(ValueError(f"[PATH_NOT_FOUND] Path does not exist: {file}."), {}, {"doing": "events"})
    assert (fault["model"], fault["file"]) == ("events", file.replace("file:///", "/").replace("file:/", "/"))
    assert f"{fault['file']} is not there; {remedy}" in fault["sentence"]
    # Other things may be missing.
    fault = job.told(ValueError("The function does not exist."), {}, {})
    assert fault["sentence"] == "The function does not exist."
