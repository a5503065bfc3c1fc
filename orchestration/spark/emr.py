"""A job on EMR Serverless, by Dagster Pipes: handed over through the lake's bucket, watched, and told in words."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from time import monotonic
from typing import Any

import boto3
import dagster as dg
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from dagster_aws.pipes import PipesEMRServerlessClient

from ingest import is_remote, s3_files
from orchestration.spark.local import JOB, without_fault
from orchestration.spark.plan import Plan
from schema.errors import PromptoryError
from schema.settings import Settings, get_settings

# Below the lake's root. Terraform lets jobs read the first, write to the second, and log to the third.
CODE, JOBS, LOGS = "code", "jobs", "logs"
CORES = 4
_FIRST = 3
"""The processes that EMR begins with."""

_WAITING = frozenset({"SUBMITTED", "PENDING", "SCHEDULED", "QUEUED"})
_FAILED = frozenset({"FAILED", "CANCELLED", "CANCELLING"})


def run_on_emr(context: dg.AssetExecutionContext, poll_s: float = 5) -> Callable[[Plan], dict[str, Any]]:
    """A launcher of jobs on EMR Serverless, which end with the run; each returns its report as a job here does.

    Its PromptoryErrors say why a job failed, that it did not start in time and was cancelled, or that AWS refused.
    """

    def run(plan: Plan) -> dict[str, Any]:
        settings, files = get_settings(), s3_files()
        watched = _Watched(plan.job, settings)
        client = PipesEMRServerlessClient(client=watched, message_reader=_OfReport(), poll_interval=poll_s)
        try:
            parameters = _handed_over(files, plan, settings)
            try:
                client.run(context=context, start_job_run_params=parameters)
            except RuntimeError:  # what the client makes of a job that failed
                if watched.state not in _FAILED:
                    raise
            report = _report(files, plan.report)
        except (BotoCoreError, ClientError, OSError) as error:
            told = " ".join(str(error).split())[:300]
            raise PromptoryError(
                f"The Spark job {plan.job} cannot be run on EMR Serverless ({told}){watched.cancelled()}; check "
                "PROMPTORY_EMR_APPLICATION, PROMPTORY_EMR_ROLE, PROMPTORY_LAKE and the rights of who runs this."
            ) from None
        if report is None:
            raise PromptoryError(f"The Spark job {plan.job} {watched.ending()}; what was computed before stands.")
        return without_fault(report)

    return run


def submitted(settings: Settings) -> dict[str, str]:
    """What Spark is started with: processes of so much memory and so many cores, and no more of them than are set."""
    size = {"cores": str(settings.spark_cores or CORES), "memory": settings.spark_memory}
    told = {f"spark.{process}.{what}": much for process in ("driver", "executor") for what, much in size.items()}
    if most := settings.spark_executors:
        # Spark refuses to begin with more than the most.
        first = str(min(_FIRST, most))
        told |= {"spark.dynamicAllocation.maxExecutors": str(most)}
        told |= {"spark.dynamicAllocation.initialExecutors": first, "spark.executor.instances": first}
    # Jobs know files only; a catalogue of tables would be another service to reach.
    return told | {"spark.sql.catalogImplementation": "in-memory"}


def _handed_over(files: Any, plan: Plan, settings: Settings) -> dict[str, Any]:
    """Put the job's code and its plan into the bucket; returns what it is started with.

    Raises:
        PromptoryError: the plan reads or writes outside of S3.
    """
    spark = submitted(settings)
    told = plan.told(spark)
    read = [file for given in told["inputs"].values() for file in given["files"]]
    for place in (plan.derived, plan.report, *read):
        if not is_remote(place):
            raise PromptoryError(f"EMR cannot reach {place}; set PROMPTORY_LAKE to s3://bucket or below.")
    code, lake = JOB.read_bytes(), settings.lake.rstrip("/")
    # By its hash: a release never runs another one's job.
    entry = f"{lake}/{CODE}/job-{hashlib.sha256(code).hexdigest()[:16]}.py"
    written = f"{lake}/{JOBS}/{plan.job}/plan.json"
    files.pipe_file(entry, code)
    files.pipe_file(written, json.dumps(told).encode())
    return {
        "applicationId": settings.emr_application,
        "executionRoleArn": settings.emr_role,
        "name": f"promptory {plan.job}",
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": entry,
                "entryPointArguments": [written],
                "sparkSubmitParameters": " ".join(f"--conf {name}={value}" for name, value in spark.items()),
            }
        },
        "configurationOverrides": {
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": _logs(settings)}}
        },
        # By which the rights of an environment's tasks know its jobs.
        "tags": {"Environment": settings.deployment} if settings.deployment else {},
    }


def _report(files: Any, place: str) -> dict[str, Any] | None:
    try:
        report: dict[str, Any] = json.loads(files.cat_file(place))
    except FileNotFoundError:
        return None
    return report


def _logs(settings: Settings) -> str:
    return f"{settings.lake.rstrip('/')}/{LOGS}/"


class _Watched:
    """EMR's client for Pipes, which would wait for ever: a job that does not start in time is cancelled."""

    def __init__(self, job: str, settings: Settings) -> None:
        self._job, self._settings = job, settings
        self._began = 0.0
        self._run: dict[str, Any] = {}

    @cached_property
    def _client(self) -> Any:
        retries = Config(retries={"mode": "standard", "total_max_attempts": 8})
        return boto3.client("emr-serverless", config=retries)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @property
    def state(self) -> str:
        """The state of the job when it was last asked for."""
        return str(self._run.get("state", ""))

    def start_job_run(self, **parameters: Any) -> Any:
        """Start the job, and the clock."""
        self._began = monotonic()
        started = self._client.start_job_run(**parameters)
        self._run = {"applicationId": started["applicationId"], "jobRunId": started["jobRunId"], "state": "SUBMITTED"}
        return started

    def get_job_run(self, **parameters: Any) -> Any:
        """How the job stands.

        Raises:
            PromptoryError: it has not started in time.
        """
        answer = self._client.get_job_run(**parameters)
        self._run = answer["jobRun"]
        minutes = self._settings.spark_start_minutes
        if self.state in _WAITING and monotonic() - self._began > minutes * 60:
            raise PromptoryError(
                f"The Spark job {self._job} has not started within {minutes} minutes (EMR Serverless says "
                f"{self.state}{self._details()}){self.cancelled()}; what was computed before stands. Look whether "
                "other jobs take up the application's maximum capacity or the account's quota of vCPUs, and whether "
                "its subnets have free addresses, or raise PROMPTORY_SPARK_START_MINUTES."
            )
        return answer

    def get_dashboard_for_job_run(self, **parameters: Any) -> dict[str, Any]:  # noqa: ARG002 - AWS's own signature
        """Nothing: it would be a signed address in the run's log, and a refusal for a job that never ran."""
        return {}

    def cancelled(self) -> str:
        """Cancel the job if it may still run; returns what became of that, as the end of a sentence."""
        if not self._run or self.state in {*_FAILED, "SUCCESS"}:
            return ""
        number = self._run["jobRunId"]
        try:
            self._client.cancel_job_run(applicationId=self._run["applicationId"], jobRunId=number)
        except (BotoCoreError, ClientError) as error:
            return f" and could not be cancelled ({error}): cancel job run {number} by hand"
        return f" and its job run {number} was cancelled"

    def ending(self) -> str:
        """What became of a job that wrote no report."""
        where = f"{_logs(self._settings)}applications/{self._run['applicationId']}/jobs/{self._run['jobRunId']}/"
        if self.state not in _FAILED:
            return f"ended on EMR Serverless and told nothing; its log is in {where}"
        if self.state == "FAILED":
            return f"failed on EMR Serverless{self._details()}; its log is in {where}"
        return f"was cancelled on EMR Serverless{self._details()}; its log is in {where}"

    def _details(self) -> str:
        told = " ".join(str(self._run.get("stateDetails") or "").split())[:500].rstrip(".")
        return f": {told}" if told else ""


class _OfReport(dg.PipesMessageReader):
    """No messages: a job has its report for them, and a cluster's Python may be too old for Dagster's module."""

    @contextmanager
    def read_messages(self, handler: Any) -> Iterator[dict[str, Any]]:  # noqa: ARG002 - Dagster's own signature
        """Listen to nothing."""
        yield {}

    def no_messages_debug_text(self) -> str:
        """Why there are none."""
        return "Jobs on EMR write a report, which is read at their end."
