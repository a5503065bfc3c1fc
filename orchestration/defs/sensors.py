"""The inbox sensor: a run for each new or changed file."""

import json
from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import Library
from orchestration.defs.schedules import import_inbox
from orchestration.lib.landing import data_files, fingerprint


@dg.sensor(job=import_inbox, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext, library: Library) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a run for each inbox file whose fingerprint is new; the cursor remembers them by path."""
    inbox = library.settings.inbox
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    now = {str(path.relative_to(inbox)): fingerprint(path) for path in data_files(inbox)}
    changed = [name for name, print_ in now.items() if seen.get(name) != print_]
    for name in changed:
        yield dg.RunRequest(
            run_key=f"{name}:{now[name]}",
            run_config=dg.RunConfig(ops={"library__prompts": {"config": {"files": [name]}}}),
        )
    if not changed:
        yield dg.SkipReason("Nothing in the inbox is new.")
    context.update_cursor(json.dumps(now))


sensors = [inbox_sensor]
