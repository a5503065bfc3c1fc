"""What Spark computes as assets: their keys are those that dbt's models have where PostgreSQL computes them."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from orchestration.lib.dbt_translator import Translator
from orchestration.spark import models
from orchestration.spark.extracts import EXTRACTS

GROUP = "lake"

EVENTS = dg.AssetKey(["library", "activity_events"])
DAYS = dg.AssetKey(["analytics", models.DAYS])
LIKES = dg.AssetKey(["library", "user_prompt_likes"])
NEIGHBOURS = dg.AssetKey(["analytics", "prompt_neighbours"])
LIKES_OF_DAYS = dg.AssetKey(["analytics", "likes_of_days"])
USES_OF_DAYS = dg.AssetKey(["analytics", "uses_of_days"])
RECENT_USES = dg.AssetKey(["library", "recent_uses"])

# Models that the load fills, too, are in PostgreSQL as well; the others are files beside the lake.
_LOADED, _KEPT = {"spark", "postgres"}, {"spark", "parquet"}


_OTHER_NAMES = {
    "library_user_prompt_likes": LIKES,
    "library_recent_uses": RECENT_USES,
    "prompt_neighbour_lists": NEIGHBOURS,
}


def key_of(model: str) -> dg.AssetKey:
    """The asset of what a job computes."""
    return _OTHER_NAMES.get(model, dg.AssetKey(["analytics", model]))


class SparkTranslator(Translator):
    """As dbt's models are named everywhere; but who likes what is computed by Spark, and not by the load of events."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The same key, but for likes."""
        is_likes = dbt_resource_props["resource_type"] == "source" and dbt_resource_props["name"] == LIKES.path[-1]
        return LIKES if is_likes else super().get_asset_key(dbt_resource_props)


class LakeSpecs:
    """The specs of what Spark computes, by day and as a whole, of dbt's manifest."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._manifest, self._translator = manifest, SparkTranslator()
        self._nodes: Mapping[str, Any] = {**manifest["nodes"], **manifest["sources"]}
        ours = {key: node for key, node in self._nodes.items() if _is_ours(node)}
        self._models = [key for key, node in ours.items() if not _is_view(node) or node["name"] == models.SIGNALS]

    def days(self) -> list[dg.AssetSpec]:
        """What is computed a day at a time, of its events alone."""
        likes = dg.AssetSpec(
            LIKES_OF_DAYS,
            deps=[DAYS, EVENTS],
            description="The last word of each day on a person's like of a prompt.",
            group_name=GROUP,
            kinds=_KEPT,
        )
        uses = dg.AssetSpec(
            USES_OF_DAYS,
            deps=[DAYS, EVENTS],
            description="Each person's newest views and copies of each day.",
            group_name=GROUP,
            kinds=_KEPT,
        )
        return _in_order([*(self._spec(one) for one in self._models if self._is_by_day(one)), likes, uses])

    def state(self) -> list[dg.AssetSpec]:
        """What is computed as a whole, or of what dbt makes of the days."""
        likes = dg.AssetSpec(
            LIKES,
            deps=[LIKES_OF_DAYS, dg.AssetKey(["library", "users"]), dg.AssetKey(["library", "prompts"])],
            description="Who likes what now: the last word over all days.",
            group_name=GROUP,
            kinds=_LOADED,
        )
        uses = dg.AssetSpec(
            RECENT_USES,
            deps=[USES_OF_DAYS, dg.AssetKey(["library", "users"]), dg.AssetKey(["library", "prompts"])],
            description="What each person viewed and copied last, which pages read beside the ledger.",
            group_name=GROUP,
            kinds=_LOADED,
        )
        neighbours = dg.AssetSpec(
            NEIGHBOURS,
            deps=[dg.AssetKey(["analytics", models.SIGNALS])],
            description="A prompt and one of its 300 nearest by RP3beta over likes, copies and views.",
            group_name="discovery",
            kinds=_LOADED,
            tags={"mart": ""},
        )
        whole = (self._spec(one) for one in self._models if not self._is_by_day(one))
        return _in_order([*whole, likes, uses, neighbours])

    def checks(self) -> list[dg.AssetCheckSpec]:
        """The tests in dbt that read what is loaded: a build of the rest leaves them out."""
        loaded = {one for one in self._models if not _is_kept(self._nodes[one])}
        found = []
        for test, node in self._nodes.items():
            if node["resource_type"] != "test" or "reads_ledger" in node["config"]["tags"]:
                continue
            read = node["depends_on"]["nodes"]
            if loaded.intersection(read):
                specs = (self._translator.get_asset_spec(self._manifest, one, None) for one in read)
                checks = (self._translator.get_asset_check_spec(one, self._manifest, test, None) for one in specs)
                found += [dg.AssetCheckSpec(one.name, asset=one.asset_key) for one in checks if one]
        return found

    def _is_by_day(self, unique_id: str) -> bool:
        node = self._nodes[unique_id]
        # What is appended day by day; a model that is merged by another key is computed of all of them.
        has_days = node["config"].get("incremental_strategy") == "append" and "activity_date" in node["columns"]
        return bool(node["name"] == models.DAYS or (has_days and node["name"] not in models.PARTS))

    def _spec(self, unique_id: str) -> dg.AssetSpec:
        kinds = _KEPT if _is_kept(self._nodes[unique_id]) else _LOADED
        spec = self._translator.get_asset_spec(self._manifest, unique_id, None)
        return spec.replace_attributes(deps=self._read_by(unique_id), group_name=GROUP, kinds=kinds)

    def _read_by(self, unique_id: str) -> list[dg.AssetKey]:
        """The keys of what a model reads."""
        return sorted({self._translator.get_asset_key(node) for node in self._below(unique_id)})

    def _below(self, unique_id: str) -> Iterator[Mapping[str, Any]]:
        """What a model reads of others: views that PostgreSQL is not asked for are part of its own text."""
        for upstream in self._nodes[unique_id]["depends_on"]["nodes"]:
            node = self._nodes[upstream]
            if _is_view(node) and node["name"] not in EXTRACTS:
                yield from self._below(upstream)
            else:
                yield node


def _in_order(specs: list[dg.AssetSpec]) -> list[dg.AssetSpec]:
    """Each after what it is made of."""
    by_key = {spec.key: spec for spec in sorted(specs, key=lambda one: one.key)}
    order = TopologicalSorter({key: [dep.asset_key for dep in spec.deps] for key, spec in by_key.items()})
    return [by_key[key] for key in order.static_order() if key in by_key]


def _is_ours(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and GROUP in node["config"]["tags"])


def _is_view(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["config"]["materialized"] == "view")


def _is_kept(node: Mapping[str, Any]) -> bool:
    """Whether a model is not in PostgreSQL."""
    return "lake_only" in node["config"]["tags"]
