"""What compaction takes out of the lake, and what a check finds wrong with it."""

import json
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.errors import LakeDayError, LakeError, UnreadableFileError
from ingest.lake import EVENTS, Lake, check, compact, mend, write_files, write_own
from ingest.lake.files import read_events
from ingest.lake.layout import MARKER
from ingest.lake.manifest import Manifest
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.s3 import s3_server

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def ann(library: Library) -> int:
    """Ann, and prompts 1 and 2."""
    library.add_prompt("one")
    library.add_prompt("two")
    return library.add_user("ann@example.com")


def event(event_id: str, day: date, prompt: int, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "event_type": "view",
        "occurred_at": f"{day}T10:00:00Z",
        "prompt_id": prompt,
    } | fields


def write(library: Library, lake: Lake, path: Path, *events: dict[str, Any]) -> None:
    write_files(library.ingest, lake, [write_jsonl(path / "events.jsonl", events)])


def marker(lake: Lake, day: date) -> Manifest:
    found = lake.manifest(day)
    assert found is not None
    return found


def read(lake: Lake, day: date) -> list[tuple[int | None, int | None]]:
    """Who viewed which prompt."""
    found = [one for table in read_events(lake, day, marker(lake, day).files) for one in table.to_pylist()]
    return sorted(((one["user_id"], one["prompt_id"]) for one in found), key=str)


def age(lake: Lake, day: date) -> None:
    """Let the readers of what was before the marker be done."""
    found = marker(lake, day)
    long_ago = dict.fromkeys(found.former, datetime.now(UTC) - timedelta(days=2))
    lake.put(found.model_copy(update={"former": long_ago}))


def search(library: Library, day: date) -> None:
    """Somebody searches in the dashboard."""
    library.do("SELECT library.ensure_activity_partitions(:day, :day)", day=day)
    library.do(
        "INSERT INTO library.activity_events (event_id, occurred_at, event_type)"
        " VALUES (gen_random_uuid(), cast(:day AS timestamp) AT TIME ZONE 'UTC' + interval '12 hours', 'search')",
        day=day,
    )


def faults(library: Library, lake: Lake) -> list[tuple[date | None, str | None]]:
    return [(one.day, one.file) for one in check(library.ingest, lake).findings]


def test_people_and_prompts_that_are_gone_leave_the_lake(
    library: Library, lake: Lake, tmp_path: Path, ann: int
) -> None:
    ben = library.add_user("ben@example.com")
    write(
        library,
        lake,
        tmp_path,
        event("1", FIRST, 1, user_id="ann@example.com"),
        event("2", FIRST, 2, user_id="ben@example.com"),
        event("3", FIRST, 1, user_id="ben@example.com"),
        event("4", SECOND, 1, user_id="ann@example.com"),
    )
    before = {day: marker(lake, day) for day in (FIRST, SECOND)}
    library.do("DELETE FROM library.users WHERE id = :ben", ben=ben)
    library.do("DELETE FROM library.prompts WHERE id = 2")
    done = compact(library.ingest, lake)
    assert (done.days_cleaned, done.days_merged, done.files_deleted) == (1, 0, 0)
    assert read(lake, FIRST) == [(ann, 1), (None, 1)]
    assert marker(lake, FIRST).version != before[FIRST].version
    assert marker(lake, SECOND) == before[SECOND]
    # Their file goes as well, once nobody can be reading it.
    assert before[FIRST].files[0].name in lake.names(FIRST)
    age(lake, FIRST)
    assert compact(library.ingest, lake).files_deleted == 1
    assert lake.names(FIRST) == sorted([MARKER, marker(lake, FIRST).files[0].name])
    assert faults(library, lake) == []


def test_small_files_are_merged_without_a_new_version(library: Library, lake: Lake, tmp_path: Path, ann: int) -> None:
    search(library, FIRST)
    for number in range(3):
        write(library, lake, tmp_path, event(str(number), FIRST, 1, session_id="s"))
    write_own(library.ingest, lake)
    before, row = marker(lake, FIRST), library.rows("SELECT * FROM library.activity_days")
    assert (len(before.files), before.events) == (4, 4)
    assert compact(library.ingest, lake).days_merged == 1
    after = marker(lake, FIRST)
    assert (after.version, after.own, after.events) == (before.version, before.own, 4)
    assert {(file.source, file.rows) for file in after.files} == {("files", 3), ("dashboard", 1)}
    assert set(after.former) == {file.name for file in before.files if file.source == "files"}
    assert library.rows("SELECT * FROM library.activity_days") == row
    assert compact(library.ingest, lake).days_merged == 0


def test_whoever_has_read_a_marker_finishes_however_often_the_day_changes_meanwhile(
    library: Library, lake: Lake
) -> None:
    search(library, FIRST)
    write_own(library.ingest, lake)
    read_then = marker(lake, FIRST)
    for _ in range(3):
        search(library, FIRST)
        write_own(library.ingest, lake)
        assert compact(library.ingest, lake).files_deleted == 0
    assert marker(lake, FIRST).events == 4
    assert sum(table.num_rows for table in read_events(lake, FIRST, read_then.files)) == 1
    age(lake, FIRST)
    assert compact(library.ingest, lake).files_deleted == 3
    assert lake.names(FIRST) == sorted([MARKER, marker(lake, FIRST).files[0].name])
    # What the next marker says of them is bounded, too.
    search(library, FIRST)
    write_own(library.ingest, lake)
    assert len(marker(lake, FIRST).former) == 1


def test_months_that_are_kept_no_longer_leave_the_lake(
    library: Library, folder: Lake, tmp_path: Path, ann: int
) -> None:
    write(library, folder, tmp_path, event("1", FIRST, 1), event("2", SECOND, 1))
    library.do("UPDATE library.activity_days SET events_dropped_at = now() WHERE activity_date = :day", day=FIRST)
    done = compact(library.ingest, folder)
    assert (done.days_dropped, done.files_deleted) == (1, 2)
    assert (folder.names(FIRST), folder.manifest(FIRST)) == ([], None)
    assert faults(library, folder) == []
    assert compact(library.ingest, folder).days_dropped == 0


def test_a_sound_lake_has_no_faults_and_repeats_over_days_are_told(
    library: Library, lake: Lake, tmp_path: Path, ann: int
) -> None:
    write(library, lake, tmp_path, event("1", FIRST, 1), event("2", FIRST, 1), event("3", SECOND, 1))
    sound = check(library.ingest, lake)
    assert (sound.days, sound.files, sound.events, sound.repeats, sound.findings) == (2, 2, 3, 0, [])
    write(library, lake, tmp_path, event("2", THIRD, 1))
    result = check(library.ingest, lake)
    assert (result.repeats, result.events) == (1, 4)
    [finding] = result.findings
    assert (finding.day, finding.file) == (THIRD, marker(lake, THIRD).files[0].name)
    assert "d4735e3a-265e-16ee-e03f-59718b9b5d03" in finding.fault  # the first half of sha256("2")
    assert "one of 2026-03-01, too" in finding.fault


def test_every_kind_of_damage_is_told_with_its_day_and_file(
    library: Library, folder: Lake, tmp_path: Path, ann: int
) -> None:
    days = [FIRST + timedelta(days=number) for number in range(9)]
    write(library, folder, tmp_path, *(event(str(day), day, 1) for day in days))
    places = [Path(folder.place(day, marker(folder, day).files[0].name)) for day in days]
    sound = places[0].read_bytes()

    places[0].write_bytes(b"PAR1 nonsense PAR1")
    places[1].unlink()
    flipped = bytearray(places[2].read_bytes())
    flipped[20] ^= 1
    places[2].write_bytes(flipped)
    pq.write_table(pa.table({"event_id": ["x"]}), places[3])
    places[4].write_bytes(sound)
    Path(folder.place(days[5], MARKER)).write_text("{}")
    told = json.loads(Path(folder.place(days[6], MARKER)).read_text())
    Path(folder.place(days[6], MARKER)).write_text(json.dumps(told | {"schema": {"event_id": "string"}}))
    for path in Path(folder.place(days[7])).iterdir():
        path.unlink()
    stray = Path(folder.place(days[8], "part-0.parquet"))
    stray.write_bytes(sound)
    (Path(folder.root) / "activity" / "_temporary").mkdir()

    found = check(library.ingest, folder).findings
    expected: set[tuple[date | None, str | None]] = {
        (day, place.name) for day, place in zip(days[:5], places, strict=False)
    }
    expected |= {(day, MARKER) for day in days[5:8]} | {(days[8], stray.name), (None, "_temporary")}
    assert {(one.day, one.file) for one in found} == expected
    assert len(found) == len(expected)
    assert all(one.day is None or str(one.day) in one.fault for one in found)
    assert all(one.fault.endswith(".") for one in found)


def test_a_day_that_cannot_be_read_leaves_the_others_be(
    library: Library, folder: Lake, tmp_path: Path, ann: int
) -> None:
    write(library, folder, tmp_path, event("1", FIRST, 1), event("2", SECOND, 1))
    place = Path(folder.place(FIRST, MARKER))
    content = json.loads(place.read_text())
    content["files"][0]["name"] = "../../../secrets.parquet"
    place.write_text(json.dumps(content))
    with pytest.raises(LakeDayError, match=r"2026-03-01 in the lake cannot be read \(files\.0\.name"):
        write(library, folder, tmp_path, event("3", FIRST, 1), event("4", SECOND, 1), event("5", THIRD, 1))
    assert (marker(folder, SECOND).events, marker(folder, THIRD).events) == (2, 1)
    with pytest.raises(LakeDayError, match="2026-03-01"):
        compact(library.ingest, folder)


EVENT = {name: [None] for name in EVENTS.names}


@pytest.mark.parametrize(
    "foreign",
    [
        pa.table({"name": ["x"]}),
        pa.table({"event_id": ["x"]}),
        pa.table(EVENT, pa.schema([(field.name, field.type) for field in EVENTS])),
    ],
    ids=["other columns", "text", "nulls"],
)
def test_a_foreign_file_under_a_markers_name_is_a_fault_of_its_day_alone(
    library: Library, folder: Lake, tmp_path: Path, ann: int, foreign: pa.Table
) -> None:
    write(library, folder, tmp_path, event("1", FIRST, 1), event("2", SECOND, 1))
    pq.write_table(foreign, folder.place(FIRST, marker(folder, FIRST).files[0].name))
    told = "parquet of 2026-03-01 in the lake is of another schema .*promptory lake mend 2026-03-01"
    with pytest.raises(LakeDayError, match=told):
        write(library, folder, tmp_path, event("3", FIRST, 1), event("4", SECOND, 1))
    assert marker(folder, SECOND).events == 2
    with pytest.raises(LakeDayError, match=told):
        compact(library.ingest, folder)
    assert len(marker(folder, SECOND).files) == 1


def test_a_damaged_file_is_taken_out_and_only_what_it_held_is_written_again(
    library: Library, lake: Lake, tmp_path: Path, ann: int
) -> None:
    write(library, lake, tmp_path, event("1", FIRST, 1))
    write(library, lake, tmp_path, event("2", FIRST, 2))
    search(library, FIRST)
    write_own(library.ingest, lake)
    sound, bad, own = marker(lake, FIRST).files
    lake.delete(FIRST, [own.name])
    with lake.fs.open(lake.place(FIRST, bad.name), "wb") as file:
        file.write(b"nonsense")
    assert mend(library.ingest, lake, FIRST) == [bad, own]
    assert marker(lake, FIRST).files == (sound,)
    assert mend(library.ingest, lake, FIRST) == []
    write(library, lake, tmp_path, event("1", FIRST, 1), event("2", FIRST, 2))
    write_own(library.ingest, lake)
    assert read(lake, FIRST) == [(None, 1), (None, 2), (None, None)]
    assert faults(library, lake) == []


def test_who_may_read_a_days_files_may_read_its_marker(
    library: Library, folder: Lake, tmp_path: Path, ann: int
) -> None:
    write(library, folder, tmp_path, event("1", FIRST, 1))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in Path(folder.place(FIRST)).iterdir()}
    assert len(modes) == 1


def test_a_lake_that_cannot_be_reached_is_said(
    library: Library, tmp_path: Path, ann: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="check PROMPTORY_LAKE"):
        write(library, Lake(str(tmp_path / "file")), tmp_path, event("1", FIRST, 1))
    with s3_server(monkeypatch) as bucket:
        with pytest.raises(LakeError, match="check PROMPTORY_LAKE"):
            write(library, Lake(f"{bucket}-elsewhere"), tmp_path, event("1", FIRST, 1))
        with pytest.raises(UnreadableFileError, match="PROMPTORY_LAKE"):
            check(library.ingest, Lake(f"{bucket}-elsewhere"))
