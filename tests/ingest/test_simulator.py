"""The simulated application's files: the same every time, in bounded memory, and loaded without a rejection."""

import gzip
import hashlib
import json
import tracemalloc
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import import_prompts, load_activity, load_subscriptions, load_users
from ingest.simulator import STARTER, Format, SimulatedPrompt, Simulation, simulate, starter_prompts
from schema.errors import PromptoryError
from tests.support.library import Library

LAST_DAY = date(2026, 6, 28)
SMALL = Simulation(list(starter_prompts()), LAST_DAY, days=3, users=50, events_a_day=200)


def digest(folder: Path) -> dict[str, str]:
    """Every file's name and hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def activity(folder: Path) -> list[Path]:
    """The files of activity, in order of days."""
    return sorted((folder / "activity").iterdir())


def test_the_same_arguments_write_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for form in Format:
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            simulate(replace(SMALL, format=form, seed=seed), tmp_path / form / name)
        assert digest(tmp_path / form / "a") == digest(tmp_path / form / "b")
        assert not set(digest(tmp_path / form / "a").values()) & set(digest(tmp_path / form / "c").values())


def test_every_format_holds_the_same_events(tmp_path: Path) -> None:
    for form in Format:
        simulate(replace(SMALL, format=form), tmp_path / form)
    simulate(replace(SMALL, gzip=True), tmp_path / "gzip")
    folders = (activity(tmp_path / name) for name in ("jsonl", "csv", "parquet", "gzip"))
    for lines, table, parquet, packed in zip(*folders, strict=True):
        assert gzip.decompress(packed.read_bytes()) == lines.read_bytes()
        assert packed.read_bytes()[4:8] == bytes(4)  # no time of writing, which would differ
        expected = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
        assert pq.read_table(parquet).to_pylist() == expected
        rows = pd.read_csv(table, dtype=str, keep_default_na=False).to_dict("records")
        assert rows == [{k: "" if v is None else str(v) for k, v in event.items()} for event in expected]


def test_there_is_a_file_a_day_up_to_the_last_and_as_many_events_as_asked_for(tmp_path: Path) -> None:
    for users, days, a_day in ((200, 14, 1_000), (20, 1, 20_000), (5_000, 7, 2_000)):
        folder = tmp_path / str(users)
        written = simulate(replace(SMALL, users=users, days=days, events_a_day=a_day), folder)
        files = activity(folder)
        assert (len(files), files[-1].name) == (days, "2026-06-28.jsonl")
        lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        assert len(lines) == written.events == pytest.approx(days * a_day, rel=0.1)
        assert len((folder / "users" / "users.jsonl").read_text(encoding="utf-8").splitlines()) == users


def test_a_library_of_one_plain_prompt_is_enough(tmp_path: Path) -> None:
    only = SimulatedPrompt('c/"quoted\\key"', "", (), None, is_pro=True)
    simulate(replace(SMALL, prompts=[only]), tmp_path)
    events = [json.loads(line) for file in activity(tmp_path) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {event["prompt_key"] for event in events} == {only.key, None}


def test_contradicting_arguments_are_refused_in_words() -> None:
    for wrong, told in (
        ({"prompts": []}, "at least one prompt"),
        ({"gzip": True, "format": Format.PARQUET}, "compressed already"),
        ({"days": 3650, "last_day": date(2005, 1, 1)}, "after the year 2000"),
    ):
        with pytest.raises(PromptoryError, match=told):
            replace(SMALL, **wrong)


@pytest.mark.parametrize("form", Format)
def test_the_library_takes_all_of_it_and_each_event_once(library: Library, tmp_path: Path, form: Format) -> None:
    # The plans that a simulation knows, whatever the library sells.
    library.do("""
        INSERT INTO library.plans (code, name, tier, amount, currency, billing_interval) VALUES
            ('PRO_MAX_MONTHLY', 'Pro Max, monthly', 'PRO', 24.00, 'USD', 'MONTH'),
            ('PRO_MAX_YEARLY', 'Pro Max, yearly', 'PRO', 240.00, 'USD', 'YEAR')
        ON CONFLICT DO NOTHING
    """)
    import_prompts(library.ingest, [STARTER])
    simulate(replace(SMALL, days=14, users=400, events_a_day=400, format=form), tmp_path)
    people = load_users(library.ingest, [tmp_path / "users" / "users.jsonl"])
    spans = load_subscriptions(library.ingest, [tmp_path / "subscriptions" / "subscriptions.csv"])
    events = load_activity(library.ingest, activity(tmp_path))
    assert [result.total("rejected") for result in (people, spans, events)] == [0, 0, 0]
    assert (people.total("inserted"), spans.total("found")) == (400, spans.total("inserted"))
    assert events.total("found") == events.total("inserted") + events.total("duplicates")
    assert events.total("duplicates") > 0


def test_more_days_take_no_more_memory(tmp_path: Path) -> None:
    held: dict[str, int] = {}

    def note(file: str, _: int) -> None:
        held.setdefault(file, tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes())

    tracemalloc.start()
    try:
        simulate(replace(SMALL, days=20, events_a_day=5_000), tmp_path, note)
    finally:
        tracemalloc.stop()
    by_day = list(held.values())
    # From the tenth day on late events come as fast as they go; a day's events are 440 kB, and far more as text.
    assert len(by_day) == 20
    assert by_day[-1] < by_day[9] + 200_000
