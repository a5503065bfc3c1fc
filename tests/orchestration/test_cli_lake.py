"""`promptory lake` as a person uses it: written, made tidy and checked, with faults in words and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest import load_activity
from tests.orchestration.test_cli import promptory, told
from tests.support.files import write_jsonl
from tests.support.library import Library


def event(event_id: str, day: str, **fields: Any) -> dict[str, Any]:
    return {"event_id": event_id, "event_type": "view", "occurred_at": f"{day}T10:00:00Z"} | fields


def test_files_and_loaded_events_are_written_made_tidy_and_checked(configured: Library, tmp_path: Path) -> None:
    prompt = configured.add_prompt("p")
    (folder := tmp_path / "events").mkdir()
    write_jsonl(folder / "a.jsonl", [event("1", "2026-03-01", prompt_id=prompt), event("2", "2026-03-02", prompt_id=9)])
    assert "promptory load-activity" in told(promptory("lake", "write", str(folder)))
    assert list((tmp_path / "home").glob("lake/activity/*")) == []
    written = json.loads(promptory("lake", "write", str(folder), "--json", PROMPTORY_ENGINE="spark").stdout)
    assert written["days"] == {"files": {"2026-03-01": 1}, "rejected": {}, "loaded": {}, "own": {}}
    batch = written["batches"]["files"]
    assert (batch["files"][0]["inserted"], batch["files"][0]["rejected"]) == (1, 1)
    rejected = promptory("rejections", str(batch["batch_id"])).stdout
    assert "names a prompt the library does not know" in " ".join(rejected.split())

    days = [f"2026-03-0{number}" for number in (1, 2, 3)]
    loaded = [event(f"loaded {day}", day, prompt_id=prompt) for day in days]
    load_activity(configured.ingest, [write_jsonl(tmp_path / "loaded.jsonl", loaded)])
    some = json.loads(promptory("lake", "write", "--loaded", "--from", days[1], "--to", days[1], "--json").stdout)
    assert some == {"batches": {}, "days": {"files": {}, "rejected": {}, "loaded": {days[1]: 1}, "own": {}}}
    assert "2 events of 2 days" in promptory("lake", "write", "--loaded").stdout
    assert promptory("lake", "write", "--loaded").stdout == "The lake is as it was.\n"

    # What the ledger holds, too, stays apart from what came by file.
    assert promptory("lake", "compact").stdout.startswith("0 days merged, 0 days cleaned, 0 days dropped")
    sound = json.loads(promptory("lake", "check", "--json").stdout)
    assert (sound["days"], sound["files"], sound["events"], sound["findings"]) == (3, 4, 4, [])


def test_what_is_wrong_with_the_lake_is_told_and_ends_with_1(
    configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = configured.add_prompt("p")
    lake = tmp_path / "lake"
    monkeypatch.setenv("PROMPTORY_ENGINE", "spark")
    monkeypatch.setenv("PROMPTORY_LAKE", str(lake))
    file = write_jsonl(tmp_path / "a.jsonl", [event("1", "2026-03-01", prompt_id=prompt)])
    assert promptory("lake", "write", str(file)).returncode == 0
    [data] = lake.glob("activity/dt=2026-03-01/*.parquet")
    data.write_bytes(b"nonsense")
    done = promptory("lake", "check")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"{data.name} of 2026-03-01 in the lake cannot be read" in done.stderr
    assert "promptory lake write FILES" in done.stderr
    assert "1 fault." in done.stdout
    assert "cannot be read" in told(promptory("lake", "compact"))
    assert "comes after --to" in told(promptory("lake", "write", "--from", "2026-03-02", "--to", "2026-03-01"))
    assert "files are written whole" in told(promptory("lake", "write", str(file), "--from", "2026-03-01"))
    assert "does not exist" in told(promptory("lake", "write", str(tmp_path / "nowhere")))

    mended = promptory("lake", "mend", "2026-03-01").stdout
    assert mended == f"{data.name} with 1 event is taken out; write them again: promptory lake write FILES.\n"
    assert promptory("lake", "mend", "2026-03-01").stdout == "No file of 2026-03-01 is damaged.\n"
    assert promptory("lake", "write", str(file)).returncode == 0
    assert promptory("lake", "check").stdout.startswith("1 event of 1 day in 1 file")
