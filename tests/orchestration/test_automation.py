"""What is built without a schedule, as Dagster itself evaluates the conditions."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.definitions import defs
from orchestration.defs.automation import AFTER_DAYS_CHANGE, RANKINGS_ONLY, automated, automated_days
from orchestration.defs.ingestion import activity_events, prompts, subscriptions, users
from orchestration.defs.lake import lake_days, lake_state
from orchestration.defs.resources import resources
from orchestration.defs.schedules import refresh_rankings
from orchestration.defs.warehouse import manifest
from orchestration.lib.dbt_runs import FROM_LAKE
from orchestration.lib.lake_specs import SparkTranslator


def analytics(name: str) -> dg.AssetKey:
    return dg.AssetKey(["analytics", name])


def requested(result: dg.EvaluateAutomationConditionsResult) -> set[str]:
    return {one.key.path[-1] for one in result.results if result.get_num_requested(one.key)}


AUTOMATED = {node.key for node in defs.resolve_asset_graph().asset_nodes if node.automation_condition}


def test_a_library_that_was_never_built_is_built_whole_and_once() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        at_first = dg.evaluate_automation_conditions(defs, instance)
        again = dg.evaluate_automation_conditions(defs, instance, cursor=at_first.cursor)
    assert requested(at_first) == {key.path[-1] for key in AUTOMATED}
    assert "prompt_rankings" in requested(at_first)
    assert requested(again) == set()


def test_models_are_built_after_the_library_changes_and_not_after_each_other() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for key in AUTOMATED:
            instance.report_runless_asset_event(dg.AssetMaterialization(key))
        at_first = dg.evaluate_automation_conditions(defs, instance)
        late_day = dg.AssetMaterialization(activity_events.key, partition="2026-03-01")
        instance.report_runless_asset_event(late_day)
        changed = dg.evaluate_automation_conditions(defs, instance, cursor=at_first.cursor)
        again = dg.evaluate_automation_conditions(defs, instance, cursor=changed.cursor)
        instance.report_runless_asset_event(dg.AssetMaterialization(analytics("int_prompt_viewer_days")))
        hourly = dg.evaluate_automation_conditions(defs, instance, cursor=again.cursor)
    assert requested(at_first) == set()
    below = {"stg_library__activity_events", "int_prompt_viewer_days", "prompt_rankings", "tag_popularity"}
    assert below <= requested(changed)
    assert not {"mrr_daily", "stg_library__users", "currency_rates"} & requested(changed)
    assert (requested(again), requested(hourly)) == (set(), set())


def test_in_the_lake_a_day_follows_its_events_and_what_is_made_of_all_days_follows_them() -> None:
    lake = dg.Definitions(
        assets=[
            *(activity_events, prompts, users),
            automated_days(lake_days),
            automated(lake_state, AFTER_DAYS_CHANGE),
        ],
        resources=resources,
    )

    def tick(*changed: dg.AssetMaterialization) -> tuple[set[frozenset[str | None]], set[frozenset[str | None]]]:
        """What is asked for after changes: the days, the same of all that are computed together; and the state."""
        for one in changed:
            instance.report_runless_asset_event(one)
        result = dg.evaluate_automation_conditions(lake, instance, cursor=cursors[-1])
        cursors.append(result.cursor)
        days, state = (
            {frozenset(result.get_requested_partitions(key)) for key in asset.keys} for asset in (lake_days, lake_state)
        )
        return days, state

    cursors: list[Any] = [None]
    nothing: set[frozenset[Any]] = {frozenset()}
    all_of_it, the_day = {frozenset({None})}, {frozenset({"2026-03-01"})}
    with dg.DagsterInstance.ephemeral() as instance:
        # Events that were loaded before Spark was chosen.
        events = dg.AssetMaterialization(activity_events.key, partition="2026-03-01")
        instance.report_runless_asset_event(events)
        assert tick() == (the_day, all_of_it)
        state = [dg.AssetMaterialization(key) for key in lake_state.keys]
        days = [dg.AssetMaterialization(key, partition="2026-03-01") for key in lake_days.keys]
        assert tick(*state) == (nothing, nothing)
        assert tick(*days) == (nothing, all_of_it)
        assert tick(*state, events) == (the_day, nothing)
        assert tick(*days) == (nothing, all_of_it)
        assert tick(*state) == (nothing, nothing)
        assert tick(dg.AssetMaterialization(prompts.key)) == (nothing, all_of_it)
        assert tick(*state) == (nothing, nothing)


@dbt_assets(manifest=manifest, dagster_dbt_translator=SparkTranslator(), exclude=" ".join(FROM_LAKE), name="warehouse")
def built_of_the_lake(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """The models that dbt builds where Spark computes the others."""
    yield from ()


def test_marts_follow_what_spark_counts_of_a_load_and_not_what_it_counts_by_the_hour() -> None:
    both = dg.Definitions(
        assets=[
            *(activity_events, prompts, users, subscriptions, automated(built_of_the_lake)),
            *(automated_days(lake_days), automated(lake_state, AFTER_DAYS_CHANGE)),
        ],
        resources=resources,
    )

    @dg.op
    def count(context: dg.OpExecutionContext) -> None:
        for key in lake_days.keys:
            context.log_event(dg.AssetMaterialization(key, partition="2026-03-01"))
        for key in lake_state.keys:
            context.log_event(dg.AssetMaterialization(key))

    @dg.job
    def counts() -> None:
        count()

    def tick(tags: Mapping[str, str] | None = None) -> set[str]:
        """What is asked for after a run with these tags counted."""
        if tags is not None:
            counts.execute_in_process(instance=instance, tags=dict(tags))
        result = dg.evaluate_automation_conditions(both, instance, cursor=cursors[-1])
        cursors.append(result.cursor)
        return requested(result)

    cursors: list[Any] = [None]
    with dg.DagsterInstance.ephemeral() as instance:
        for key in both.resolve_asset_graph().materializable_asset_keys:
            instance.report_runless_asset_event(dg.AssetMaterialization(key))
        assert tick() == set()
        assert tick(refresh_rankings.tags) == set()
        followers = tick({})
        assert tick(refresh_rankings.tags) == set()
    assert RANKINGS_ONLY.items() <= (refresh_rankings.tags or {}).items()
    assert {"prompt_daily", "tag_popularity", "active_people_daily", "prompt_rankings"} <= followers
    assert not {"mrr_daily", "currency_rates"} & followers
