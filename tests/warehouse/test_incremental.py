"""However the ledger came to be what it is, incremental runs leave what a full refresh of it would."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest import decide, load_activity
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.warehouse import ONLY_MODELS, contents, run_dbt

Event = tuple[str, str | None, str, str, str]  # id, person (None: a visit), type, moment, prompt


@contextmanager
def copy_of(library: Library, maintenance: Engine) -> Iterator[Library]:
    """The library as it is now, as another database."""
    library.dispose()
    library.engines.clear()
    name = f"{library.url.database}_copy"
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {library.url.database}"))
    copy = Library(library.url.set(database=name))
    yield copy
    copy.dispose()
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


class Story:
    """A library to which things happen, with a warehouse that is refreshed after each."""

    def __init__(self, library: Library, maintenance: Engine, folder: Path) -> None:
        self.library, self.maintenance, self.folder = library, maintenance, folder
        self.people = {name: library.add_user(f"{name}@example.com") for name in ("ann", "ben", "cho", "bot")}
        self.prompts = {
            "soup": library.add_prompt("soup", tags=("cooking", "korean")),
            "stew": library.add_prompt("stew", tags=("cooking",)),
            "trip": library.add_prompt("trip", tags=("travel",), creator=self.people["cho"]),
            "bare": library.add_prompt("bare"),
        }

    def load(self, *events: Event) -> None:
        """Load a file of events."""
        lines = [self._line(*event) for event in events]
        load_activity(self.library.ingest, [write_jsonl(self.folder / f"{events[0][0]}.jsonl", lines)])

    def _line(self, event_id: str, person: str | None, kind: str, moment: str, prompt: str) -> dict[str, Any]:
        who = {"user_id": f"{person}@example.com"} if person else {"session_id": "visit-1"}
        what = {"event_id": event_id, "event_type": kind, "occurred_at": f"{moment}Z"}
        return what | who | {"prompt_id": self.prompts[prompt]}

    def refresh(self) -> dict[str, list[str]]:
        """Refresh what changed; return the whole warehouse."""
        run_dbt(self.library, self.folder / "refreshed", "build", *ONLY_MODELS)
        return contents(self.library)

    def compare(self) -> None:
        """Check the warehouse against a full refresh of a copy of the library."""
        refreshed = contents(self.library)
        with copy_of(self.library, self.maintenance) as copy:
            run_dbt(copy, self.folder / "rebuilt", "build", *ONLY_MODELS, "--full-refresh")
            rebuilt = contents(copy)
        assert refreshed.keys() == rebuilt.keys()
        for table, rows in rebuilt.items():
            assert refreshed[table] == rows, table

    def figures(self, mart: str, columns: str, condition: str) -> list[tuple[Any, ...]]:
        """Rows of a mart, sorted."""
        return sorted(self.library.rows(f"SELECT {columns} FROM analytics.{mart} WHERE {condition}"))


@pytest.fixture
def story(library: Library, maintenance: Engine, tmp_path: Path) -> Story:
    """Three days of events, refreshed once; the server sits in a time zone with summer time."""
    library.do(f"ALTER DATABASE {library.url.database} SET timezone = 'America/New_York'")
    library.dispose()
    library.engines.clear()
    story = Story(library, maintenance, tmp_path)
    story.load(
        ("a1", "ann", "view", "2026-03-06T23:59:59.999", "soup"),
        ("a2", "ben", "view", "2026-03-07T00:00:00", "soup"),
        ("a3", "ben", "like", "2026-03-07T00:00:01", "soup"),
        ("a4", None, "view", "2026-03-07T12:00:00", "stew"),
        ("a5", "ann", "copy", "2026-03-07T12:00:00", "stew"),
        ("a6", "bot", "view", "2026-03-07T15:00:00", "trip"),
        ("a7", "cho", "view", "2026-03-08T06:30:00", "trip"),
        ("a8", "ann", "view", "2026-03-08T07:30:00", "trip"),
        ("a9", "ann", "like", "2026-03-08T07:31:00", "trip"),
    )
    story.refresh()
    return story


KEPT = ("int_prompt_viewer_days", "int_prompt_viewers", "int_tag_days", "tag_popularity", "prompt_rankings")
EVER = "ranking_window = 'all' AND views > 0"


SHOWN = """
    SELECT library.ensure_impression_partitions('2026-03-01', '2026-03-31');
    INSERT INTO library.shown_lists (list_id, shown_at, surface, user_id)
    SELECT gen_random_uuid(), '2026-03-06T12:00:00Z', 'for_you', u.id FROM library.users AS u WHERE u.name = 'ann';
    INSERT INTO library.impressions (list_id, shown_at, prompt_id, place, reason)
    SELECT l.list_id, l.shown_at, p.id, 1, 'popular' FROM library.shown_lists AS l, library.prompts AS p
    WHERE p.title IN ('soup', 'trip');
    UPDATE library.activity_days SET revision = DEFAULT WHERE activity_date = '2026-03-06';
"""


def test_a_like_changes_the_day_on_which_its_prompt_was_shown(story: Story) -> None:
    story.library.do(SHOWN)
    story.refresh()
    shown = ("recommendation_quality_daily", "activity_date::text, impressions, liked_impressions", "true")
    assert story.figures(*shown) == [("2026-03-06", 2, 1)]
    story.load(("e1", "ann", "like", "2026-03-13T11:59:59", "soup"))
    story.refresh()
    assert story.figures(*shown) == [("2026-03-06", 2, 2)]
    story.compare()


def test_late_duplicated_and_withdrawn_events_come_out_right(story: Story) -> None:
    story.load(
        # Known, late by days, earlier than the first known, out of order, and of a new day.
        ("a1", "ann", "view", "2026-03-06T23:59:59.999", "soup"),
        ("b1", "ann", "view", "2026-02-28T10:00:00", "stew"),
        ("b2", "ben", "view", "2026-03-01T00:00:00", "soup"),
        ("b3", "ann", "unlike", "2026-03-09T09:00:00", "trip"),
        ("b3", "ann", "unlike", "2026-03-09T09:00:00", "trip"),
        ("b4", "ann", "like", "2026-03-05T09:00:00", "soup"),
        ("b5", "cho", "like", "2026-03-09T09:00:00", "trip"),
    )
    story.refresh()
    assert story.figures("prompt_rankings", "title, views, unique_viewers, likes", EVER) == [
        ("soup", 3, 2, 2),
        ("stew", 2, 2, 0),
        # Cho made it: neither her view nor her like counts.
        ("trip", 2, 2, 0),
    ]
    # Twenty views more in the minute: on that day the person is a bot, as comes out a day later.
    story.load(*((f"c{n}", "bot", "view", f"2026-03-07T15:00:{n:02}", "trip") for n in range(1, 21)))
    story.refresh()
    assert ("trip", 1, 1, 0) in story.figures("prompt_rankings", "title, views, unique_viewers, likes", EVER)
    story.compare()


def test_corrections_tags_and_merges_change_days_long_past(story: Story) -> None:
    # Out of the ledger go the first view of one person, the only one of another, and a like.
    story.library.do("""
        DELETE FROM library.activity_events
        WHERE occurred_at IN ('2026-03-06T23:59:59.999Z', '2026-03-07T00:00:00Z', '2026-03-08T07:31:00Z')
    """)
    story.library.do("""
        UPDATE library.prompt_tags SET tag_id = (SELECT id FROM library.tags WHERE name = 'travel')
        WHERE prompt_id = (SELECT id FROM library.prompts WHERE title = 'stew')
    """)
    story.refresh()
    assert story.figures("tag_popularity", "activity_date::text, tag_name, views, unique_viewers, people", "true") == [
        # Ben's like of the soup stands; ann only copied the stew.
        ("2026-03-07", "cooking", 0, 0, 1),
        ("2026-03-07", "korean", 0, 0, 1),
        ("2026-03-07", "travel", 2, 2, 2),
        ("2026-03-08", "travel", 1, 1, 1),
    ]
    decide(story.library.ingest, story.prompts["trip"], story.prompts["stew"], merge=True)
    story.refresh()
    assert story.figures("prompt_rankings", "title, views, unique_viewers", EVER) == [("trip", 3, 3)]
    story.compare()


def test_months_that_were_dropped_stay_counted(story: Story) -> None:
    story.load(("d1", "ben", "view", "2026-05-02T12:00:00", "soup"))
    before = story.refresh()
    story.library.do("SELECT library.drop_activity_before('2026-05-01')")
    assert story.refresh().items() >= {name: before[name] for name in KEPT}.items()
    story.compare()


def test_what_an_older_release_did_not_count_is_counted_of_all_days(story: Story) -> None:
    story.library.do("ALTER TABLE analytics.int_prompt_days DROP COLUMN likes")
    story.refresh()
    # Ben's of the soup and ann's of the trip.
    assert story.figures("int_prompt_days", "activity_date::text, likes", "likes > 0") == [
        ("2026-03-07", 1),
        ("2026-03-08", 1),
    ]
    story.compare()
