"""A job is handed to EMR Serverless through the bucket, and what becomes of it is told in words."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from moto.emrserverless import models

import tests.infra.emulator.emrserverless  # noqa: F401 -- closes moto's gaps
from ingest import s3_files
from orchestration.spark import emr
from orchestration.spark.derived import Marker, parts_of, whole_of
from orchestration.spark.emr import submitted
from orchestration.spark.local import JOB, run_here
from schema.errors import PromptoryError, SettingsError
from schema.settings import get_settings
from tests.support.emr import REPORT, launched, plan
from tests.support.s3 import s3_server

ROLE = "arn:aws:iam::123456789012:role/promptory-test-spark"


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A lake in a bucket, and an application that may run jobs over it."""
    with s3_server(monkeypatch) as bucket:
        made = boto3.client("emr-serverless").create_application(name="test", releaseLabel="emr-7.9.0", type="spark")
        told = {"LAKE": f"{bucket}/below", "DEPLOYMENT": "test", "SPARK_MEMORY": "14g"}
        for name, value in (told | {"EMR_APPLICATION": made["applicationId"], "EMR_ROLE": ROLE}).items():
            monkeypatch.setenv(f"PROMPTORY_{name}", value)
        get_settings.cache_clear()
        yield f"{bucket}/below"
        get_settings.cache_clear()


def the_job() -> models.JobRun:
    """The one job that EMR was given."""
    application = get_settings().emr_application
    (job,) = models.emrserverless_backends["123456789012"]["us-east-1"].job_runs[application]
    return job


def test_a_job_is_started_with_its_code_and_its_plan_and_gives_its_report(lake: str) -> None:
    files = s3_files()
    files.pipe_file(f"{lake}/jobs/job-1/report.json", json.dumps(REPORT).encode())
    assert launched(plan(lake)) == REPORT
    job = the_job()
    assert (job.execution_role_arn, job.name) == (ROLE, "promptory job-1")
    assert job.tags is not None
    assert job.tags["Environment"] == "test"
    assert job.job_driver is not None
    submit: dict[str, Any] = job.job_driver["sparkSubmit"]
    assert files.cat_file(submit["entryPoint"]) == JOB.read_bytes()
    assert submit["entryPoint"].startswith(f"{lake}/code/job-")
    for setting in ("spark.driver.memory=14g", "spark.executor.memory=14g", "spark.executor.cores=4"):
        assert f"--conf {setting} " in submit["sparkSubmitParameters"]
    assert job.configuration_overrides is not None
    monitoring: Any = job.configuration_overrides["monitoringConfiguration"]
    assert monitoring == {"s3MonitoringConfiguration": {"logUri": f"{lake}/logs/"}}
    (argument,) = submit["entryPointArguments"]
    told = json.loads(files.cat_file(argument))
    assert told == json.loads(json.dumps(plan(lake).told(submitted(get_settings()))))
    with pytest.raises(PromptoryError, match=r"EMR cannot reach /tmp/events\.parquet; set PROMPTORY_LAKE to s3:"):
        launched(plan(lake, "/tmp/events.parquet"))


def test_a_job_takes_no_more_than_its_share_and_begins_with_no_more() -> None:
    def told(most: int) -> dict[str, str]:
        settings = get_settings().model_copy(update={"spark_executors": most})
        return {name: value for name, value in submitted(settings).items() if "xecutors" in name or "instances" in name}

    assert told(0) == {}
    for most, first in ((1, "1"), (3, "3"), (7, "3")):
        assert told(most) == {
            "spark.dynamicAllocation.maxExecutors": str(most),
            "spark.dynamicAllocation.initialExecutors": first,
            "spark.executor.instances": first,
        }


def test_a_job_that_fails_is_told_by_its_report_or_else_by_emr(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PromptoryError, match="job-1 ended on EMR Serverless and told nothing; its log is in"):
        launched(plan(lake))
    monkeypatch.setattr(models, "JOB_STATUS", "FAILED")
    made = models.JobRun.__init__

    def fail(job: models.JobRun, *given: Any, **named: Any) -> None:
        made(job, *given, **named)
        job.state_details = "Job failed.\n ExitCode: 137. "

    monkeypatch.setattr(models.JobRun, "__init__", fail)
    log = rf"its log is in {lake}/logs/applications/\w+/jobs/\w+/"
    with pytest.raises(PromptoryError, match=rf"job-1 failed on EMR Serverless: Job failed. ExitCode: 137; {log}"):
        launched(plan(lake))
    fault = {"model": "int_viewer_days", "file": None, "sentence": "a file is not there"}
    s3_files().pipe_file(f"{lake}/jobs/job-1/report.json", json.dumps(REPORT | {"fault": fault}).encode())
    with pytest.raises(PromptoryError, match=r"Spark could not compute int_viewer_days: a file is not there\."):
        launched(plan(lake))


def test_a_job_that_does_not_start_is_cancelled_after_the_minutes_that_are_set(
    lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "JOB_STATUS", "SCHEDULED")
    clock = count(0, 299)
    monkeypatch.setattr(emr, "monotonic", lambda: next(clock))
    with pytest.raises(
        PromptoryError,
        match=r"has not started within 15 minutes \(EMR Serverless says SCHEDULED\) and its job run \w+ was cancelled; "
        r".* raise PROMPTORY_SPARK_START_MINUTES",
    ):
        launched(plan(lake))
    assert the_job().state == "CANCELLED"
    # The fourth look at a clock that goes on by 299 s comes before the 900th second, the fifth after it.
    assert next(clock) == 5 * 299


def test_what_aws_refuses_is_told_with_what_to_look_at(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_EMR_APPLICATION", "none")
    get_settings.cache_clear()
    with pytest.raises(PromptoryError, match=r"job-1 cannot be run on EMR Serverless \(.*none.*PROMPTORY_EMR_ROLE"):
        launched(plan(lake))
    monkeypatch.setenv("PROMPTORY_LAKE", "s3://a-bucket-that-is-not-there")
    get_settings.cache_clear()
    with pytest.raises(PromptoryError, match=r"cannot be run on EMR Serverless \(.*PROMPTORY_LAKE"):
        launched(plan(lake))


def test_emr_needs_a_role_and_a_lake_in_s3(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_EMR_ROLE", "")
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match="set both of PROMPTORY_EMR_APPLICATION and PROMPTORY_EMR_ROLE"):
        get_settings()
    monkeypatch.setenv("PROMPTORY_EMR_ROLE", ROLE)
    monkeypatch.setenv("PROMPTORY_LAKE", "/tmp/lake")
    with pytest.raises(SettingsError, match="set PROMPTORY_LAKE to s3://"):
        get_settings()


def test_a_refresh_by_hand_names_the_job_that_starts_spark_on_emr(lake: str) -> None:
    with pytest.raises(SettingsError, match="Dagster starts it there: run its job refresh_warehouse"):
        run_here(plan(lake))


def test_markers_in_s3_are_read_as_those_of_a_folder(lake: str) -> None:
    files, derived = s3_files(), f"{lake}/derived"
    for day in ("2026-03-07", "2026-03-08"):
        marker = {"version": "1", "files": [f"v=1/dt={day}/a.parquet"], "rows": 2, "revision": 4}
        files.pipe_file(f"{derived}/int_viewer_days/_parts/{day}.json", json.dumps(marker).encode())
    parts = parts_of(derived, "int_viewer_days")
    assert list(parts) == ["2026-03-07", "2026-03-08"]
    assert parts["2026-03-08"].files == (f"{derived}/int_viewer_days/v=1/dt=2026-03-08/a.parquet",)
    assert parts_of(derived, "int_tag_days") == {}
    assert whole_of(derived, "int_prompt_windows") is None
    whole = f"{derived}/int_prompt_windows/_whole.json"
    files.pipe_file(whole, json.dumps({"version": "2", "files": [], "rows": 0}).encode())
    assert whole_of(derived, "int_prompt_windows") == Marker("2", (), 0)
