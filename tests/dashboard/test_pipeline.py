"""The Pipeline page: what Dagster tells, the inbox, what was refused, and a refresh that is started once."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import viewer
from dashboard.pipeline.orchestrator import (
    OrchestratorError,
    failures_of,
    fetch_assets,
    fetch_runs,
    find_run,
    start_job,
)
from dashboard.pipeline.refreshes import start_alone
from ingest import load_activity
from ingest.lake import Lake, events_by_day, load_events
from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from schema.settings import get_settings
from tests.conftest import forget_settings
from tests.dashboard.driver import button_named, clicked, frame, page_of, settled, shown_text, signed_in
from tests.support.dagster import dagster_served
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library
from tests.support.servers import free_port, http_server

MOST_SECONDS = 180


@pytest.fixture
def curated(configured: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """An empty library with a curator; nothing answers where Dagster should be."""
    account = {"email": "curator@example.com", "name": "Curator", "password": "curator-password"}
    ensure_account(configured.ingest, role=UserRole.ADMIN, tier=Tier.FREE, **account)
    monkeypatch.setenv("PROMPTORY_DAGSTER_URL", f"http://127.0.0.1:{free_port()}")
    forget_settings()
    return configured


@pytest.fixture
def dagster(curated: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Dagster that answers at the address of the settings."""
    with dagster_served(tmp_path / "dagster") as address:
        monkeypatch.setenv("PROMPTORY_DAGSTER_URL", f"{address}/")
        forget_settings()
        yield address


def opened() -> AppTest:
    return page_of(signed_in("curator@example.com", "curator-password"), "pipeline")


def ended(run_id: str) -> str:
    """The status of a run once it is done."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        run = find_run(run_id)
        if run is not None and not run.is_under_way:
            return run.status
        time.sleep(0.5)
    raise AssertionError("the run does not end")


def inbox() -> Path:
    folder = Path(get_settings().inbox)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_without_dagster_the_page_says_so_and_shows_the_rest(curated: Library) -> None:
    (inbox() / "wait.csv").write_text("title,prompt\nA,b\n", encoding="utf-8")
    page = opened()
    assert "does not answer at" in page.warning[0].value
    assert not any(button.label == "Start" for button in page.button)
    assert list(frame(page, "since").name) == ["wait.csv"]
    assert "No recent load refused anything" in shown_text(page)


@contextmanager
def answering(answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Something at Dagster's address that gives one answer to every question."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

    with http_server(Answers) as address:
        monkeypatch.setenv("PROMPTORY_DAGSTER_URL", address)
        forget_settings()
        yield


def test_a_fault_of_dagsters_own_is_not_taken_for_a_stranger(curated: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = {"message": "connection refused", "path": ["runsOrError"]}
    with answering({"data": {"runsOrError": None}, "errors": [fault]}, monkeypatch):
        told = opened().warning[0].value
    assert "but with a fault" in told
    assert "connection refused" not in told


def test_a_run_that_was_lost_before_it_was_queued_keeps_nobody_waiting(
    configured: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"runId": "1", "jobName": "refresh_warehouse", "status": "NOT_STARTED", "startTime": None, "endTime": None}
    both = [made | {"creationTime": time.time() - 120}, made | {"creationTime": time.time()}]
    with answering({"data": {"runsOrError": {"results": both}}}, monkeypatch):
        told = [(run.status, run.is_under_way) for run in fetch_runs(only_under_way=True)]
    assert told == [("LOST", False), ("NOT_STARTED", True)]


def test_a_refresh_is_started_once_followed_and_its_tables_are_told(dagster: str, curated: Library) -> None:
    (inbox() / "team.csv").write_text("title,prompt\nA,one\nB,\n", encoding="utf-8")
    page = opened()
    assert list(frame(page, "since").files) == [1]
    assert {"library/prompts", "analytics/prompt_rankings"} <= set(frame(page, "freshness").name)
    page.selectbox(key="refresh-job").select("import_inbox")
    button_named(settled(page), "Start").click()
    settled(page)
    run_id = page.query_params["run"]
    assert isinstance(run_id, str)
    assert button_named(page, "Start").disabled or find_run(run_id) is not None
    assert ended(run_id) == "SUCCESS"
    assert "done" in settled(page).success[0].value
    assert "1 table is built" in page.success[0].value
    assert curated.value("SELECT count(*) FROM library.prompts") == 1
    assert frame(page, "freshness").set_index("name").built_at.notna()["library/prompts"]
    assert "Nothing waits in the inbox" in shown_text(page)
    assert list(frame(page, "rejected").rejected) == [1]
    assert list(frame(page, "reason").row) == [2]


def test_two_curators_at_once_start_one_run(dagster: str, curated: Library) -> None:
    started: list[tuple[str, bool]] = []
    starts = [
        threading.Thread(target=lambda: started.append(start_alone(curated.ingest, "import_inbox"))) for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len({run_id for run_id, _is_new in started}) == 1
    assert sorted(is_new for _run_id, is_new in started) == [False, False, True]
    assert ended(started[0][0]) == "SUCCESS"
    assert [run.id for run in fetch_runs()] == [started[0][0]]


def test_a_run_that_fails_tells_its_step_and_why_and_the_object_is_tried_again(dagster: str, curated: Library) -> None:
    (inbox() / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    run_id = start_job("import_inbox", {})
    assert ended(run_id) == "FAILURE"
    (failure,) = failures_of(run_id)
    assert failure.step == "library/prompts"
    assert failure.reason is not None
    assert "1 object" in failure.reason
    page = signed_in("curator@example.com", "curator-password")
    page.query_params["run"] = run_id
    page_of(page, "pipeline")
    assert "failed" in page.error[0].value
    assert "library/prompts" in shown_text(page).replace("\\", "")
    assert "broken" in shown_text(page)
    button = next(one for one in page.button if str(one.key).startswith("retry-20"))
    button.click()
    settled(page)
    assert "waits in the inbox again" in page.success[0].value
    assert list(frame(page, "since").name) == ["broken.xlsx"]
    assert list((inbox() / "rejected").rglob("*.report.json")) == []


def test_a_job_that_dagster_does_not_have_is_told(dagster: str, curated: Library) -> None:
    with pytest.raises(OrchestratorError, match="has not loaded the job no_such_job"):
        start_job("no_such_job", {})
    assert find_run("00000000-0000-0000-0000-000000000000") is None
    assert all(asset.built_at is None and not asset.failed for asset in fetch_assets())


def test_refused_activity_is_loaded_once_it_can_be(curated: Library, tmp_path: Path) -> None:
    event = {
        "event_id": "11111111-1111-4111-8111-111111111111",
        "event_type": "view",
        "occurred_at": "2026-06-01T10:00:00Z",
        "prompt_key": "team/a",
    }
    load_activity(curated.ingest, [write_jsonl(tmp_path / "2026-06-01.jsonl", [event])])
    page = opened()
    assert len(frame(page, "reason", "record")) == 1
    clicked(page, "Try Activity again")
    assert "0 records are loaded, 1 is still refused" in page.success[0].value.replace("\\", "")


def test_with_spark_a_run_of_dagsters_loads_refused_activity_into_the_lake(
    curated: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("PROMPTORY_ENGINE", "spark")
    forget_settings()
    event = {
        "event_id": "11111111-1111-4111-8111-111111111111",
        "event_type": "view",
        "occurred_at": "2026-06-01T10:00:00Z",
        "user_id": "ann@example.com",
        "prompt_id": curated.add_prompt("soup"),
    }
    load_events(curated.ingest, [write_jsonl(tmp_path / "2026-06-01.jsonl", [event])])
    request.getfixturevalue("dagster")
    page = opened()
    assert "ann@example.com" in str(frame(page, "reason", "record").record[0])
    curated.add_user("ann@example.com")
    button_named(page, "Try Activity again").click()
    assert "A run has started" in settled(page).success[0].value
    run_id = page.query_params["run"]
    assert isinstance(run_id, str)
    assert ended(run_id) == "SUCCESS"
    assert events_by_day(Lake(get_settings().lake)) == {date(2026, 6, 1): 1}
    assert curated.value("SELECT count(*) FROM library.activity_events") == 0
    assert "Refused activity, once more: done" in settled(page).success[0].value

    def refused() -> None:
        raise viewer.NotAllowedError("Only curators may do this. Sign in again if you are one.")

    monkeypatch.setattr(viewer, "curating", refused)
    clicked(page, "Try Activity again")
    assert "Only curators may do this" in page.error[0].value
    assert [run.id for run in fetch_runs()] == [run_id]


def test_who_is_no_curator_any_more_changes_nothing(curated: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = inbox() / "rejected" / "2026-06-01T00-00-00-000000"
    folder.mkdir(parents=True)
    write_csv(folder / "a.csv", ["x"], ["y"])
    (folder / "a.csv.report.json").write_text(
        json.dumps({"object": "a.csv", "reason": "No prompts."}), encoding="utf-8"
    )
    page = opened()
    refuse = viewer.NotAllowedError("Only curators may do this. Sign in again if you are one.")

    def refused() -> None:
        raise refuse

    monkeypatch.setattr(viewer, "curating", refused)
    clicked(page, "Try again")
    assert "Only curators may do this" in page.error[0].value
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "a.csv.report.json"]


def test_the_last_build_of_the_command_line_is_told(curated: Library) -> None:
    folder = get_settings().home / "dbt"
    folder.mkdir(parents=True)
    results = [
        {"unique_id": "model.promptory.mrr_daily", "status": "success"},
        {"unique_id": "test.promptory.one", "status": "pass"},
        {"unique_id": "test.promptory.two", "status": "fail", "message": "Got 5 results, configured to fail if != 0"},
    ]
    told = {"metadata": {"generated_at": "2026-06-30T03:04:05Z"}, "results": results}
    (folder / "run_results.json").write_text(json.dumps(told), encoding="utf-8")
    page = opened()
    assert "30 June 2026, 03:04 UTC · 2 steps held · 1 step failed" in shown_text(page)
    assert any("Got 5 results" in one.value for one in page.error)
