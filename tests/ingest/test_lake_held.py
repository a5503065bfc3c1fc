"""What the library has where its events lie in the lake: how many, of which prompts, and until when."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import import_prompts, keep_months, undo_import
from ingest.batch import wait_for_turn
from ingest.errors import LakeDayError, RefusedError
from ingest.lake import Lake, drop_months, events_by_day, events_held, write_files, write_own
from ingest.lake.layout import MARKER
from ingest.prompts import ImportOptions
from orchestration.spark.derived import parts_of
from orchestration.spark.recent_uses import USES
from orchestration.spark.retention import forget_people
from schema.settings import get_settings
from tests.support.files import write_json, write_jsonl
from tests.support.library import Library

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


def write(library: Library, path: Path, *events: tuple[str, str, int]) -> Lake:
    """Write views to the lake: an id, a moment and a prompt each."""
    lake = Lake(get_settings().lake)
    rows: list[dict[str, Any]] = [
        {"event_id": one, "event_type": "view", "occurred_at": moment, "prompt_id": prompt, "session_id": "s"}
        for one, moment, prompt in events
    ]
    write_files(library.ingest, lake, [write_jsonl(path / "events.jsonl", rows)])
    return lake


def view_in_the_dashboard(library: Library, moment: str, prompt: int) -> None:
    library.do("SELECT library.ensure_activity_partitions('2026-03-01', '2026-03-31')")
    library.do(
        "INSERT INTO library.activity_events (event_id, occurred_at, event_type, prompt_id)"
        " VALUES (gen_random_uuid(), :moment, 'view', :prompt)",
        moment=moment, prompt=prompt,
    )  # fmt: skip


def test_what_the_dashboard_wrote_is_counted_once_before_and_after_it_goes_to_the_lake(
    on_spark: Library, tmp_path: Path
) -> None:
    prompt = on_spark.add_prompt("one")
    late = "2026-03-02T10:00:00.000001Z"
    lake = write(on_spark, tmp_path, ("1", "2026-03-01T10:00:00Z", prompt), ("2", late, prompt))
    assert events_held(on_spark.ingest, lake) == (2, datetime(2026, 3, 2, 10, 0, 0, 1, UTC))
    view_in_the_dashboard(on_spark, "2026-03-02T23:00:00Z", prompt)
    held = (3, datetime(2026, 3, 2, 23, tzinfo=UTC))
    assert events_held(on_spark.ingest, lake) == held
    write_own(on_spark.ingest, lake)
    assert events_held(on_spark.ingest, lake) == held
    assert events_by_day(lake) == {FIRST: 1, SECOND: 2}


def test_an_import_whose_prompts_were_used_in_the_lake_is_not_undone_unasked(on_spark: Library, tmp_path: Path) -> None:
    records = write_json(
        tmp_path / "prompts.json", [{"title": "one", "prompt": "one"}, {"title": "two", "prompt": "two"}]
    )
    batch = import_prompts(on_spark.ingest, [records], ImportOptions()).batch_id
    assert batch is not None
    one, two = (on_spark.value("SELECT id FROM library.prompts WHERE title = :title", title=t) for t in ("one", "two"))
    other = on_spark.add_prompt("other")
    days = ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z")
    lake = write(on_spark, tmp_path, ("1", days[0], one), ("2", days[1], two), ("3", days[1], other))
    view_in_the_dashboard(on_spark, "2026-03-02T11:00:00Z", one)
    write_own(on_spark.ingest, lake)
    with pytest.raises(RefusedError, match="0 likes and 3 events"):
        undo_import(on_spark.ingest, batch)
    marker = Path(lake.place(FIRST, MARKER))
    marker.write_text("{")
    # Loads do not wait while the lake is counted, nor the count for them.
    with on_spark.ingest.connect() as load:
        wait_for_turn(load)
        with pytest.raises(LakeDayError, match=str(FIRST)):
            undo_import(on_spark.ingest, batch)
    # Asked for, it counts nothing first.
    assert undo_import(on_spark.ingest, batch, force=True).removed == 2


def computed(derived: Path, model: str, day: str, rows: pa.Table) -> None:
    """As if Spark had computed a day of a model long ago."""
    file = derived / model / "v=1" / f"dt={day}" / "part.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(rows, file)
    told = {"version": "1", "files": [f"v=1/dt={day}/part.parquet"], "rows": rows.num_rows, "revision": 7}
    marker = derived / model / "_parts" / f"{day}.json"
    marker.parent.mkdir(exist_ok=True)
    marker.write_text(json.dumps(told))


def test_months_that_are_kept_no_longer_leave_the_lake_and_what_was_computed_of_single_uses(
    on_spark: Library, tmp_path: Path
) -> None:
    prompt = on_spark.add_prompt("one")
    lake = write(on_spark, tmp_path, ("1", "2026-03-01T10:00:00Z", prompt), ("2", "2026-04-01T10:00:00Z", prompt))
    derived = tmp_path / "derived"
    for model in (USES, "likes_of_days"):
        for day in ("2026-03-01", "2026-04-01"):
            computed(derived, model, day, pa.table({"user_id": [1]}))
    # What cannot be read is dropped like all else.
    Path(lake.place(FIRST, MARKER)).write_text("{")
    keep_months(on_spark.ingest, 1, date(2026, 5, 15))
    assert (drop_months(on_spark.ingest, lake), drop_months(on_spark.ingest, lake)) == (1, 0)
    assert list(lake.manifests()) == [date(2026, 4, 1)]
    assert lake.names(FIRST) == []
    assert forget_people(on_spark.ingest, str(derived)) == 2
    for model in (USES, "likes_of_days"):
        assert list(parts_of(str(derived), model)) == ["2026-04-01"]
        assert [path.name for path in (derived / model / "v=1").iterdir()] == ["dt=2026-04-01"]


def test_who_searched_for_what_is_forgotten_after_ninety_days_and_how_often_is_not(
    configured: Library, tmp_path: Path
) -> None:
    model, days = "int_search_query_days", ("2026-03-01", "2026-03-02", "2026-05-30")
    searched = pa.table({"query": ["soup", None], "searches": [3, 0], "searchers": [["ann", "ben"], None]})
    for day in days:
        computed(tmp_path, model, day, searched)
    assert forget_people(configured.ingest, str(tmp_path)) == 1
    found = parts_of(str(tmp_path), model)
    kept = {day: pq.read_table(one.files[0], partitioning=None) for day, one in found.items()}
    assert kept[days[0]].to_pylist() == [{**row, "searchers": None} for row in searched.to_pylist()]
    assert kept[days[1]] == kept[days[2]] == searched
    # The day is as computed as before, and is not written again.
    assert {(one.rows, one.revision) for one in found.values()} == {(2, 7)}
    assert kept[days[0]].schema == searched.schema
    assert forget_people(configured.ingest, str(tmp_path)) == 0
