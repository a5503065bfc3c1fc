"""What operators hear of real runs, which Dagster runs in processes of its own: lines, figures, one report a fault."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.instigation_logger import InstigationLogger

from orchestration.defs.resources import Library as LibraryResource
from orchestration.defs.sensors import RANKINGS, failure_sensor, freshness_sensor, inbox_sensor, success_sensor
from orchestration.lib.run_faults import tell_run_event
from schema.settings import get_settings
from tests.conftest import forget_settings
from tests.schema.test_logs import PRODUCTION
from tests.support.library import Library
from tests.support.metrics import metrics_in
from tests.support.sentry import collected

ROOT = Path(__file__).parents[2]
ADDRESS = "mina.park@example.com"
REFUSING = """
CREATE FUNCTION library.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = 'We do not like ' || new.email; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON library.users FOR EACH ROW EXECUTE FUNCTION library.refuse()
"""
BY_JOB = [["Deployment"], ["Deployment", "Job"]]


@pytest.fixture
def deployed(configured: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    for name, value in (PRODUCTION | {"PROMPTORY_DEPLOYMENT": "staging"}).items():
        monkeypatch.setenv(name, value)
    forget_settings()
    return configured


def put(path: str, content: str) -> None:
    """Put a file into a folder of Promptory's home."""
    file = get_settings().home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@contextmanager
def materialized(asset: str) -> Iterator[tuple[dg.DagsterInstance, dg.DagsterRun, str]]:
    """A run in a real instance, as a run worker does it, each step in a process of its own; with what it wrote."""
    put("dagster/dagster.yaml", "telemetry: {enabled: false}\n")
    home = get_settings().dagster_home
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", "orchestration.definitions"]
    told = dict(os.environ) | {"DAGSTER_HOME": str(home)}
    done = subprocess.run(
        [*command, "--select", asset], cwd=ROOT, env=told, capture_output=True, text=True, timeout=240, check=False
    )
    with dg.DagsterInstance.from_config(str(home), "dagster.yaml") as instance:
        [run] = instance.get_runs()
        yield instance, run, done.stdout + done.stderr


def heard(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> dg.RunStatusSensorContext:
    """What a sensor hears of a run that ended."""
    event = instance.get_records_for_run(run.run_id, of_type=kind).records[0].event_log_entry.dagster_event
    assert event is not None
    return dg.build_run_status_sensor_context("sensor", event, instance, run)


def lines_of(written: str) -> list[dict[str, Any]]:
    """Lines of logs; Dagster's commands write some words of their own before the code is loaded."""
    return [json.loads(line) for line in written.splitlines() if line.startswith('{"time"')]


def test_a_run_tells_its_rows_where_the_process_writes_and_its_seconds(
    deployed: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    put("inbox/prompts.csv", "title,prompt\nRain,Write a poem about rain\nSnow,\n")
    with materialized("library/prompts") as (instance, run, written):
        success_sensor(heard(instance, run, dg.DagsterEventType.RUN_SUCCESS))
    [load] = metrics_in(written)
    assert (load["RowsIngested"], load["RowsRejected"], load["Deployment"]) == (1, 1, "staging")
    [told] = metrics_in(capsys.readouterr().err)
    assert (told["RunsFailed"], told["Job"], told["by"]) == (0, run.job_name, BY_JOB)
    assert told["RunSeconds"] > 0
    assert "file_loaded" in [line["event"] for line in lines_of(written)]


def test_a_step_that_fails_is_reported_once_with_its_run_and_asset_and_without_data(
    deployed: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("landing/users/users.csv", f"user_id,email,name,created_at\nu1,{ADDRESS},Mina,2026-01-01T00:00:00Z\n")
    deployed.do(REFUSING)
    with collected(monkeypatch, "dagster") as reports, materialized("library/users") as (instance, run, written):
        [failure] = heard(instance, run, dg.DagsterEventType.STEP_FAILURE).for_run_failure().get_step_failure_events()
        failure_sensor(heard(instance, run, dg.DagsterEventType.RUN_FAILURE).for_run_failure())
    assert ADDRESS in str(failure.step_failure_data.error)
    [event] = reports.events
    tags = {"run_id": run.run_id, "job": run.job_name, "asset": "library/users", "part": "dagster"}
    assert (event["tags"], event["level"], event["release"]) == (tags, "error", "3f2c1a0")
    assert [one["type"] for one in event["exception"]["values"]] == ["RaiseException", "ProgrammingError"]
    ours = [one for one in event["exception"]["values"][-1]["stacktrace"]["frames"] if one["in_app"]]
    assert (ours[0]["filename"], ours[0]["function"]) == ("orchestration/defs/ingestion.py", "users")
    [told] = metrics_in(capsys.readouterr().err)
    assert (told["RunsFailed"], told["Job"], told["by"]) == (1, run.job_name, BY_JOB)
    failed = next(line for line in lines_of(written) if line["event"] == "STEP_FAILURE")
    assert (failed["run_id"], failed["step"]) == (run.run_id, "library__users")
    assert failed["exception"][0]["class"] == "psycopg.errors.RaiseException"
    assert "mina" not in "".join(reports.sent) + written


def test_a_run_that_died_is_reported_though_no_step_failed(
    configured: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job
    def killed() -> None: ...

    with collected(monkeypatch, "dagster") as reports, dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(killed)
        instance.report_run_failed(run, f"The worker of {ADDRESS} is gone.")
        failure_sensor(heard(instance, run, dg.DagsterEventType.RUN_FAILURE).for_run_failure())
    [event] = reports.events
    assert event["exception"]["values"][0]["module"] == "dagster.RunFailure"
    assert event["tags"] == {"run_id": run.run_id, "job": "killed", "part": "dagster"}
    assert ADDRESS not in "".join(reports.sent)


def test_a_sensor_that_fails_is_reported(configured: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with collected(monkeypatch, "dagster") as reports, dg.DagsterInstance.ephemeral() as instance:
        resources = {"library": LibraryResource()}
        context = dg.build_sensor_context(instance, cursor=f"broken by {ADDRESS}", resources=resources)
        with pytest.raises(json.JSONDecodeError):
            inbox_sensor.evaluate_tick(context)
    [event] = reports.events
    assert event["tags"] == {"sensor": "inbox_sensor", "part": "dagster"}
    assert event["exception"]["values"][0]["type"] == "JSONDecodeError"
    assert ADDRESS not in "".join(reports.sent)


def test_what_a_sensor_says_is_a_line_like_others() -> None:
    handler = BufferingHandler(10)
    log = InstigationLogger(repository_name="repository", instigator_name="failure_sensor")
    log.addHandler(handler)
    log.error("The job failed.")
    [record] = handler.buffer
    assert tell_run_event(None, "error", {"_record": record})["event"] == "The job failed."


def test_the_age_of_the_rankings_is_told_while_nothing_is_built(
    deployed: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance)
        assert "never built" in str(freshness_sensor.evaluate_tick(context).skip_message)
        instance.report_runless_asset_event(dg.AssetMaterialization(RANKINGS))
        time.sleep(1)
        freshness_sensor.evaluate_tick(context)
    [told] = metrics_in(capsys.readouterr().err)
    assert 1 <= told["FreshnessLagSeconds"] < 60
    assert (told["by"], told["units"]) == ([["Deployment"]], {"FreshnessLagSeconds": "Seconds"})
