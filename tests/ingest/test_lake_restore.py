"""The way back from the lake: what the ledger lacks, likes that follow from it, and days that cannot be read."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import LakeDayError, LakeError
from ingest.lake import Lake, check, refuse_if_only_in_lake, restore, write_files, write_loaded
from ingest.lake.layout import MARKER
from tests.support.files import write_jsonl
from tests.support.library import Library

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake in a folder."""
    return Lake(str(tmp_path / "lake"))


def write(library: Library, lake: Lake, path: Path, *events: tuple[str, date, int]) -> None:
    """Write what Ann did to the lake: a word, a day and a prompt each."""
    rows: list[dict[str, Any]] = [
        {"event_id": f"{word} {day} {prompt}", "event_type": word, "occurred_at": f"{day}T10:00:00Z"}
        | {"user_id": "ann@example.com", "prompt_id": prompt}
        for word, day, prompt in events
    ]
    write_files(library.ingest, lake, [write_jsonl(path / "events.jsonl", rows)])


def ledger(library: Library) -> list[tuple[Any, ...]]:
    return library.rows("SELECT event_type, cast(occurred_at AT TIME ZONE 'UTC' AS date) FROM library.activity_events")


def test_likes_follow_from_what_is_brought_back(library: Library, lake: Lake, tmp_path: Path) -> None:
    ann = library.add_user("ann@example.com")
    soup, stew, gone = (library.add_prompt(title) for title in ("soup", "stew", "gone"))
    words = [("like", FIRST, soup), ("unlike", SECOND, soup), ("like", SECOND, stew), ("like", SECOND, gone)]
    write(library, lake, tmp_path, *words)
    library.do("DELETE FROM library.prompts WHERE id = :gone", gone=gone)
    with pytest.raises(LakeError, match="4 events of 2 days, from 2026-03-01 to 2026-03-02"):
        refuse_if_only_in_lake(library.ingest, lake)
    assert restore(library.ingest, lake).days == {FIRST: 1, SECOND: 2}
    assert library.rows("SELECT user_id, prompt_id FROM library.user_prompt_likes") == [(ann, stew)]
    refuse_if_only_in_lake(library.ingest, lake)


def test_what_cannot_be_read_may_be_in_the_lake_alone_and_the_others_are_brought_back(
    library: Library, lake: Lake, tmp_path: Path
) -> None:
    library.add_user("ann@example.com")
    soup = library.add_prompt("soup")
    write(library, lake, tmp_path, *(("view", day, soup) for day in (FIRST, SECOND, THIRD)))
    Path(lake.place(FIRST, MARKER)).write_text("{")
    shutil.rmtree(lake.place(SECOND))
    told = f"(?s)of {FIRST} in the lake cannot be read.*{SECOND} is not in the lake any more.*--loaded --from {SECOND}"
    with pytest.raises(LakeDayError, match=told):
        refuse_if_only_in_lake(library.ingest, lake)
    with pytest.raises(LakeDayError, match=told):
        restore(library.ingest, lake)
    assert ledger(library) == [("view", THIRD)]

    # What is told helps, also where the ledger has nothing of the day.
    shutil.move(lake.place(FIRST), tmp_path)
    for day in (FIRST, SECOND):
        write_loaded(library.ingest, lake, day, day)
    refuse_if_only_in_lake(library.ingest, lake)
    assert check(library.ingest, lake).findings == []


def test_days_that_are_kept_no_longer_are_not_brought_back(library: Library, lake: Lake, tmp_path: Path) -> None:
    library.add_user("ann@example.com")
    soup = library.add_prompt("soup")
    write(library, lake, tmp_path, ("view", FIRST, soup), ("view", SECOND, soup))
    library.do("UPDATE library.activity_days SET events_dropped_at = now() WHERE activity_date = :day", day=FIRST)
    assert restore(library.ingest, lake).days == {SECOND: 1}
    assert ledger(library) == [("view", SECOND)]
    refuse_if_only_in_lake(library.ingest, lake)
