"""When assets are built without a schedule: named conditions, and the sensor that looks at them."""

from datetime import timedelta
from typing import Any

import dagster as dg

_CHANGED = dg.AutomationCondition.newly_updated() & ~dg.AutomationCondition.executed_with_root_target()

# Models follow what fills the library, and not each other: the hourly rankings must not set off every mart.
_LIBRARY_CHANGED: dg.AutomationCondition[Any] = dg.AutomationCondition.any_deps_match(_CHANGED).allow(
    dg.AssetSelection.groups("library")
) | dg.AutomationCondition.any_deps_match(dg.AutomationCondition.will_be_requested())
# A new library is built whole, as models that follow one change need others; so is what a release adds. Once: what
# could not be built is not tried again and again.
_NEVER_BUILT: dg.AutomationCondition[Any] = (
    dg.AutomationCondition.missing()
    .newly_true()
    .since(dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated())
)
AFTER_LIBRARY_CHANGES = (
    (_LIBRARY_CHANGED.since_last_handled() | _NEVER_BUILT)
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("after_library_changes")

HOURLY, DAILY = timedelta(hours=3), timedelta(hours=26)


def automated(warehouse: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Models follow the library; marts that are older than their schedule allows are shown as stale."""

    def with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
        spec = spec.replace_attributes(automation_condition=AFTER_LIBRARY_CHANGES)
        if "mart" not in spec.tags:
            return spec
        allowed = HOURLY if spec.group_name == "rankings" else DAILY
        return spec.replace_attributes(freshness_policy=dg.FreshnessPolicy.time_window(allowed))

    return warehouse.map_asset_specs(with_policies)


library_changes_sensor = dg.AutomationConditionSensorDefinition(
    "library_changes_sensor",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Builds the models whose condition after_library_changes holds.",
)
