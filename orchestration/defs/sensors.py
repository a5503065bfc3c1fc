"""The inbox sensor: a run for each new or changed object."""

import json
from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import Library
from orchestration.defs.schedules import import_inbox


@dg.sensor(job=import_inbox, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext, library: Library) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a run for each inbox object that is new or changed, once two looks have found it the same.

    What is still being copied changes between two looks. The cursor holds the fingerprints by name: those that runs
    were asked for, and those of the last look. A run moves its object away; one that could not is not asked for again
    before the object changes.
    """
    cursor = json.loads(context.cursor) if context.cursor else {"asked": {}, "seen": {}}
    seen = library.inbox.objects()
    settled = {name: mark for name, mark in seen.items() if cursor["seen"].get(name) == mark}
    changed = {name: mark for name, mark in settled.items() if cursor["asked"].get(name) != mark}
    for name, mark in changed.items():
        yield dg.RunRequest(
            run_key=f"{name}:{mark}",
            run_config=dg.RunConfig(ops={"library__prompts": {"config": {"objects": [name]}}}),
        )
    if not changed:
        yield dg.SkipReason("Nothing in the inbox is new.")
    asked = {name: mark for name, mark in cursor["asked"].items() if name in seen}
    context.update_cursor(json.dumps({"asked": asked | changed, "seen": seen}))


sensors = [inbox_sensor]
