"""What a person used last is read from the ledger and from what the lake handed over, as if it were one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from schema.models import EventType, RecentUses
from schema.repository.recent_uses import newest_uses
from schema.repository.shelf import VIEWS_LOOKED_AT, viewed_prompts
from schema.roles import Role
from tests.support.library import Library

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

Uses = list[tuple[int, str, datetime]]


def record(library: Library, person: int, uses: Uses) -> None:
    """Into the ledger."""
    library.do("SELECT library.ensure_activity_partitions('2026-03-01', '2026-03-31')")
    with library.viewer(person, Role.INGEST) as session:
        session.connection().exec_driver_sql(
            "INSERT INTO library.activity_events (event_id, user_id, prompt_id, event_type, occurred_at)"
            " VALUES (gen_random_uuid(), %s, %s, %s, %s)",
            [(person, *use) for use in uses],
        )
        session.commit()


def hand_over(library: Library, person: int, uses: Uses) -> None:
    """As the lake does."""
    with library.viewer(person, Role.INGEST) as session:
        for kind in (EventType.VIEW, EventType.COPY):
            found = sorted(((at, prompt) for prompt, what, at in uses if what == kind), reverse=True)
            prompts, moments = [prompt for _, prompt in found], [at for at, _ in found]
            session.add(RecentUses(user_id=person, event_type=kind, prompt_ids=prompts, used_at=moments))
        session.commit()


def seen(library: Library, person: int) -> tuple[list[int], list[tuple[int, str]]]:
    """What My library shows, and what Discover goes by, the newest first."""
    with library.viewer(person) as session:
        uses = session.execute(select(newest_uses(person, EventType.COPY, EventType.VIEW, most=200)))
        return [card.id for card in viewed_prompts(session, person)], [(one.prompt_id, one.event_type) for one in uses]


@pytest.mark.parametrize("put", [record, hand_over])
def test_it_does_not_matter_where_the_uses_lie(library: Library, put: Callable[[Library, int, Uses], None]) -> None:
    ann, ben = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    one, two, merged = (library.add_prompt(title) for title in ("one", "two", "merged"))
    library.do("UPDATE library.prompts SET merged_into = :one, archived_at = now() WHERE id = :id", one=one, id=merged)
    uses = [
        (one, "view", NOON),
        (two, "view", NOON + timedelta(seconds=1)),
        (merged, "view", NOON + timedelta(seconds=2)),
        (two, "copy", NOON + timedelta(seconds=3)),
    ]
    put(library, ann, uses)
    assert seen(library, ann) == ([one, two], [(two, "copy"), (merged, "view"), (two, "view"), (one, "view")])
    assert seen(library, ben) == ([], [])


def test_of_both_together_the_newest_are_taken_and_what_is_in_both_is_one(library: Library) -> None:
    ann = library.add_user("ann@example.com")
    one, two, three = (library.add_prompt(title) for title in ("one", "two", "three"))
    recorded = [(one, "view", NOON + timedelta(minutes=number)) for number in range(300)]
    # With those 300, the newest 200 of the lake are as many as are looked at.
    of_files = [(two, "view", NOON - timedelta(minutes=number)) for number in range(1, 201)]
    older = [(three, "view", NOON - timedelta(days=1))]
    record(library, ann, recorded)
    hand_over(library, ann, [*recorded, *of_files, *older])
    assert len({*recorded, *of_files}) == VIEWS_LOOKED_AT
    assert seen(library, ann)[0] == [one, two]
    library.do("DELETE FROM library.activity_events WHERE occurred_at = :last", last=recorded[-1][2])
    library.do("UPDATE library.recent_uses SET prompt_ids = prompt_ids[2:], used_at = used_at[2:]")
    assert seen(library, ann)[0] == [one, two, three]


def test_only_people_themselves_see_their_uses_and_they_go_with_them(library: Library) -> None:
    ann, ben = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    prompt = library.add_prompt("one")
    for person in (ann, ben):
        hand_over(library, person, [(prompt, "view", NOON)])
    for viewer, people in ((ann, {ann}), (None, set())):
        with library.viewer(viewer) as session:
            assert set(session.scalars(select(RecentUses.user_id))) == people
    for role, statement in (
        (Role.DASHBOARD, "DELETE FROM library.recent_uses"),
        (Role.DBT, "SELECT FROM library.recent_uses"),
        (Role.ANALYST, "SELECT FROM library.recent_uses"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            library.rows(statement, role)
    library.do("DELETE FROM library.users WHERE id = :ann", ann=ann)
    assert library.rows("SELECT DISTINCT user_id FROM library.recent_uses") == [(ben,)]
