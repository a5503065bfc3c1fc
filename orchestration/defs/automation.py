"""When assets are built without a schedule: named conditions, and the sensor that looks at them."""

from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.defs.ingestion import activity_events
from orchestration.lib.lake_specs import DAYS, GROUP

Condition = dg.AutomationCondition[Any]

RANKINGS_ONLY = {"promptory/rankings_only": "true"}
"""The tags of runs that count events by the hour, for the rankings: other marts wait for the day's, or for a load."""

_CHANGED = dg.AutomationCondition.newly_updated() & ~dg.AutomationCondition.executed_with_root_target()
_COUNTED = _CHANGED & ~dg.AutomationCondition.all_new_updates_have_run_tags(tag_values=RANKINGS_ONLY)

_EVENTS = dg.AssetSelection.assets(activity_events)
_LIBRARY = dg.AssetSelection.groups("library")
_LAKE = dg.AssetSelection.groups(GROUP)


def _after(changed: Condition, missing: Condition, label: str) -> Condition:
    """After changes, and once what is missing: what could not be built is not tried again and again."""
    never_built = missing.newly_true().since(
        dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
    )
    return (
        (changed.since_last_handled() | never_built)
        & ~dg.AutomationCondition.any_deps_in_progress()
        & ~dg.AutomationCondition.in_progress()
    ).with_label(label)


def _changed(among: dg.AssetSelection, changed: Condition = _CHANGED) -> Condition:
    return dg.AutomationCondition.any_deps_match(changed).allow(among)


# What is built in the same run.
_REQUESTED: Condition = dg.AutomationCondition.any_deps_match(dg.AutomationCondition.will_be_requested())
_MISSING: Condition = dg.AutomationCondition.missing()

# Models follow what fills the library, or what Spark counts where it counts events, and not each other: the hourly
# rankings must not set off every mart. A new library is built whole, as models that follow one change need others; so
# is what a release adds.
_CHANGES = _changed(_LIBRARY) | _changed(_LAKE, _COUNTED)
AFTER_LIBRARY_CHANGES = _after(_CHANGES | _REQUESTED, _MISSING, "after_library_changes")
# In the lake, a day follows its own events and nothing else; days that were loaded before Spark was chosen are missing.
AFTER_EVENTS_OF_THE_DAY = _after(
    _changed(_EVENTS),
    _MISSING & ~dg.AutomationCondition.any_deps_match(_MISSING).allow(_EVENTS),
    "after_events_of_the_day",
)
# What is computed of all days waits for the days: what it reads of the events themselves is no news.
_DAYS_CHANGE = _changed(_LIBRARY - _EVENTS) | _changed(_LAKE, _COUNTED)
AFTER_DAYS_CHANGE = _after(_DAYS_CHANGE | _REQUESTED, _MISSING, "after_days_change")

HOURLY, DAILY = timedelta(hours=3), timedelta(hours=26)


def automated(warehouse: dg.AssetsDefinition, condition: Condition = AFTER_LIBRARY_CHANGES) -> dg.AssetsDefinition:
    """Models follow the library; marts that are older than their schedule allows are shown as stale."""

    def with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
        spec = spec.replace_attributes(automation_condition=condition)
        if "mart" not in spec.tags:
            return spec
        allowed = HOURLY if spec.group_name == "rankings" else DAILY
        return spec.replace_attributes(freshness_policy=dg.FreshnessPolicy.time_window(allowed))

    return warehouse.map_asset_specs(with_policies)


def automated_days(lake_days: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Days of the lake follow their events: the table that says which are loaded does, and the others go with it."""

    def with_condition(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(automation_condition=AFTER_EVENTS_OF_THE_DAY) if spec.key == DAYS else spec

    return lake_days.map_asset_specs(with_condition)


library_changes_sensor = dg.AutomationConditionSensorDefinition(
    "library_changes_sensor",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Builds the models whose condition after_library_changes holds.",
)
