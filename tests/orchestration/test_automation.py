"""What is built without a schedule, as Dagster itself evaluates the conditions."""

import dagster as dg

from orchestration.definitions import defs
from orchestration.defs.ingestion import activity_events


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
