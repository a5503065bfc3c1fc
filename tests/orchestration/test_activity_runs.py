"""Activity by day: files that come late or change, in a folder or S3, anomalies, and runs that fail."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingest import load_users
from ingest.folder import Folder
from orchestration.definitions import defs
from orchestration.defs.checks import each_day_has_events, events_do_not_jump, marts_do_not_shrink, sources_are_fresh
from orchestration.defs.resources import Library as LibraryResource
from orchestration.defs.resources import resources
from orchestration.defs.sensors import activity_sensor, failure_sensor
from orchestration.lib.days import runs_of_days
from tests.conftest import forget_settings
from tests.support.library import Library
from tests.support.s3 import s3_server
from tests.support.servers import http_server

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
RESOURCES = {"library": LibraryResource()}


@pytest.fixture(params=["folder", "s3"])
def landing(request: pytest.FixtureRequest, configured: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty landing folder, here and in S3, over a library with one prompt."""
    configured.add_prompt("p")
    if request.param == "folder":
        yield LibraryResource().landing.root
        return
    with s3_server(monkeypatch) as bucket:
        monkeypatch.setenv("PROMPTORY_LANDING", f"{bucket}/drop")
        forget_settings()
        yield f"{bucket}/drop"


def put(landing: str, name: str, *moments: str) -> None:
    events = (
        {"event_id": moment, "event_type": "view", "occurred_at": moment, "prompt_id": 1, "session_id": "s"}
        for moment in moments
    )
    Folder(landing).fs.pipe_file(f"{landing}/{name}", "".join(json.dumps(event) + "\n" for event in events).encode())


def look(instance: dg.DagsterInstance, cursor: str | None) -> Any:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources=RESOURCES, definitions=defs)
    return activity_sensor.evaluate_tick(context)


def asked(tick: Any) -> list[tuple[str, str]]:
    return [(run.tags[RANGE_START], run.tags[RANGE_END]) for run in tick.run_requests or []]


def load(instance: dg.DagsterInstance, first: str, last: str) -> dg.ExecuteInProcessResult:
    tags = {RANGE_START: first, RANGE_END: last}
    job = defs.resolve_job_def("load_activity_day")
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def test_days_whose_files_come_late_or_change_are_loaded(landing: str, configured: Library) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        put(landing, "activity/2026-03-01.jsonl", "2026-03-01T10:00:00Z")
        put(landing, "activity/2026-03-02/a.jsonl", "2026-03-02T10:00:00Z")
        put(landing, "activity/2026-03-05.jsonl", "2026-03-05T10:00:00Z")
        put(landing, "activity/notes.txt", "2026-03-05T10:00:00Z")
        assert load(instance, "2026-03-05", "2026-03-05").success
        first = look(instance, None)
        second = look(instance, first.cursor)
        assert (asked(first), asked(second)) == ([], [("2026-03-01", "2026-03-02")])
        assert load(instance, "2026-03-01", "2026-03-02").success
        put(landing, "activity/2026-03-02/b.jsonl", "2026-03-02T11:00:00Z", "2026-02-27T11:00:00Z")
        third = look(instance, second.cursor)
        fourth = look(instance, third.cursor)
        assert (asked(third), asked(fourth)) == ([], [("2026-03-02", "2026-03-02")])
        assert load(instance, "2026-03-02", "2026-03-02").success
        assert asked(look(instance, fourth.cursor)) == []
    assert configured.value("SELECT count(*) FROM library.activity_events") == 5


def test_days_in_a_row_are_one_run() -> None:
    days = ["2024-03-01", "2024-02-28", "2024-02-29", "2024-12-31", "2025-01-01", "2025-01-03"]
    assert list(runs_of_days(days)) == [
        ("2024-02-28", "2024-03-01"),
        ("2024-12-31", "2025-01-01"),
        ("2025-01-03", "2025-01-03"),
    ]
    assert list(runs_of_days([])) == []


def test_a_backfill_gives_what_days_in_order_give(configured: Library) -> None:
    configured.add_prompt("p")
    landing = LibraryResource().landing.root
    for day in range(1, 6):
        moments = (f"2026-03-0{day}T10:00:00Z", f"2026-03-0{day - 1 or 1}T23:59:59Z")
        put(landing, f"activity/2026-03-0{day}.jsonl", *moments)
    ledgers = []
    in_order = [(f"2026-03-0{day}", f"2026-03-0{day}") for day in range(1, 6)]
    for ranges in (in_order, [("2026-03-03", "2026-03-05"), ("2026-03-01", "2026-03-03")]):
        configured.do("TRUNCATE library.activity_events")
        with dg.DagsterInstance.ephemeral() as instance:
            assert all(load(instance, first, last).success for first, last in ranges)
        ledgers.append(configured.rows("SELECT event_id, occurred_at FROM library.activity_events ORDER BY 1"))
    assert ledgers[0] == ledgers[1]
    assert len(ledgers[0]) == 9


def verdict(check: dg.AssetChecksDefinition) -> dg.AssetCheckResult:
    result = check(LibraryResource())
    assert isinstance(result, dg.AssetCheckResult)
    return result


def days_ago(number: int) -> str:
    return f"{datetime.now(UTC).date() - timedelta(days=number)}T12:00:00Z"


def test_days_without_events_and_jumps_are_seen(configured: Library) -> None:
    configured.add_prompt("p")
    landing = LibraryResource().landing.root
    usual = [days_ago(day).replace("12:00", f"12:{n:02d}") for day in range(2, 16) for n in range(9 + day % 3)]
    put(landing, "activity/2026-03-01.jsonl", *usual)
    with dg.DagsterInstance.ephemeral() as instance:
        assert load(instance, "2026-03-01", "2026-03-01").success
        gap = verdict(each_day_has_events)
        jump = verdict(events_do_not_jump)
        assert (gap.passed, jump.passed) == (True, True)
        many = [days_ago(1).replace("12:00:00", f"12:{n:02d}:01") for n in range(60)]
        put(landing, "activity/2026-03-01.jsonl", *many)
        put(landing, "activity/2026-03-02.jsonl", days_ago(18))
        assert load(instance, "2026-03-01", "2026-03-02").success
    gap, jump = verdict(each_day_has_events), verdict(events_do_not_jump)
    assert not gap.passed
    assert gap.metadata["days"].value == [days_ago(17)[:10], days_ago(16)[:10]]
    assert not jump.passed
    assert "60 events" in str(jump.description)


def test_dbts_source_freshness_is_a_check_of_what_was_loaded(configured: Library, tmp_path: Path) -> None:
    configured.add_prompt("p")
    landing = LibraryResource().landing.root
    put(landing, "activity/2026-03-01.jsonl", days_ago(1))
    (tmp_path / "users.jsonl").write_text('{"user_id": "u", "email": "u@example.com"}', encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        assert load(instance, "2026-03-01", "2026-03-01").success
    load_users(configured.ingest, [tmp_path / "users.jsonl"])
    configured.do("UPDATE library.import_batches SET finished_at = now() - interval '3 days' WHERE kind = 'USERS'")
    job = dg.define_asset_job("look", selection=dg.AssetSelection.checks(sources_are_fresh))
    looked = dg.Definitions(asset_checks=[sources_are_fresh], jobs=[job], resources=resources)
    told = looked.resolve_job_def("look").execute_in_process().get_asset_check_evaluations()
    assert {one.asset_key.path[-1]: one.passed for one in told} == {
        "activity_events": True,
        "users": False,
        "subscriptions": False,
    }


def test_a_mart_that_shrinks_is_seen() -> None:
    mart, other = dg.AssetKey(["analytics", "prompt_rankings"]), dg.AssetKey(["analytics", "tag_popularity"])
    job = dg.define_asset_job("look", selection=dg.AssetSelection.checks(marts_do_not_shrink))
    looked = dg.Definitions(asset_checks=[marts_do_not_shrink], jobs=[job]).resolve_job_def("look")
    with dg.DagsterInstance.ephemeral() as instance:
        verdicts = []
        for rows in (100, 81, 64):
            for key, count in ((mart, rows), (other, 5)):
                event = dg.AssetMaterialization(key, metadata={"dagster/row_count": count})
                instance.report_runless_asset_event(event)
            told = looked.execute_in_process(instance=instance).get_asset_check_evaluations()
            verdicts.append([one.passed for key in (mart, other) for one in told if one.asset_key == key])
    assert verdicts == [[True, True], [True, True], [False, True]]


def test_a_failed_run_is_told_in_words(configured: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

    put(LibraryResource().landing.root, "activity/2026-03-01.csv")
    with http_server(Hook) as address, dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("PROMPTORY_ALERT_WEBHOOK", f"{address}/hook")
        forget_settings()
        result = load(instance, "2026-03-01", "2026-03-01")
        assert not result.success
        failure = next(event for event in result.all_events if event.is_run_failure)
        context = dg.build_run_status_sensor_context("failure_sensor", failure, instance, result.dagster_run)
        failure_sensor(context.for_run_failure())
    reason = "activity/2026-03-01.csv is empty."
    run = f"Run {result.run_id[:8]}."
    assert posted == [f"The job load_activity_day failed at library/activity_events: {reason} {run}"]
