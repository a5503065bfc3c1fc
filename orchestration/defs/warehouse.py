"""dbt's models as assets, their tests as checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from ingest.lake import refuse_if_only_in_lake
from orchestration.defs.resources import IS_SPARK, Library
from orchestration.lib.dbt_project import load_manifest, sole_refresh
from orchestration.lib.dbt_runs import FROM_LAKE
from orchestration.lib.dbt_translator import Translator
from orchestration.lib.lake_specs import SparkTranslator
from orchestration.spark.load import ensure_tables
from schema.database import connect, driver_of, engine_for
from schema.roles import Role

manifest = load_manifest()
translator = SparkTranslator() if IS_SPARK else Translator()
LEFT_OUT = " ".join(FROM_LAKE) if IS_SPARK else ""


@dbt_assets(manifest=manifest, dagster_dbt_translator=translator, exclude=LEFT_OUT, name="warehouse")
def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource, library: Library) -> Iterator[Any]:
    """Build and test the chosen models in the order of their dependencies."""
    library.lend_to_dbt()
    if not IS_SPARK:
        refuse_if_only_in_lake(library.engine, library.lake)
    with sole_refresh():
        if IS_SPARK:
            with connect(engine_for(Role.DBT)) as connection:
                ensure_tables(driver_of(connection))
        # Of a part of the models dbt finds the tests by itself: those that are left out, too.
        without = ["--exclude", LEFT_OUT] if LEFT_OUT else []
        yield from dbt.cli(["build", *without], context=context).stream().fetch_row_counts()
