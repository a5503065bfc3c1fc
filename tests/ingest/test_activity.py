"""The ledger takes each event once, in any order, and likes follow from it."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest import BatchResult, load_activity
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library

NOON = "2026-03-01T12:00:00Z"


@pytest.fixture
def prompt(library: Library) -> int:
    """A prompt, and two people: ann@example.com and ben@example.com."""
    library.add_user("ann@example.com")
    library.add_user("ben@example.com")
    return library.add_prompt("p")


def event(event_id: str, event_type: str, at: str = NOON, **fields: Any) -> dict[str, Any]:
    """An event of Ann's, unless it says otherwise."""
    return {"event_id": event_id, "event_type": event_type, "occurred_at": at, "user_id": "ann@example.com"} | fields


def load(library: Library, folder: Path, *events: dict[str, Any]) -> BatchResult:
    """Load events from a file of their own."""
    return load_activity(library.ingest, [write_jsonl(folder / "events.jsonl", events)])


def test_likes_are_the_last_word_whatever_the_order_of_arrival(library: Library, tmp_path: Path, prompt: int) -> None:
    story = [
        event("1", "like", "2026-03-01T10:00:00Z", prompt_id=prompt),
        event("2", "unlike", "2026-03-01T11:00:00Z", prompt_id=prompt),
        event("3", "like", "2026-03-02T09:00:00+09:00", prompt_id=prompt),
    ]
    for order in itertools.permutations(story):
        library.do("TRUNCATE library.activity_events, library.user_prompt_likes")
        for one in order:
            load(library, tmp_path, one)
        assert library.rows("SELECT liked_at FROM library.user_prompt_likes") == [(datetime(2026, 3, 2, tzinfo=UTC),)]
    load(library, tmp_path, event("4", "unlike", "2026-03-03T00:00:00Z", prompt_id=prompt))
    assert library.rows("SELECT * FROM library.user_prompt_likes") == []


def test_an_event_counts_once_however_often_it_comes(library: Library, tmp_path: Path, prompt: int) -> None:
    view = event("same", "view", prompt_id=prompt)
    first = load(library, tmp_path, view, view)
    second = load(library, tmp_path, view, view | {"occurred_at": "2026-04-01T12:00:00Z"})
    assert [(r.total("inserted"), r.total("duplicates")) for r in (first, second)] == [(1, 1), (0, 2)]
    assert library.value("SELECT count(*) FROM library.activity_events") == 1


def test_known_events_are_found_without_reading_the_ledger(library: Library, tmp_path: Path, prompt: int) -> None:
    def views(first: int, count: int, at: str) -> list[dict[str, Any]]:
        return [event(f"view {n}", "view", at, prompt_id=prompt) for n in range(first, first + count)]

    read = "SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname LIKE 'activity_events_%'"
    load(library, tmp_path, *views(0, 10_000, NOON))
    # As autovacuum does: of each month, never of all together.
    library.do("ANALYZE library.activity_events_2026_03")
    before = library.counter(read)
    # They are known in whichever month they come again.
    again = load(library, tmp_path, *views(9_000, 2_000, "2026-02-01T12:00:00Z"), *views(0, 500, NOON))
    assert (again.total("duplicates"), again.total("inserted")) == (1_500, 1_000)
    assert library.counter(read) == before


def test_an_unlike_without_a_like_leaves_nothing(library: Library, tmp_path: Path, prompt: int) -> None:
    assert load(library, tmp_path, event("1", "unlike", prompt_id=prompt)).total("inserted") == 1
    assert library.rows("SELECT * FROM library.user_prompt_likes") == []


def test_what_cannot_be_right_is_rejected_with_its_reason(library: Library, tmp_path: Path, prompt: int) -> None:
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    result = load(
        library,
        tmp_path,
        event("1", "view", prompt_id=prompt),
        event("2", "view", future, prompt_id=prompt),
        event("3", "view", prompt_id=999_999),
        event("4", "view", prompt_key="nowhere/x"),
        event("5", "view", prompt_id=prompt, user_id="stranger"),
        event("6", "view"),
        event("7", "like", prompt_id=prompt, user_id=None),
        event("8", "dance", prompt_id=prompt),
        event("9", "view", "yesterday", prompt_id=prompt),
        event("", "view", prompt_id=prompt),
    )
    assert (result.total("found"), result.total("inserted"), result.total("rejected")) == (10, 1, 9)
    reasons = library.rows("SELECT row_number, reason FROM library.import_rejections ORDER BY row_number")
    expected = [
        "lies in the future",
        "names a prompt the library does not know",
        "names a prompt the library does not know",
        "names a person the library does not know",
        "is a view without a prompt",
        "is a like without a person",
        "has the event_type 'dance'",
        "has the occurred_at 'yesterday'",
        "has no event_id",
    ]
    assert [number for number, _ in reasons] == list(range(2, 11))
    for (_, reason), beginning in zip(reasons, expected, strict=True):
        assert reason.startswith(beginning)


def test_visitors_searches_and_keys_are_understood(library: Library, tmp_path: Path, prompt: int) -> None:
    library.do("""
        WITH batch AS (
            INSERT INTO library.import_batches (kind, status, files) VALUES ('PROMPTS', 'SUCCEEDED', '[]') RETURNING id
        ), place AS (
            INSERT INTO library.collections (name) VALUES ('starter') RETURNING id
        )
        INSERT INTO library.prompt_sources (
            prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details,
            content_hash, record_hash, file, origin, row_number, first_batch_id, last_batch_id
        )
        SELECT p.id, place.id, 'a/b', 1, true, 't', '{}', '{}', '{}', p.content_hash, p.content_hash, 'f', 'f', 1,
            batch.id, batch.id
        FROM library.prompts AS p, batch, place
    """)
    load(
        library,
        tmp_path,
        event("1", "view", prompt_key="starter/a/b", user_id=None, position=3),
        event("2", "search", query="김치", result_count=0),
        event("3", "VIEW", 1772366400, prompt_id=prompt),  # type: ignore[arg-type]
    )
    rows = library.rows("""
        SELECT event_type, prompt_id, query, result_count, position FROM library.activity_events
        ORDER BY event_type, position
    """)
    assert rows == [
        ("search", None, "김치", 0, None),
        ("view", prompt, None, None, 3),
        ("view", prompt, None, None, None),
    ]
    assert library.value("SELECT max(occurred_at) FROM library.activity_events") == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_csv_is_as_good_as_json_lines(library: Library, tmp_path: Path, prompt: int) -> None:
    header = ["event_id", "event_type", "occurred_at", "user_id", "prompt_id", "query"]
    file = write_csv(tmp_path / "day.csv", header, ["1", "view", NOON, "ben@example.com", prompt, ""])
    assert load_activity(library.ingest, [file]).total("inserted") == 1


def test_loading_days_in_any_order_gives_the_same_tables(library: Library, tmp_path: Path, prompt: int) -> None:
    days = [
        [event(f"{day}-{n}", kind, f"2026-0{month}-15T0{n}:00:00Z", prompt_id=prompt) for n, kind in enumerate(kinds)]
        for day, (month, kinds) in enumerate([(1, ["view", "like"]), (2, ["unlike", "view"]), (3, ["like", "copy"])])
    ]
    tables = []
    for order in (days, days[::-1]):
        library.do("TRUNCATE library.activity_events, library.user_prompt_likes")
        for day in order:
            load(library, tmp_path, *day)
        tables.append(
            library.rows("SELECT event_id, occurred_at, event_type FROM library.activity_events ORDER BY event_id")
            + library.rows("SELECT user_id, prompt_id, liked_at FROM library.user_prompt_likes")
        )
    assert tables[0] == tables[1]
    assert len(tables[0]) == 7
