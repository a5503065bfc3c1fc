"""Real dbt on a scratch library."""

import os
import subprocess
from pathlib import Path

from orchestration.lib.dbt_project import connection_variables, dbt_command
from tests.support.library import Library

ONLY_MODELS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
"""Build models and seeds, and test nothing."""


def run_dbt(library: Library, folder: Path, command: str, *arguments: str) -> None:
    """Run `dbt build` (tests included), `dbt run` or another command; `folder` keeps what it parsed."""
    done = subprocess.run(
        dbt_command(command, *arguments, "--target-path", str(folder)),
        env=dict(os.environ) | connection_variables(library.url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def contents(library: Library) -> dict[str, list[str]]:
    """The rows of every table that dbt built, each as one text, sorted; not of the search index.

    That one holds the moments of its runs; test_search compares what it means, term by term.
    """
    tables = library.rows("""
        SELECT relname FROM pg_class
        WHERE relnamespace = 'analytics'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'search\\_%'
        ORDER BY relname
    """)
    rows = {name: library.rows(f"SELECT built::text FROM analytics.{name} AS built ORDER BY 1") for (name,) in tables}
    return {name: [row for (row,) in texts] for name, texts in rows.items()}
