"""What dbt wrote down when `promptory refresh` ran it on this machine."""

import json
from dataclasses import dataclass
from datetime import datetime

from schema.settings import get_settings

_FAILED = ("error", "fail", "runtime error")


@dataclass(frozen=True, slots=True)
class DbtBuild:
    """A build of dbt's: when it ended, how many models and tests held, and what failed with dbt's word for it."""

    at: datetime
    held: int
    failed: dict[str, str]


def last_dbt_build() -> DbtBuild | None:
    """The last one, from its `run_results.json`; None where dbt never ran outside Dagster here, or runs just now."""
    path = get_settings().home / "dbt" / "run_results.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    results = told["results"]
    failed = {one["unique_id"]: one.get("message") or one["status"] for one in results if one["status"] in _FAILED}
    held = sum(one["status"] in ("success", "pass") for one in results)
    return DbtBuild(datetime.fromisoformat(told["metadata"]["generated_at"]), held, failed)
