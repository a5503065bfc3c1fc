"""A job on this machine: a process with Spark's local mode."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.spark.java import java_for_spark
from orchestration.spark.plan import Plan, session_settings
from schema.errors import PromptoryError, SettingsError
from schema.settings import get_settings

JOB = Path(__file__).with_name("job.py")
_CONF = Path(__file__).with_name("conf")

# Spark's own code, and what a shell or Python calls a process that SIGKILL ended.
_OUT_OF_HEAP, _KILLED = 52, (137, -9)


def write_plan(plan: Plan, folder: Path) -> Path:
    """Write a plan for this machine's own Spark; returns its path.

    Raises:
        SettingsError: the lake is in S3, which Spark does not read here.
    """
    if "://" in plan.derived:
        raise SettingsError("Spark on this machine reads a lake in a folder: let PROMPTORY_LAKE name one.")
    path = folder / "plan.json"
    # What Spark puts aside is in the folder, too, which goes even where the job is killed. Java ends at once where it
    # lacks memory: Spark would try to end in order, and hang where it lacks memory for that as well.
    java = f'-Djava.io.tmpdir="{folder}" -XX:+ExitOnOutOfMemoryError'
    local = {"spark.local.dir": str(folder), "spark.driver.extraJavaOptions": java}
    path.write_text(json.dumps(plan.told(session_settings(get_settings()) | local)), encoding="utf-8")
    return path


def job_command(plan: Path) -> list[str]:
    """The command that runs a plan."""
    return [sys.executable, str(JOB), str(plan)]


def job_environment() -> dict[str, str]:
    """The environment that the command runs in: the Java that was found, this Python for the workers too."""
    home = Path(java_for_spark()).resolve().parents[1]
    spark = {"JAVA_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_CONF_DIR": str(_CONF)}
    return dict(os.environ) | spark


def run_here(plan: Plan) -> dict[str, Any]:
    """Run a job to its end; returns its report: `models` with rows, seconds and peak_mb, and the same of the whole.

    Raises:
        SettingsError: Spark runs on EMR; PySpark or Java is missing; the lake is in S3, which Spark does not read here.
        PromptoryError: the job failed; the message says of which model and why.
    """
    if get_settings().emr_application:
        raise SettingsError(
            "Spark runs on EMR Serverless, as PROMPTORY_EMR_APPLICATION says, and Dagster starts it there: run its job "
            "refresh_warehouse, as the page Pipeline does."
        )
    environment = job_environment()
    with TemporaryDirectory(prefix="promptory-spark-") as folder:
        command = job_command(write_plan(plan, Path(folder)))
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    return checked(plan, done.returncode)


def checked(plan: Plan, code: int) -> dict[str, Any]:
    """The report of a job that ended.

    Raises:
        PromptoryError: it failed, or was ended from outside.
    """
    place = Path(plan.report)
    if not place.exists():
        raise PromptoryError(f"The Spark job {plan.job} {_ending(code)}; what was computed before stands.")
    return without_fault(json.loads(place.read_text(encoding="utf-8")))


def without_fault(report: dict[str, Any]) -> dict[str, Any]:
    """A report, if the job did all of its work.

    Raises:
        PromptoryError: it did not; the message says of which model and why.
    """
    if fault := report["fault"]:
        raise PromptoryError(f"Spark could not compute {fault['model']}: {fault['sentence']}.")
    return report


def _ending(code: int) -> str:
    """What became of a job that told nothing itself, by the code that its process ended with."""
    memory = f"PROMPTORY_SPARK_MEMORY, now {get_settings().spark_memory}"
    if code == _OUT_OF_HEAP:
        return f"ran out of memory: give it more ({memory}), or compute fewer days at once"
    if code in _KILLED:
        return (
            "was killed from outside, as a system does with a process for which it has too little memory: free some, "
            f"or let Spark take less ({memory})"
        )
    return f"was ended from outside (signal {-code})" if code < 0 else f"ended with code {code} and told nothing"
