"""dbt from Python: the project, its manifest, its connection, and asset names for its models."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject
from sqlalchemy import URL

PROJECT_DIR = Path(__file__).parents[2] / "dbt_project"
# The one beside this interpreter: a virtual environment need not be on the PATH.
DBT_EXECUTABLE = str(Path(sys.executable).with_name("dbt"))

project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR)


def ensure_manifest() -> Path:
    """Return the manifest, parsing the project first where it is missing or older than a model."""
    manifest = project.manifest_path
    newest = max(
        path.stat().st_mtime
        for folder in ("models", "macros", "tests")
        for path in (PROJECT_DIR / folder).rglob("*")
    )
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        folder = str(PROJECT_DIR)
        subprocess.run(
            [DBT_EXECUTABLE, "--quiet", "parse", "--project-dir", folder, "--profiles-dir", folder], check=True
        )
    return manifest


def connection_variables(url: URL) -> dict[str, str]:
    """The variables that profiles.yml reads, for a library database."""
    host = url.host or url.query.get("host") or "localhost"
    return {
        "PROMPTORY_DBT_HOST": str(host),
        "PROMPTORY_DBT_PORT": str(url.port or 5432),
        "PROMPTORY_DBT_USER": url.username or "postgres",
        "DBT_ENV_SECRET_PROMPTORY_PASSWORD": url.password or "",
        "PROMPTORY_DBT_DATABASE": url.database or "postgres",
        "PROMPTORY_DBT_SSLMODE": str(url.query.get("sslmode", "prefer")),
    }


class Translator(DagsterDbtTranslator):
    """Models are assets `analytics/<model>`, grouped by the folder they are in; sources join their Python assets."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`analytics/<model>`, or the key that a source names in its meta."""
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey(["analytics", dbt_resource_props["name"]])
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """staging, intermediate, or the mart's own folder."""
        folders: list[str] = dbt_resource_props["fqn"][1:-1]
        return folders[-1] if folders else None
