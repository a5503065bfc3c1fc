"""What people are told of a run that failed."""

import json
import urllib.request
from collections.abc import Sequence
from urllib.error import URLError

import structlog
from dagster import DagsterEvent

from orchestration.lib.run_faults import OUR_ERRORS, asset_of

_SECONDS = 10

log = structlog.get_logger(__name__)


def failure_message(job: str, run_id: str, failures: Sequence[DagsterEvent]) -> str:
    """Which job failed where and why, such as: The job daily_ingest failed at library/users: users.csv is empty."""
    told = " ".join(f"at {asset_of(event) or 'its start'}: {_reason(event)}" for event in failures)
    return f"The job {job} failed {told or 'before its first step.'} Run {run_id[:8]}."


def post_alert(address: str, message: str) -> None:
    """Post `{"text": message}` to a web hook, as Slack and its kin take it. A hook that is away is logged."""
    request = urllib.request.Request(  # noqa: S310 (the address is the operator's own setting)
        address, json.dumps({"text": message}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass
    except (URLError, OSError, ValueError) as error:
        log.error("alert_not_posted", fault=type(error).__name__)


def _reason(event: DagsterEvent) -> str:
    """The sentence of an expected fault; of any other its kind, as messages may hold data."""
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error is not None:
        kind, _, sentence = error.message.strip().partition(": ")
        if kind.startswith(OUR_ERRORS):
            return sentence
        if error.cause is None:
            return f"an unexpected fault ({error.cls_name}); its log has the details."
        error = error.cause
    return "an unexpected fault; its log has the details."
