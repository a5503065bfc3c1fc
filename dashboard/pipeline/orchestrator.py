"""Dagster as the page sees it: its web server's GraphQL, at the address that the settings name.

What Dagster says of faults is not passed on as it is, since messages of unexpected ones may hold data.
"""

import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

from dashboard.translation import N_, _
from schema.errors import PromptoryError
from schema.settings import get_settings

_SECONDS, _SECONDS_TO_START = 15, 90
_EVENTS_A_PAGE, _MOST_PAGES = 1000, 20
_OUR_ERRORS = ("schema.errors.", "ingest.errors.", "ingest.inbox.")
_DBT_ERROR = "DagsterDbtCliRuntimeError"
_DBT_FAILED = N_("dbt could not build or test all of it; failed checks are listed below, dbt's log has the details.")
_ROW_COUNT = "dagster/row_count"
# What Dagster was asked for is queued at once: it was lost otherwise, as when its database went away at that moment.
_QUEUED_WITHIN = timedelta(minutes=1)
LOST = "LOST"
UNDER_WAY = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")

_ASSETS = """
query Assets {
  assetNodes {
    assetKey { path } groupName isMaterializable tags { key }
    assetMaterializations(limit: 1) { timestamp metadataEntries { label ... on IntMetadataEntry { intValue } } }
    freshnessStatusInfo { freshnessStatus }
    assetChecksOrError { ... on AssetChecks { checks {
      name description
      executionForLatestMaterialization { status evaluation { severity description success } }
    } } }
  }
}
"""
_RUN = """
query Run($id: ID!) {
  runOrError(runId: $id) { __typename ... on Run {
    runId jobName status creationTime startTime endTime assetMaterializations { assetKey { path } }
  } }
}
"""
_RUNS = """
query Runs($limit: Int!, $filter: RunsFilter) {
  runsOrError(limit: $limit, filter: $filter) { ... on Runs { results {
    runId jobName status creationTime startTime endTime
  } } }
}
"""
_EVENTS = """
query Events($id: ID!, $cursor: String, $limit: Int!) {
  logsForRun(runId: $id, afterCursor: $cursor, limit: $limit) { ... on EventConnection {
    cursor hasMore
    events { __typename
      ... on ExecutionStepFailureEvent {
        stepKey failureMetadata { description } error { message className errorChain { error { message className } } }
      }
      ... on RunFailureEvent { error { message className } }
    }
  } }
}
"""
_PLACES = """
query Places {
  repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } jobs { name } } } }
}
"""
_LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}
"""


class OrchestratorError(PromptoryError):
    """Dagster is away, or does not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that does not hold for the newest build of its asset; `says` is its own sentence, or its description."""

    asset: str
    name: str
    says: str
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Asset:
    """A table that Dagster keeps. `rows` are those of its last build; `freshness` is Dagster's word for it."""

    name: str
    group: str
    is_mart: bool
    built_at: datetime | None
    rows: int | None
    freshness: str
    failed: tuple[FailedCheck, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job; `built` are the assets that it has built so far. Its status is Dagster's word, or LOST."""

    id: str
    job: str
    status: str
    began_at: datetime | None
    ended_at: datetime | None
    built: tuple[str, ...] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether it is not done yet."""
        return self.status in UNDER_WAY


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a run failed; `reason` is None for a fault that nobody expected."""

    step: str | None
    reason: str | None


def fetch_assets() -> list[Asset]:
    """Every asset that is built, by name.

    Raises:
        OrchestratorError: Dagster does not answer.
    """
    return sorted(
        (_asset(node) for node in _ask(_ASSETS)["assetNodes"] if node["isMaterializable"]), key=lambda one: one.name
    )


def fetch_runs(take: int = 10, *, only_under_way: bool = False) -> list[Run]:
    """The newest runs, the newest first.

    Raises:
        OrchestratorError: Dagster does not answer.
    """
    wanted = {"statuses": list(UNDER_WAY)} if only_under_way else None
    return [_run(one) for one in _ask(_RUNS, limit=take, filter=wanted)["runsOrError"].get("results", [])]


def find_run(run_id: str) -> Run | None:
    """The run of this id, if there is one.

    Raises:
        OrchestratorError: Dagster does not answer.
    """
    found = _ask(_RUN, id=run_id)["runOrError"]
    return _run(found) if found["__typename"] == "Run" else None


def failures_of(run_id: str) -> list[Failure]:
    """The steps at which a run failed, or one failure without a step where it did not come to a step.

    Raises:
        OrchestratorError: Dagster does not answer.
    """
    steps: list[Failure] = []
    whole: list[Failure] = []
    cursor = None
    for _page in range(_MOST_PAGES):
        page = _ask(_EVENTS, id=run_id, cursor=cursor, limit=_EVENTS_A_PAGE)["logsForRun"]
        for event in page.get("events", []):
            if event["__typename"] == "ExecutionStepFailureEvent":
                steps.append(Failure(event["stepKey"].replace("__", "/"), _reason(event)))
            elif event["__typename"] == "RunFailureEvent":
                whole.append(Failure(None, _reason(event)))
        cursor = page.get("cursor")
        if not page.get("hasMore"):
            break
    return steps or whole


def start_job(job: str, tags: dict[str, str]) -> str:
    """Start a run of a job; returns its id.

    Raises:
        OrchestratorError: Dagster does not answer, knows no such job, or refuses it.
    """
    places = _ask(_PLACES)["repositoriesOrError"].get("nodes", [])
    place = next((one for one in places if any(found["name"] == job for found in one["jobs"])), None)
    if place is None:
        raise OrchestratorError(_("Dagster runs, but has not loaded the job {job}; its log says why.", job=job))
    params = {
        "selector": {
            "repositoryName": place["name"],
            "repositoryLocationName": place["location"]["name"],
            "jobName": job,
        },
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
    }
    answer = _ask(_LAUNCH, _SECONDS_TO_START, params=params)["launchRun"]
    if answer["__typename"] != "LaunchRunSuccess":
        kind = answer["__typename"]
        raise OrchestratorError(_("Dagster refuses to start {job} ({kind}); its log says why.", job=job, kind=kind))
    return str(answer["run"]["runId"])


def _ask(query: str, patience: int = _SECONDS, /, **variables: Any) -> dict[str, Any]:
    address = get_settings().dagster_address
    request = urllib.request.Request(  # noqa: S310 (the address is the operator's own setting)
        f"{address}/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    # It stands beside the dashboard: no proxy leads there.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        told = _answer(opener, request, patience)
    except (OSError, ValueError):
        sentence = _(
            "Dagster does not answer at {address}; start it, or let PROMPTORY_DAGSTER_URL name where it is.",
            address=address,
        )
        raise OrchestratorError(sentence) from None
    data = told.get("data") if isinstance(told, dict) else None
    # A fault at a place of the answer is one of Dagster's own; one without is that it does not know the question.
    if isinstance(told, dict) and any(isinstance(one, dict) and one.get("path") for one in told.get("errors") or []):
        sentence = _("Dagster answers at {address}, but with a fault; its log says which.", address=address)
        raise OrchestratorError(sentence)
    if not isinstance(data, dict) or told.get("errors"):
        raise OrchestratorError(
            _("What answers at {address} is not the Dagster that this page knows.", address=address)
        )
    return data


def _answer(opener: urllib.request.OpenerDirector, request: urllib.request.Request, patience: int) -> Any:
    try:
        with opener.open(request, timeout=patience) as answer:
            return json.load(answer)
    except HTTPError as refusal:
        # A fault of its own is an answer like any other to Dagster, with another status.
        return json.load(refusal)


def _asset(node: dict[str, Any]) -> Asset:
    name = "/".join(node["assetKey"]["path"])
    built = next(iter(node["assetMaterializations"]), None)
    rows = None
    if built is not None:
        rows = next((one.get("intValue") for one in built["metadataEntries"] if one["label"] == _ROW_COUNT), None)
    checks = (node["assetChecksOrError"] or {}).get("checks", [])
    return Asset(
        name,
        node["groupName"],
        any(tag["key"] == "mart" for tag in node["tags"]),
        _moment(float(built["timestamp"]) / 1000) if built else None,
        rows,
        (node["freshnessStatusInfo"] or {}).get("freshnessStatus", "NOT_APPLICABLE"),
        tuple(filter(None, (_failed(name, check) for check in checks))),
    )


def _failed(asset: str, check: dict[str, Any]) -> FailedCheck | None:
    done = check["executionForLatestMaterialization"]
    if done is None or done["status"] not in ("FAILED", "EXECUTION_FAILED"):
        return None
    evaluation = done["evaluation"] or {}
    says = evaluation.get("description") or check["description"] or check["name"]
    return FailedCheck(asset, check["name"], says, evaluation.get("severity") == "WARN")


def _run(said: dict[str, Any]) -> Run:
    built = (one["assetKey"]["path"] for one in said.get("assetMaterializations", []) if one["assetKey"])
    began = _moment(said["startTime"] or said["creationTime"])
    is_lost = said["status"] == "NOT_STARTED" and began is not None and datetime.now(UTC) - began > _QUEUED_WITHIN
    return Run(
        said["runId"],
        said["jobName"],
        LOST if is_lost else said["status"],
        began,
        _moment(said["endTime"]),
        tuple("/".join(path) for path in built),
    )


def _reason(event: dict[str, Any]) -> str | None:
    """The sentence of an expected fault; None for any other."""
    told = (event.get("failureMetadata") or {}).get("description")
    if told:
        return str(told)
    error = event.get("error") or {}
    chain = [error, *(link["error"] for link in error.get("errorChain") or [])]
    for one in chain:
        kind, _colon, sentence = (one.get("message") or "").strip().partition(": ")
        if kind.startswith(_OUR_ERRORS):
            return sentence
        if one.get("className") == _DBT_ERROR:
            return _(_DBT_FAILED)
    return None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
