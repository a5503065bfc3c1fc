"""Resources: the library database as ingest sees it, the folders, dbt and Spark."""

import os

import dagster as dg
from dagster_dbt import DbtCliResource
from sqlalchemy import Engine

from ingest import Inbox
from ingest.lake import Lake
from orchestration.lib.dbt_project import DBT_EXECUTABLE, PROJECT_DIR, connection_variables
from orchestration.lib.landing import Landing
from orchestration.spark.emr import run_on_emr
from orchestration.spark.pipes import run_by_pipes
from orchestration.spark.refresh import Launcher
from schema.database import database_url, engine_for
from schema.roles import Role
from schema.settings import Settings, get_settings

IS_SPARK = get_settings().engine == "spark"
"""Whether events go to the lake, and what reads them raw is computed there (orchestration/defs/lake.py)."""


class Library(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The library database and the folders whose files go into it."""

    @property
    def engine(self) -> Engine:
        """Connections as promptory_ingest."""
        return engine_for(Role.INGEST)

    @property
    def settings(self) -> Settings:
        """Where the inbox and the landing folders are."""
        return get_settings()

    @property
    def inbox(self) -> Inbox:
        """Where prompt collections are dropped."""
        return Inbox(self.settings.inbox)

    @property
    def landing(self) -> Landing:
        """Where the application drops its exports."""
        return Landing(self.settings.landing)

    @property
    def lake(self) -> Lake:
        """The event lake."""
        return Lake(self.settings.lake)

    def lend_to_dbt(self) -> None:
        """Tell dbt, which runs as a process of its own, where the database is."""
        os.environ.update(connection_variables(database_url()))


class Spark(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where jobs over the event lake run."""

    def launcher(self, context: dg.AssetExecutionContext) -> Launcher:
        """What runs the jobs of a step: EMR Serverless where one is set, or else this machine."""
        if get_settings().emr_application:
            return run_on_emr(context)
        return run_by_pipes(context, dg.PipesSubprocessClient())


resources = {
    "library": Library(),
    "spark": Spark(),
    "dbt": DbtCliResource(project_dir=str(PROJECT_DIR), profiles_dir=str(PROJECT_DIR), dbt_executable=DBT_EXECUTABLE),
}
