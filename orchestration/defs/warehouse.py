"""dbt's models as assets, their tests as checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.defs.resources import Library
from orchestration.lib.dbt_project import load_manifest, sole_refresh
from orchestration.lib.dbt_translator import Translator


@dbt_assets(manifest=load_manifest(), dagster_dbt_translator=Translator(), name="warehouse")
def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource, library: Library) -> Iterator[Any]:
    """Build and test the chosen models in the order of their dependencies."""
    library.lend_to_dbt()
    with sole_refresh():
        yield from dbt.cli(["build"], context=context).stream().fetch_row_counts()
