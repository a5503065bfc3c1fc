"""Assets over the lake, run by Dagster with Spark: days by partition, a job that is killed, days that are damaged."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pyarrow import parquet

from ingest.lake import Lake
from orchestration.defs.lake import JUDGED, READABLE, lake_days, lake_state, lake_tests
from orchestration.defs.resources import Library as LibraryResource
from orchestration.defs.resources import Spark
from orchestration.lib.days import day_range
from orchestration.lib.dbt_runs import build_models
from orchestration.lib.lake_specs import DAYS
from orchestration.spark.local import JOB, checked
from orchestration.spark.models import day_models, state_models
from orchestration.spark.plan import Plan
from orchestration.spark.refresh import inputs_of_state
from schema.errors import PromptoryError
from tests.conftest import forget_settings
from tests.orchestration.test_activity_runs import put
from tests.orchestration.test_cli import promptory, told
from tests.spark.test_load import places, the_lake, viewers, write_views
from tests.support.library import Library
from tests.support.spark import skip_without_spark

FIRST = date(2026, 3, 7)
ONE, TWO, THREE, FOUR, FIVE, SIX = (FIRST + timedelta(days=number) for number in range(6))
VIEWER_DAYS = dg.AssetKey(["analytics", "int_viewer_days"])


@pytest.fixture(autouse=True)
def _spark() -> None:
    skip_without_spark()


@pytest.fixture
def soup(on_spark: Library) -> int:
    """A prompt in a library whose raw events are in its lake."""
    return on_spark.add_prompt("soup")


def run(instance: dg.DagsterInstance, *days: date, asset: dg.AssetsDefinition = lake_days) -> dg.ExecuteInProcessResult:
    """Materialize the days from the first to the last, or in a run of no days."""
    tags = day_range(str(days[0]), str(days[-1])) if days else {}
    resources = {"library": LibraryResource(), "spark": Spark()}
    return dg.materialize([asset], instance=instance, resources=resources, tags=tags, raise_on_error=False)


def refusal(result: dg.ExecuteInProcessResult, asset: dg.AssetsDefinition = lake_days) -> str:
    """What the asset that failed says."""
    assert not result.success
    failure = result.failure_data_for_node(asset.op.name)
    assert failure is not None
    assert failure.user_failure_data is not None, failure.error
    return failure.user_failure_data.description or ""


def loaded(instance: dg.DagsterInstance) -> set[str]:
    return instance.get_materialized_partitions(VIEWER_DAYS)


@pytest.mark.timeout(1800)
def test_days_are_backfilled_side_by_side_and_a_killed_job_leaves_the_last_good_ones(
    configured: Library, soup: int, tmp_path: Path
) -> None:
    write_views(configured, tmp_path, soup, f"a {ONE}", f"b {TWO}", f"c {TWO}", f"d {THREE}", f"e {FOUR}")
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert all(one.success for one in side_by_side(instance, (ONE, TWO), (THREE, FOUR)))
        assert viewers(configured) == {ONE: 1, TWO: 2, THREE: 1, FOUR: 1}
        assert loaded(instance) == {str(day) for day in (ONE, TWO, THREE, FOUR)}
        before = places(configured)

        # A run of a day leaves others alone, also those that changed.
        write_views(configured, tmp_path, soup, f"late {TWO}", f"late {THREE}")
        again = run(instance, TWO)
        assert again.success
        assert viewers(configured) == {ONE: 1, TWO: 3, THREE: 1, FOUR: 1}
        assert [day for day, found in places(configured).items() if found != before[day]] == [TWO]
        told = {one.asset_key: one.metadata for one in again.asset_materializations_for_node("lake_days")}
        assert told[VIEWER_DAYS]["dagster/row_count"].value == 3
        assert set(told[VIEWER_DAYS]) >= {"seconds", "peak MB"}
        assert any("int_viewer_days: 3 rows, " in one.user_message for one in instance.all_logs(again.run_id))

        assert "was killed from outside" in refusal(killed(instance, THREE))
        assert viewers(configured) == {ONE: 1, TWO: 3, THREE: 1, FOUR: 1}

        # In a run of no days those that changed are computed, and Dagster is told which.
        hourly = run(instance)
        assert hourly.success
        assert viewers(configured)[THREE] == 2
        days = {one.partition for one in hourly.asset_materializations_for_node("lake_days")}
        assert days == {str(THREE), None}


def side_by_side(instance: dg.DagsterInstance, *ranges: tuple[date, date]) -> list[dg.ExecuteInProcessResult]:
    """Runs at the same time."""
    results: list[dg.ExecuteInProcessResult] = []
    threads = [threading.Thread(target=lambda days=days: results.append(run(instance, *days))) for days in ranges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(ranges)
    return results


def killed(instance: dg.DagsterInstance, day: date) -> dg.ExecuteInProcessResult:
    """Run a day, and kill its job when it has written something aside."""
    folder = Path(the_lake().root, "derived", "int_viewer_days")
    before = set(folder.glob("v=*"))
    killer = threading.Thread(target=lambda: kill_when(lambda: set(folder.glob("v=*")) - before))
    killer.start()
    result = run(instance, day)
    killer.join()
    return result


def kill_when(happened: Any) -> None:
    """Kill the Spark job of this process once something happened."""
    while not happened():
        time.sleep(0.02)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, stat = (entry / "cmdline").read_bytes(), (entry / "stat").read_text()
        except OSError:
            continue
        if str(JOB).encode() in command and int(stat.rpartition(")")[2].split()[1]) == os.getpid():
            os.kill(int(entry.name), signal.SIGKILL)


@pytest.mark.timeout(1200)
def test_days_that_are_damaged_fail_and_say_why_and_the_others_are_loaded(
    configured: Library, soup: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (ONE, TWO, THREE, FOUR, FIVE, SIX)
    write_views(configured, tmp_path, soup, *(f"v {day}" for day in days))
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        monkeypatch.setenv("PROMPTORY_SPARK_MEMORY", "100m")
        forget_settings()
        told = refusal(run(instance, ONE))
        assert "Spark cannot start with 100m of memory; give it 512m at least (PROMPTORY_SPARK_MEMORY)" in told
        monkeypatch.delenv("PROMPTORY_SPARK_MEMORY")
        forget_settings()

        files = {day: only_file(the_lake(), day) for day in days}
        marker = files[FIVE].with_name("_manifest.json")
        marker.write_text(marker.read_text().replace('"position"', '"place"'))
        files[TWO].unlink()
        files[THREE].write_bytes(files[THREE].read_bytes()[:-9])
        parquet.write_table(parquet.read_table(files[ONE], columns=["user_id", "query"]), files[FOUR])
        files[SIX].with_name("_manifest.json").unlink()

        refused = run(instance, ONE, SIX)
        told = refusal(refused)
        for day, reason in {
            TWO: f"{files[TWO].name} of {TWO} in the lake is not there, though the marker names it",
            THREE: f"{files[THREE].name} of {THREE} in the lake cannot be read",
            FOUR: f"{files[FOUR].name} of {FOUR} in the lake is of another schema",
            FIVE: f"_manifest.json of {FIVE} in the lake tells of another schema (place, position)",
            SIX: f"The day {SIX} is not in the lake any more",
        }.items():
            assert reason in told
            assert f"--loaded --from {day} --to {day}" in told
        assert viewers(configured) == {ONE: 1}
        assert loaded(instance) == {str(ONE)}
        assert [one.passed for one in refused.get_asset_check_evaluations()] == [False]
        # Others' faults are not those of a day that is sound.
        assert run(instance, ONE).success

        # The refresh of all goes on, and tells it by a check.
        hourly = run(instance)
        assert hourly.success
        [verdict] = hourly.get_asset_check_evaluations()
        assert (verdict.asset_key, verdict.check_name, verdict.passed) == (DAYS, READABLE, False)
        assert f"The day {SIX} is not in the lake any more" in (verdict.description or "")


# A list that was shown on the first day, and what was counted of days and periods before it.
_SHOWN = """
    SELECT library.ensure_impression_partitions('2026-02-01', '2026-03-31');
    INSERT INTO library.shown_lists (list_id, shown_at, surface)
    VALUES (gen_random_uuid(), '2026-03-07T12:00Z', 'for_you');
    INSERT INTO library.impressions (list_id, shown_at, prompt_id, place)
    SELECT l.list_id, l.shown_at, p.id, 1 FROM library.shown_lists AS l, library.prompts AS p;
    INSERT INTO analytics.int_shown_days (activity_date, revision) VALUES ('2026-02-07', 1), ('2026-02-08', 1);
    INSERT INTO analytics.int_prompt_weeks (period_date, revision) VALUES ('2026-01-05', 1);
    INSERT INTO analytics.int_creator_prompt_months (period_date, revision) VALUES ('2026-01-01', 1);
"""
_WINDOWS = "SELECT * FROM analytics.int_ranking_windows ORDER BY ranking_window"
_JUDGED = "SELECT activity_date, impressions, revision FROM analytics.int_shown_days WHERE impressions > 0"


@pytest.mark.timeout(2400)
def test_what_is_made_of_all_days_stands_where_one_lacks_and_goes_on_once_that_is_there(
    configured: Library, soup: int, tmp_path: Path
) -> None:
    later = ONE + timedelta(days=40)
    write_views(configured, tmp_path, soup, *(f"v {day}" for day in (ONE, TWO, FOUR, later)))
    dropped, state = date(2026, 2, 7), lake_state
    configured.do(
        "INSERT INTO library.activity_days (activity_date, events_dropped_at) VALUES (:day, now())", day=dropped
    )
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert run(instance).success
        configured.do(_SHOWN)
        build_models([f"+{name}" for name in inputs_of_state()])
        first = run(instance, asset=state)
        assert first.success
        assert [one.passed for one in first.get_asset_check_evaluations()] == [True]
        assert configured.value("SELECT max(as_of) FROM analytics.int_ranking_windows").date() == later
        [judged] = configured.rows(_JUDGED)
        assert judged[:2] == (ONE, 1)
        # What the relation of a model has no more is gone, but not what is counted of a day that was dropped.
        old = "SELECT activity_date FROM analytics.int_shown_days WHERE activity_date < '2026-03-01'"
        assert configured.rows(old) == [(dropped,)]
        for table in ("int_prompt_weeks", "int_creator_prompt_months"):
            assert configured.value(f"SELECT min(period_date) FROM analytics.{table}") >= date(2026, 2, 1)

        # A file that Spark wrote is lost: its day, computed again, is the cure.
        [lost] = Path(the_lake().root).glob(f"derived/int_viewer_days/v=*/dt={TWO}/*.parquet")
        lost.unlink()
        assert f"materialize lake_days of {TWO} in Dagster, or delete " in refusal(run(instance, asset=state), state)
        assert run(instance, TWO).success
        assert run(instance, asset=state).success

        # By a day that is damaged no list is judged, and all else goes on.
        configured.do("UPDATE library.activity_days SET revision = DEFAULT WHERE activity_date = :day", day=ONE)
        assert run(instance).success
        build_models([f"+{name}" for name in inputs_of_state()])
        damaged = only_file(the_lake(), FOUR)
        content = damaged.read_bytes()
        damaged.write_bytes(content[:-9])
        going_on = run(instance, asset=state)
        assert going_on.success
        [verdict] = going_on.get_asset_check_evaluations()
        assert (verdict.check_name, verdict.passed) == (JUDGED, False)
        assert f"{damaged.name} of {FOUR} in the lake cannot be read" in (verdict.description or "")
        assert configured.rows(_JUDGED) == [judged]
        damaged.write_bytes(content)

        # On the newest day windows end: without it, they stay as they were, wherever they are asked for.
        newest, windows = only_file(the_lake(), later), configured.rows(_WINDOWS)
        newest.write_bytes(newest.read_bytes()[:-9])
        for said in (refusal(run(instance, asset=state), state), told(promptory("refresh"))):
            assert f"stay as they were. {newest.name} of {later} in the lake cannot be read" in said
        assert configured.rows(_WINDOWS) == windows


def only_file(lake: Lake, day: date) -> Path:
    [file] = Path(lake.root).glob(f"activity/dt={day}/*.parquet")
    return file


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (52, r"ran out of memory: give it more \(PROMPTORY_SPARK_MEMORY, now 1g\)"),
        (137, r"was killed from outside.*too little memory.*PROMPTORY_SPARK_MEMORY"),
        (-9, r"was killed from outside.*what was computed before stands"),
        (-15, r"was ended from outside \(signal 15\)"),
        (3, r"ended with code 3 and told nothing"),
    ],
)
def test_a_job_that_tells_nothing_is_judged_by_how_it_ended(code: int, words: str, tmp_path: Path) -> None:
    plan = Plan("1", (), {}, str(tmp_path), str(tmp_path / "report.json"))
    with pytest.raises(PromptoryError, match=words):
        checked(plan, code)


class Silent(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A dbt that cannot run, and tells of no test."""

    def cli(self, *_arguments: Any, **_options: Any) -> Any:
        """Run nothing."""
        return self

    def stream(self) -> Iterator[Any]:
        """Tell nothing."""
        return iter(())


def test_tests_that_dbt_tells_nothing_of_have_failed(configured: Library) -> None:
    resources = {"library": LibraryResource(), "dbt": Silent()}
    checked = dg.Definitions(asset_checks=[lake_tests], resources=resources).resolve_implicit_global_asset_job_def()
    done = checked.execute_in_process(raise_on_error=False)
    assert not done.success
    failure = done.failure_data_for_node("lake_tests")
    assert failure is not None
    assert failure.user_failure_data is not None
    assert "dbt told nothing of" in (failure.user_failure_data.description or "")


def test_assets_are_what_the_jobs_compute() -> None:
    names = {
        "library_user_prompt_likes": "user_prompt_likes",
        "library_recent_uses": "recent_uses",
        "prompt_neighbour_lists": "prompt_neighbours",
    }
    assert {key.path[-1] for key in lake_days.keys} == {*day_models(), "int_activity_days"}
    assert {key.path[-1] for key in lake_state.keys} == {names.get(name, name) for name in state_models()}


_WHOLE = """
from datetime import date
from orchestration.demo import run_job
from schema.settings import get_settings
run_job(get_settings(), "daily_ingest", date(2026, 3, 7), date(2026, 3, 8))
"""


@pytest.mark.spark
@pytest.mark.timeout(3600)
def test_days_come_from_their_files_to_the_rankings(
    configured: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configured.add_prompt("soup")
    landing = LibraryResource().landing.root
    put(landing, f"activity/{ONE}.jsonl", f"{ONE}T08:00:00Z", f"{ONE}T11:00:00Z")
    put(landing, f"activity/{TWO}.jsonl", f"{TWO}T10:00:00Z")
    environment = dict(os.environ) | {"PROMPTORY_ENGINE": "spark"}
    done = subprocess.run([sys.executable, "-c", _WHOLE], env=environment, capture_output=True, text=True, check=False)
    log = tmp_path / "home" / "logs" / "daily_ingest.log"
    assert done.returncode == 0, f"{done.stderr[-2000:]}\n{log.read_text()[-6000:]}"
    assert configured.value("SELECT count(*) FROM library.activity_events") == 0
    assert viewers(configured) == {ONE: 1, TWO: 1}
    daily = "SELECT activity_date, views FROM analytics.prompt_daily ORDER BY 1"
    assert configured.rows(daily) == [(ONE, 2), (TWO, 1)]
    assert configured.value("SELECT views FROM analytics.prompt_rankings WHERE ranking_window = '24h'") == 2
