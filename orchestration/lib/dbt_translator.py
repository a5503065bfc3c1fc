"""How dbt's models are named and grouped as Dagster assets."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


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
