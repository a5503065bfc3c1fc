"""What a person used last is the same whether the ledger tells it, or Spark read it in the lake."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from ingest import load_activity
from orchestration.spark.extracts import EXTRACTS
from orchestration.spark.local import run_here
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, Plan
from schema.models import EventType, RecentUses
from schema.repository.recent_uses import newest_uses
from schema.repository.shelf import viewed_prompts
from schema.roles import Role
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.spark import extract, files_of, lake_files, skip_without_spark, spark_rows

PEOPLE = ("ann", "ben", "cho", "gone")
SMALL = {
    "int_activity_days": "SELECT activity_date, revision, events_dropped_at FROM library.activity_days",
    "library_activity_days": EXTRACTS["library_activity_days"],
    "library_prompts": "SELECT id FROM library.prompts",
    "stg_library__users": "SELECT id AS user_id FROM library.users",
}


def events() -> list[dict[str, Any]]:
    """Many views of Ann's over two days, so that an older one matters no more; few of the others."""
    uses = [("2026-03-01T09:00:00", "view", "ann", 4), ("2026-03-03T12:00:00", "copy", "ann", 2)]
    uses += [
        (f"2026-03-0{2 + number // 310}T10:{number // 60:02}:{number % 60:02}", "view", "ann", 1)
        for number in range(620)
    ]
    # At one moment, the prompt decides.
    uses += [("2026-03-03T23:59:59.999999", "view", "ann", prompt) for prompt in (3, 2)]
    for who in ("ben", "cho", "gone"):
        uses.append(("2026-02-27T08:00:00", "view", who, 1))
        uses.append(("2026-03-02T08:00:00", "copy", who, 2))
        uses.append(("2026-03-02T09:00:00", "view", who, 5))
    return [
        {
            "event_id": f"e{number}", "event_type": kind, "occurred_at": f"{moment}Z",
            "user_id": f"{who}@example.com", "prompt_id": prompt,
        }
        for number, (moment, kind, who, prompt) in enumerate(uses)
    ]  # fmt: skip


def seen(library: Library, people: Iterable[int]) -> list[tuple[list[int], list[tuple[Any, ...]]]]:
    """Of each person, the prompts that My library shows, and the uses that Discover goes by."""
    found = []
    for person in people:
        with library.viewer(person) as session:
            uses = session.execute(select(newest_uses(person, EventType.COPY, EventType.VIEW, most=200)))
            found.append(([card.id for card in viewed_prompts(session, person)], [tuple(use) for use in uses]))
    return found


def fill(library: Library, rows: Iterable[dict[str, Any]]) -> None:
    """Put what Spark found in the place of what is there."""
    with library.viewer(None, Role.INGEST) as session:
        session.execute(delete(RecentUses))
        session.add_all(RecentUses(**row) for row in rows)
        session.commit()


@pytest.mark.timeout(900)
def test_both_engines_tell_the_same_of_what_a_person_used_last(library: Library, tmp_path: Path) -> None:
    skip_without_spark()
    people = {name: library.add_user(f"{name}@example.com") for name in PEOPLE}
    for number in range(1, 6):
        assert library.add_prompt(f"prompt {number}") == number
    load_activity(library.ingest, [write_jsonl(tmp_path / "events.jsonl", events())])

    def run(job: str, model: str, inputs: dict[str, Input]) -> None:
        small = {name: Input((str(extract(library, text, tmp_path / job / name)),)) for name, text in SMALL.items()}
        report = str(tmp_path / f"{job}.json")
        run_here(Plan(job, (model,), inputs | small, str(tmp_path / "derived"), report))

    run("1", "uses_of_days", {EVENTS: Input(lake_files(library, tmp_path / "lake"), EVENTS_SCHEMA)})
    kept = spark_rows(tmp_path / "derived", "uses_of_days").group_by("activity_date").aggregate([([], "count_all")])
    assert sorted(kept["count_all"].to_pylist()) == [1, 3, 313, 316]
    # The lake has what the library has no more: February, a person and a prompt.
    library.do("SELECT library.drop_activity_before('2026-03-01')")
    library.do("DELETE FROM library.users WHERE name = 'gone'")
    library.do("DELETE FROM library.prompts WHERE id = 5")
    run("2", "library_recent_uses", {"uses_of_days": Input(files_of(str(tmp_path / "derived"), "uses_of_days"))})

    of_the_ledger = seen(library, people.values())
    assert [shelf for shelf, _ in of_the_ledger] == [[2, 3, 1], [], [], []]
    assert [len(uses) for _, uses in of_the_ledger] == [200, 1, 1, 0]
    library.do("DELETE FROM library.activity_events")
    fill(library, spark_rows(tmp_path / "derived", "library_recent_uses").to_pylist())
    assert seen(library, people.values()) == of_the_ledger
