"""dbt as a process of its own, outside Dagster."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from orchestration.lib.dbt_project import connection_variables, dbt_command, last_line, sole_refresh
from schema.database import database_url
from schema.errors import PromptoryError
from schema.settings import get_settings

FROM_LAKE = ("tag:lake", "tag:reads_ledger")
"""What dbt leaves out with the engine spark: models whose tables are loaded from the lake, and tests that read the
ledger."""
LOADED_TESTS = ("--select", "tag:lake", "--exclude", "tag:lake_only", "test_type:unit")
"""The tests of the tables that are loaded from the lake."""


def dbt_folder() -> Path:
    """Where dbt writes what it parsed, what it did and its log."""
    return get_settings().home / "dbt"


def run_dbt(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of dbt on the library; returns what it printed, both streams in one."""
    folder = dbt_folder()
    return subprocess.run(
        dbt_command(*arguments, "--target-path", str(folder), "--log-path", str(folder / "logs")),
        env=dict(os.environ) | connection_variables(database_url()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def build_models(selection: Sequence[str]) -> None:
    """Build models in dbt's selection syntax, without their tests; none that is loaded from the lake.

    Raises:
        PromptoryError: one cannot be built.
    """
    with sole_refresh():
        done = run_dbt("run", "--select", *selection, "--exclude", *FROM_LAKE)
    if done.returncode:
        log = dbt_folder() / "logs" / "dbt.log"
        raise PromptoryError(f"dbt could not build what Spark reads: {last_line(done.stdout)} (log: {log})")
