"""A job by Dagster Pipes: while it runs, what it has done is told on the page of the run."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from orchestration.spark.local import checked, job_command, job_environment, write_plan
from orchestration.spark.plan import Plan
from orchestration.spark.refresh import Launcher


def run_by_pipes(context: dg.AssetExecutionContext, client: dg.PipesSubprocessClient) -> Launcher:
    """A launcher of jobs on this machine, each a process of its own that ends with the run."""

    def run(plan: Plan) -> dict[str, Any]:
        environment = job_environment()
        with TemporaryDirectory(prefix="promptory-spark-") as folder:
            command = job_command(write_plan(plan, Path(folder)))
            try:
                client.run(context=context, command=command, env=environment, cwd=folder)
                code = 0
            except Exception as error:  # of a class that Dagster does not export
                code = _code_of(error)
        return checked(plan, code)

    return run


def _code_of(error: Exception) -> int:
    """The code that a process ended with, which the client tells in the fault's sentence only."""
    found = re.fullmatch(r"External execution process failed with code (-?\d+)", str(error))
    if found is None:
        raise error
    return int(found[1])
