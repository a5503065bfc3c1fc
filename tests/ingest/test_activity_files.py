"""Event files of every kind give the same ledger, at once or record by record; months are filled, kept and dropped."""

import gzip
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy.exc import ProgrammingError

from ingest import BatchResult, keep_months, load_activity, retry_activity
from schema.roles import Role
from tests.support.files import write_csv, write_jsonl
from tests.support.library import Library

LEDGER = """
SELECT event_id, occurred_at, event_type, user_id, prompt_id, session_id, query, result_count, position
FROM library.activity_events ORDER BY event_id
"""
COLUMNS = (
    *("event_id", "occurred_at", "event_type", "user_id", "prompt_id"),
    *("session_id", "query", "result_count", "position"),
)


@pytest.fixture
def prompt(library: Library) -> int:
    """A prompt, and two people, one of whom has a number for a name."""
    library.add_user("ann@example.com")
    library.do("INSERT INTO library.users (external_id, name) VALUES ('7', 'Seven')")
    return library.add_prompt("p")


def event(number: int, kind: str = "view", at: str = "2026-03-01T12:00:00.250+00:00", **fields: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"event_id": f"e{number}", "event_type": kind, "occurred_at": at} | fields


def load(library: Library, *files: Path) -> BatchResult:
    return load_activity(library.ingest, list(files))


def test_every_kind_of_file_gives_the_same_ledger(library: Library, tmp_path: Path, prompt: int) -> None:
    events = [
        event(1, prompt_id=prompt, user_id="ann@example.com", session_id="s1"),
        event(2, "search", "2026-03-01T23:59:59Z", query="  게시판 \u1100\u1161 C++, “x” ", result_count=3),
        event(3, "search", "2026-03-02T09:00:00+09:00", query='a "b"\nc', prompt_id=prompt, position=2),
        event(4, prompt_id=prompt, user_id=" 7 ", session_id="한글"),
        event(5, prompt_id=prompt) | {"event_id": "6F9619FF-8B86-D011-B42D-00C04FC964FF"},
    ]
    packed = tmp_path / "day.jsonl.gz"
    packed.write_bytes(gzip.compress("".join(f"{json.dumps(one)}\n" for one in events).encode()))
    table = tmp_path / "day.parquet"
    pq.write_table(pa.Table.from_pylist(events), table)
    lines = write_jsonl(tmp_path / "day.jsonl", events)
    cells = write_csv(tmp_path / "day.csv", list(COLUMNS), *(list(one.values()) for one in events))
    one_by_one = tmp_path / "day.json"
    one_by_one.write_text(json.dumps(events))
    ledgers = []
    for file in (lines, packed, cells, table, one_by_one):
        library.do("TRUNCATE library.activity_events")
        assert load(library, file).total("inserted") == 5
        ledgers.append(library.rows(LEDGER))
    assert all(ledger == ledgers[0] for ledger in ledgers)
    assert {row[6] for row in ledgers[0]} == {None, 'a "b"\nc', "게시판 가 C++, “x”"}


def test_one_wrong_record_costs_no_other(library: Library, tmp_path: Path, prompt: int) -> None:
    good = [json.dumps(event(number, prompt_id=prompt)) for number in range(5)]
    bad = [
        *('{"event_id": "x1", "event_type": "search", "occurred_at": "2026-03-01", "query": "\\u0000"}', "[1]", "{"),
        '{"event_id": "x2", "event_type": "search", "occurred_at": "2026-03-01", "query": "\\ud83d"}',
        json.dumps(event(6, prompt_id=prompt, at="2026-02-30T00:00:00Z")),
        json.dumps(event(7, prompt_id=-1)),
        json.dumps(event(8, prompt_id=prompt, position=2**40)),
        json.dumps(event(9, "like", prompt_id=prompt)),
    ]
    file = tmp_path / "day.jsonl"
    file.write_text("\n".join([*good[:2], *bad, *good[2:]]))
    result = load(library, file)
    assert (result.total("found"), result.total("inserted"), result.total("rejected")) == (13, 5, 8)
    rows = library.rows("SELECT row_number, record IS NOT NULL FROM library.import_rejections ORDER BY 1")
    assert rows == [(number, True) for number in range(3, 11)]


def test_a_file_in_another_encoding_is_read_as_it_is(library: Library, tmp_path: Path, prompt: int) -> None:
    file = tmp_path / "day.jsonl"
    lines = [json.dumps(event(n, "search", query="프롬프트 검색"), ensure_ascii=False) for n in range(3)]
    file.write_bytes("\n".join(lines).encode("cp949"))
    assert load(library, file).total("inserted") == 3
    assert library.rows("SELECT DISTINCT query FROM library.activity_events") == [("프롬프트 검색",)]


def test_a_table_with_ragged_rows_is_read_by_its_reader(library: Library, tmp_path: Path, prompt: int) -> None:
    file = tmp_path / "day.csv"
    rows = ["event_id,event_type,occurred_at,prompt_id", *(f"e{n},view,2026-03-01,{prompt}" for n in range(3))]
    file.write_text("\n".join([*rows, f"e9,view,2026-03-01,{prompt},surplus", f"e10,view,2026-03-01,{prompt}"]))
    result = load(library, file)
    assert (result.total("found"), result.total("inserted"), result.total("rejected")) == (5, 4, 1)


def test_a_whole_month_is_written_aside_and_is_a_month_like_any(library: Library, tmp_path: Path, prompt: int) -> None:
    start = date(2026, 1, 1)
    many = [
        event(n, "like" if n % 1000 == 0 else "view", f"{start + timedelta(days=n % 40)}T10:00:00Z", prompt_id=prompt)
        | {"user_id": "ann@example.com" if n % 2 == 0 else None}
        for n in range(70_000)
    ]
    file = write_jsonl(tmp_path / "many.jsonl", many)
    assert load(library, file).total("inserted") == 70_000
    assert load(library, file).total("duplicates") == 70_000
    months = "SELECT tableoid::regclass::text, count(*) FROM library.activity_events GROUP BY 1 ORDER BY 1"
    assert library.rows(months) == [
        ("library.activity_events_2026_01", 54_250),
        ("library.activity_events_2026_02", 15_750),
    ]
    shape = """
        SELECT count(*) FILTER (WHERE contype = 'f'), count(*) FILTER (WHERE contype = 'p'),
            count(*) FILTER (WHERE contype = 'c'),
            (SELECT count(*) FROM pg_indexes WHERE tablename = '{0}' AND schemaname = 'library')
        FROM pg_constraint WHERE conrelid = 'library.{0}'::regclass
    """
    aside, plain = (library.rows(shape.format(f"activity_events_2026_0{month}")) for month in (1, 2))
    assert aside == plain == [(3, 1, 2, 6)]
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows("SELECT * FROM library.activity_events_2026_01", Role.INGEST)
    assert library.value("SELECT count(*) FROM library.user_prompt_likes") == 1
    late = write_jsonl(tmp_path / "late.jsonl", [event(70_000, at="2026-01-03T00:00:00Z", prompt_id=prompt)])
    assert load(library, late).total("inserted") == 1


def test_rejected_events_are_loaded_once_the_library_knows_what_they_name(
    library: Library, tmp_path: Path, prompt: int
) -> None:
    events = [
        event(1, "like", prompt_id=prompt, user_id="ben@example.com"),
        event(2, prompt_id=prompt + 1, session_id="s"),
        event(3, prompt_id=999),
        event(4, "dance", prompt_id=prompt),
    ]
    assert load(library, write_jsonl(tmp_path / "day.jsonl", events)).total("rejected") == 4
    assert retry_activity(library.ingest).total("inserted") == 0
    ben = library.add_user("ben@example.com")
    assert library.add_prompt("q") == prompt + 1
    again = retry_activity(library.ingest)
    assert (again.total("found"), again.total("inserted"), again.total("rejected")) == (4, 2, 2)
    assert library.rows("SELECT user_id FROM library.user_prompt_likes") == [(ben,)]
    waiting = "SELECT row_number FROM library.import_rejections WHERE resolved_at IS NULL ORDER BY 1"
    assert library.rows(waiting) == [(3,), (4,)]
    assert load(library, tmp_path / "day.jsonl").total("duplicates") == 2


def test_a_days_revision_changes_with_its_events_only(library: Library, tmp_path: Path, prompt: int) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", [event(1, prompt_id=prompt), event(2, at="2026-03-05", prompt_id=prompt)])
    days = "SELECT activity_date, revision FROM library.activity_days ORDER BY 1"
    load(library, first)
    before = library.rows(days)
    load(library, first)
    assert library.rows(days) == before
    load(library, write_jsonl(tmp_path / "b.jsonl", [event(3, at="2026-03-05T01:00:00Z", prompt_id=prompt)]))
    after = library.rows(days)
    assert after[0] == before[0]
    assert after[1][1] > before[1][1]
    library.do(f"DELETE FROM library.prompts WHERE id = {prompt}")
    assert all(new[1] > old[1] for new, old in zip(library.rows(days), after, strict=True))


def test_what_a_deleted_person_did_stays_as_nobodys(library: Library, tmp_path: Path, prompt: int) -> None:
    load(library, write_jsonl(tmp_path / "a.jsonl", [event(1, "like", prompt_id=prompt, user_id="7")]))
    library.do("DELETE FROM library.users WHERE external_id = '7'")
    assert library.rows("SELECT event_type, user_id FROM library.activity_events") == [("like", None)]
    assert library.rows("SELECT * FROM library.user_prompt_likes") == []
    assert load(library, write_jsonl(tmp_path / "b.jsonl", [event(2, prompt_id=prompt)])).total("inserted") == 1


def test_months_are_dropped_whole_and_take_nothing_in_again(library: Library, tmp_path: Path, prompt: int) -> None:
    moments = ("2024-01-31T23:59:59Z", "2024-02-01T00:00:00Z", "2026-01-15T00:00:00Z")
    events = [event(n, "like", at, prompt_id=prompt, user_id="7") for n, at in enumerate(moments)]
    load(library, write_jsonl(tmp_path / "a.jsonl", events[:2]))
    assert keep_months(library.ingest, 24, date(2026, 2, 28)) == 1
    kept = "SELECT occurred_at::date::text FROM library.activity_events ORDER BY 1"
    assert library.rows(kept) == [("2024-02-01",)]
    assert keep_months(library.ingest, 1, date(2026, 2, 28)) == 1
    # The like stands, though its event is gone, and an older word does not take it back.
    assert library.value("SELECT count(*) FROM library.user_prompt_likes") == 1
    late = event(9, "unlike", "2023-12-01T00:00:00Z", prompt_id=prompt, user_id="7")
    result = load(library, write_jsonl(tmp_path / "b.jsonl", [late, events[2]]))
    assert (result.total("inserted"), result.total("rejected")) == (1, 1)
    assert "no longer kept" in str(library.value("SELECT reason FROM library.import_rejections"))
    days = library.rows("SELECT activity_date::text, events_dropped_at IS NULL FROM library.activity_days ORDER BY 1")
    assert days == [("2024-01-31", False), ("2024-02-01", False), ("2026-01-15", True)]
