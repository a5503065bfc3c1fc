"""The event lake takes each event once a day, by the ledger's rules, and a day changes as a whole or not at all."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest import load_activity
from ingest.lake import EVENTS, Lake, LakeResult, write_files, write_loaded, write_own, write_rejected
from ingest.lake.files import read_events
from tests.support.files import write_jsonl
from tests.support.library import Library

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
LEDGER = "SELECT event_id, occurred_at, event_type, user_id, prompt_id, session_id, query, result_count, position"


@pytest.fixture
def prompt(library: Library) -> int:
    """A prompt, and Ann."""
    library.add_user("ann@example.com")
    return library.add_prompt("p")


def event(event_id: str, at: str, kind: str = "view", **fields: Any) -> dict[str, Any]:
    return {"event_id": event_id, "event_type": kind, "occurred_at": at, "user_id": "ann@example.com"} | fields


def write(library: Library, lake: Lake, path: Path, *events: dict[str, Any]) -> LakeResult:
    return write_files(library.ingest, lake, [write_jsonl(path / "events.jsonl", events)])


def rows_of(lake: Lake, day: date) -> list[dict[str, Any]]:
    """The events that the marker lets one read, by id."""
    manifest = lake.manifest(day)
    assert manifest is not None
    found = pa.concat_tables([EVENTS.empty_table(), *read_events(lake, day, manifest.files)]).to_pylist()
    return sorted(found, key=lambda one: bytes(one["event_id"]))


def version(library: Library, day: date) -> tuple[str, int]:
    [(found, revision)] = library.rows(
        "SELECT lake_version, revision FROM library.activity_days WHERE activity_date = :day", day=day
    )
    return found, revision


def test_events_lie_in_the_folder_of_their_day_as_the_ledger_would_hold_them(
    library: Library, lake: Lake, tmp_path: Path, prompt: int
) -> None:
    events = [
        event("1", "2026-03-01T23:59:59.999999Z", prompt_id=prompt, session_id="s"),
        event("2", "2026-03-02T09:00:00+09:00", "search", query="김치", result_count=0, position=2),
        event("3", "2026-03-02T00:00:00Z", prompt_id=prompt, user_id=None),
    ]
    result = write(library, lake, tmp_path, *events)
    assert result.days == {FIRST: 1, SECOND: 2}
    load_activity(library.ingest, [tmp_path / "events.jsonl"])
    ledger = library.rows(f"{LEDGER} FROM library.activity_events ORDER BY event_id")
    held = [row for day in (FIRST, SECOND) for row in rows_of(lake, day)]
    assert sorted((one["event_id"], *list(one.values())[1:]) for one in held) == [
        (one[0].bytes, *one[1:]) for one in ledger
    ]
    assert [one["occurred_at"] for one in rows_of(lake, FIRST)] == [datetime(2026, 3, 1, 23, 59, 59, 999_999, UTC)]


def test_an_event_is_kept_once_a_day_and_the_first_wins(
    library: Library, lake: Lake, tmp_path: Path, prompt: int
) -> None:
    first = event("same", "2026-03-01T10:00:00Z", prompt_id=prompt)
    again = first | {"occurred_at": "2026-03-01T11:00:00Z"}
    done = write(library, lake, tmp_path, first, again).batch
    assert done is not None
    assert (done.total("found"), done.total("inserted"), done.total("duplicates")) == (2, 1, 1)
    before = version(library, FIRST)
    done = write(library, lake, tmp_path, again, first).batch
    assert done is not None
    assert (done.total("inserted"), done.total("duplicates")) == (0, 2)
    assert [one["occurred_at"].hour for one in rows_of(lake, FIRST)] == [10]
    assert version(library, FIRST) == before


def test_a_late_event_changes_its_own_day_only(library: Library, lake: Lake, tmp_path: Path, prompt: int) -> None:
    write(
        library,
        lake,
        tmp_path,
        event("2", "2026-03-02T10:00:00Z", prompt_id=prompt),
        event("1", "2026-03-01T10:00:00Z", prompt_id=prompt),
    )
    before = {day: version(library, day) for day in (FIRST, SECOND)}
    files = lake.names(SECOND)
    result = write(library, lake, tmp_path, event("3", "2026-03-01T09:00:00Z", prompt_id=prompt))
    assert result.days == {FIRST: 1}
    assert (version(library, SECOND), lake.names(SECOND)) == (before[SECOND], files)
    assert version(library, FIRST)[0] != before[FIRST][0]
    assert version(library, FIRST)[1] > before[SECOND][1]
    assert len(rows_of(lake, FIRST)) == 2


def test_what_the_library_does_not_know_or_keep_is_rejected_in_the_words_of_the_load(
    library: Library, folder: Lake, other_library: Library, tmp_path: Path, prompt: int
) -> None:
    other_library.add_user("ann@example.com")
    assert other_library.add_prompt("p") == prompt
    events = [
        event("1", "2026-03-01T10:00:00Z", prompt_id=prompt),
        event("2", "2026-03-01T10:00:00Z", prompt_id=999_999, position=3),
        event("3", "2026-03-01T10:00:00Z", prompt_key="nowhere/x"),
        event("4", "2026-03-01T10:00:00.5Z", prompt_id=prompt, user_id="stranger"),
        event("5", "2025-12-31T23:00:00Z", prompt_id=prompt),
        event("6", "2999-01-01T00:00:00Z", prompt_id=prompt),
        event("7", "2026-03-01T10:00:00Z"),
    ]
    dropped = "INSERT INTO library.activity_days (activity_date, events_dropped_at) VALUES ('2025-12-30', now())"
    library.do(dropped)
    other_library.do(dropped)
    done = write(library, folder, tmp_path, *events).batch
    assert done is not None
    assert (done.total("found"), done.total("inserted"), done.total("rejected")) == (7, 1, 6)
    load_activity(other_library.ingest, [tmp_path / "events.jsonl"])
    told = """
        SELECT row_number, reason, file, record - 'occurred_at', cast(record ->> 'occurred_at' AS timestamptz)
        FROM library.import_rejections ORDER BY row_number
    """
    assert library.rows(told) == other_library.rows(told)
    assert len(library.rows(told)) == 6
    assert library.value("SELECT count(*) FROM library.activity_events") == 0


def test_loaded_events_are_added_and_the_dashboards_own_replace_each_other(
    library: Library, lake: Lake, tmp_path: Path, prompt: int
) -> None:
    load_activity(
        library.ingest,
        [
            write_jsonl(
                tmp_path / "a.jsonl",
                [
                    event("1", "2026-03-01T10:00:00Z", prompt_id=prompt),
                    event("2", "2026-03-02T10:00:00Z", "search", query='a "b",\nc\\'),
                ],
            )
        ],
    )
    library.do("""
        INSERT INTO library.activity_events (event_id, occurred_at, event_type, session_id, query)
        VALUES (gen_random_uuid(), '2026-03-01 12:00+00', 'search', 's', 'own')
    """)
    assert write_loaded(library.ingest, lake, SECOND, SECOND).days == {SECOND: 1}
    assert write_loaded(library.ingest, lake).days == {FIRST: 1}
    assert write_own(library.ingest, lake).days == {FIRST: 1}
    assert [one["query"] for one in rows_of(lake, SECOND)] == ['a "b",\nc\\']
    before = version(library, FIRST)
    assert (write_loaded(library.ingest, lake).days, write_own(library.ingest, lake).days) == ({}, {})
    assert version(library, FIRST) == before
    library.do(
        "UPDATE library.activity_events SET prompt_id = :prompt, position = 1 WHERE query = 'own'", prompt=prompt
    )
    assert write_own(library.ingest, lake).days == {FIRST: 1}
    assert {(one["event_type"], one["prompt_id"], one["position"]) for one in rows_of(lake, FIRST)} == {
        ("view", prompt, None),
        ("search", prompt, 1),
    }
    library.do("DELETE FROM library.activity_events WHERE query = 'own'")
    assert write_own(library.ingest, lake).days == {FIRST: 0}
    assert [one["event_type"] for one in rows_of(lake, FIRST)] == ["view"]


def test_rejected_events_are_added_once_the_library_knows_what_they_name(
    library: Library, folder: Lake, tmp_path: Path, prompt: int
) -> None:
    unknown = event("1", "2026-03-01T10:00:00Z", prompt_id=prompt + 1)
    write(library, folder, tmp_path, unknown, unknown | {"event_id": "2", "user_id": "ben@example.com"})
    library.add_prompt("q")
    result = write_rejected(library.ingest, folder)
    assert result.batch is not None
    assert (result.days, result.batch.total("rejected")) == ({FIRST: 1}, 1)
    assert library.rows("SELECT row_number FROM library.import_rejections WHERE resolved_at IS NULL") == [(2,)]
    assert write_rejected(library.ingest, folder).days == {}
    assert [one["prompt_id"] for one in rows_of(folder, FIRST)] == [prompt + 1]
