"""The inbox sensor: a run for each new or changed file."""

import json
from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import Library
from orchestration.defs.schedules import import_inbox
from orchestration.lib.landing import data_files, fingerprint


@dg.sensor(job=import_inbox, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext, library: Library) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a run for each inbox file that is new or changed, once two looks have found it the same.

    A file that is still being copied changes between two looks. The cursor holds the fingerprints by path: those
    that runs were asked for, and those of the last look.
    """
    inbox = library.settings.inbox
    cursor = json.loads(context.cursor) if context.cursor else {"asked": {}, "seen": {}}
    seen = {str(path.relative_to(inbox)): fingerprint(path) for path in data_files(inbox)}
    settled = {name: mark for name, mark in seen.items() if cursor["seen"].get(name) == mark}
    changed = {name: mark for name, mark in settled.items() if cursor["asked"].get(name) != mark}
    for name, mark in changed.items():
        yield dg.RunRequest(
            run_key=f"{name}:{mark}",
            run_config=dg.RunConfig(ops={"library__prompts": {"config": {"files": [name]}}}),
        )
    if not changed:
        yield dg.SkipReason("Nothing in the inbox is new.")
    asked = {name: mark for name, mark in cursor["asked"].items() if name in seen}
    context.update_cursor(json.dumps({"asked": asked | changed, "seen": seen}))


sensors = [inbox_sensor]
