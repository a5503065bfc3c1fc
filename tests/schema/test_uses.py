"""Views, copies, locks and likes that the dashboard records: for whom, once, and as a load would have them."""

import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ingest import load_activity
from schema.models import EventType
from schema.repository.reading import fetch_prompt
from schema.repository.uses import record_like, record_use
from tests.support.files import write_jsonl
from tests.support.library import Library

EVENTS = (
    "SELECT event_type, user_id, prompt_id, session_id FROM library.activity_events ORDER BY occurred_at, prompt_id"
)
LIKES = "SELECT user_id, prompt_id FROM library.user_prompt_likes ORDER BY 1, 2"
REVISION = "SELECT max(revision) FROM library.activity_days"


def use(library: Library, person: int | None, what: EventType, prompt: int, event_id: uuid.UUID | None = None) -> bool:
    with library.viewer(person) as session:
        is_new = record_use(session, event_id or uuid.uuid4(), what, prompt, "visit")
        session.commit()
    return is_new


def like(library: Library, person: int | None, prompt: int, *, likes: bool = True) -> bool:
    with library.viewer(person) as session:
        is_new = record_like(session, prompt, likes=likes, visit="visit")
        session.commit()
    return is_new


def test_a_view_counts_once_a_visit_and_each_copy_for_itself(library: Library) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    assert [use(library, ann, EventType.VIEW, soup) for _ in range(2)] == [True, False]
    assert [use(library, ann, EventType.COPY, soup) for _ in range(2)] == [True, True]
    kinds = [("copy", ann, soup, "visit")] * 2 + [("view", ann, soup, "visit")]
    assert sorted(library.rows(EVENTS)) == kinds
    library.do("UPDATE library.activity_events SET occurred_at = occurred_at - interval '31 minutes'")
    assert use(library, ann, EventType.VIEW, soup), "half an hour later it is another visit"


def test_a_visitor_is_recorded_without_a_person_and_an_event_once(library: Library) -> None:
    soup, event_id = library.add_prompt("soup"), uuid.uuid4()
    assert use(library, None, EventType.VIEW, soup, event_id)
    assert not use(library, None, EventType.VIEW, soup, event_id)
    assert library.rows(EVENTS) == [("view", None, soup, "visit")]


@pytest.mark.parametrize(
    ("access", "tier", "recorded"),
    [("FREE", "FREE", ["view", "copy"]), ("PRO", "FREE", ["paywall_view"]), ("PRO", "PRO", ["view", "copy"])],
)
def test_nobody_is_recorded_to_have_read_what_they_may_not_or_met_an_open_lock(
    library: Library, access: str, tier: str, recorded: list[str]
) -> None:
    ann, soup = library.add_user("ann@example.com", tier=tier), library.add_prompt("soup", access=access)
    for what in (EventType.VIEW, EventType.COPY, EventType.PAYWALL_VIEW):
        use(library, ann, what, soup)
    assert [kind for kind, *_ in library.rows(EVENTS)] == recorded


def test_nothing_is_recorded_of_a_prompt_that_is_not_there_or_of_another_kind(library: Library) -> None:
    ann, gone = library.add_user("ann@example.com"), library.add_prompt("soup")
    library.do("UPDATE library.prompts SET archived_at = now()")
    assert not use(library, ann, EventType.VIEW, gone)
    assert not use(library, ann, EventType.VIEW, gone + 1)
    assert not like(library, ann, gone)
    with pytest.raises(ValueError, match="another way"):
        use(library, ann, EventType.LIKE, gone)
    assert library.rows(EVENTS) == []


def test_a_like_that_is_said_twice_is_written_once_and_taken_back_once(library: Library) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    assert [like(library, ann, soup) for _ in range(2)] == [True, False]
    first_revision = library.value(REVISION)
    assert library.rows(LIKES) == [(ann, soup)]
    with library.viewer(ann) as session:
        found = fetch_prompt(session, soup)
    assert found is not None
    assert (found.is_liked, found.card.likes) == (True, 1)
    assert [like(library, ann, soup, likes=False) for _ in range(2)] == [True, False]
    assert library.rows(LIKES) == []
    assert [kind for kind, *_ in library.rows(EVENTS)] == ["like", "unlike"]
    assert library.value(REVISION) > first_revision
    assert not like(library, None, soup), "a visitor likes nothing"


def test_two_submissions_at_once_write_one_like(library: Library) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    barrier, told = threading.Barrier(4), []

    def submit() -> None:
        barrier.wait(10)
        told.append(like(library, ann, soup))

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, False, False, True]
    assert library.rows(EVENTS) == [("like", ann, soup, "visit")]


def test_the_last_word_holds_though_a_load_brought_one_of_minutes_ahead(library: Library, tmp_path: Path) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    ahead = library.value("SELECT to_char(now() + interval '4 minutes', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    event = {
        "event_id": "1",
        "event_type": "like",
        "occurred_at": ahead,
        "user_id": "ann@example.com",
        "prompt_id": soup,
    }
    load_activity(library.ingest, [write_jsonl(tmp_path / "events.jsonl", [event])])
    assert like(library, ann, soup, likes=False)
    late = event | {"event_id": "2", "occurred_at": "2026-01-01T00:00:00Z"}
    load_activity(library.ingest, [write_jsonl(tmp_path / "late.jsonl", [late])])
    assert library.rows(LIKES) == [], "as the ledger says, read anew"


def test_the_last_word_holds_though_a_like_of_minutes_ahead_is_in_the_lake_only(library: Library) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    library.do(
        "INSERT INTO library.user_prompt_likes (user_id, prompt_id, liked_at)"
        " VALUES (:ann, :soup, now() + interval '4 minutes')",
        ann=ann,
        soup=soup,
    )
    ahead = library.value("SELECT liked_at FROM library.user_prompt_likes")
    assert like(library, ann, soup, likes=False)
    told = library.rows("SELECT event_type, occurred_at FROM library.activity_events")
    assert told == [("unlike", ahead + timedelta(microseconds=1))]


def test_a_like_of_what_was_merged_is_a_like_of_its_head_and_both_are_taken_back(library: Library) -> None:
    ann, soup, broth = library.add_user("ann@example.com"), library.add_prompt("soup"), library.add_prompt("broth")
    like(library, ann, broth)
    library.do(
        "UPDATE library.prompts SET merged_into = :soup, archived_at = now() WHERE id = :broth", soup=soup, broth=broth
    )
    with library.viewer(ann) as session:
        head = fetch_prompt(session, soup)
    assert head is not None
    assert head.is_liked
    assert not like(library, ann, soup)
    assert like(library, ann, soup, likes=False)
    assert library.rows(LIKES) == []
    assert library.rows(EVENTS)[-1] == ("unlike", ann, broth, "visit")


def test_a_view_waits_for_no_load_that_holds_the_day(library: Library) -> None:
    soup = library.add_prompt("soup")
    use(library, None, EventType.VIEW, soup)
    with library.ingest.begin() as connection:
        connection.execute(text("UPDATE library.activity_days SET revision = revision"))
        with pytest.raises(OperationalError, match="lock timeout"):
            use(library, None, EventType.VIEW, soup)
