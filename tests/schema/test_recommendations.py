"""Recommendations over a handful of prompts, with the order and the reasons worked out by hand."""

from collections.abc import Callable

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from orchestration.lib.dbt_project import PROJECT_DIR
from schema.repository import candidates
from schema.repository.arrangement import Candidate, arrange
from schema.repository.hidden import hidden_prompts, hide_prompt, unhide_prompt
from schema.repository.recommendations import Reason, Recommendation, recommended_prompts
from tests.support.library import Library

MARTS = """
    SET ROLE promptory_dbt;
    CREATE TABLE analytics.prompt_neighbours (prompt_id bigint, neighbour_id bigint, weight double precision);
    CREATE TABLE analytics.prompt_rankings (
        ranking_window text, prompt_id bigint, likes bigint, like_rank bigint, hot_rank bigint
    );
    GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO promptory_dashboard;
    RESET ROLE;
"""


@pytest.fixture
def old(library: Library) -> Callable[..., int]:
    """Adds a prompt that is not new; the marts exist."""
    library.do(MARTS)

    def add(title: str, **more: object) -> int:
        added = library.add_prompt(title, **more)  # type: ignore[arg-type]
        library.do("UPDATE library.prompts SET created_at = '2020-01-01' WHERE id = :id", id=added)
        return added

    return add


def near(library: Library, prompt: int, *neighbours: tuple[int, float]) -> None:
    for neighbour, weight in neighbours:
        library.do(
            "INSERT INTO analytics.prompt_neighbours VALUES (:prompt, :neighbour, :weight)",
            prompt=prompt, neighbour=neighbour, weight=weight,
        )  # fmt: skip


def rank(library: Library, window: str, prompt: int, place: int) -> None:
    library.do(
        "INSERT INTO analytics.prompt_rankings VALUES (:window, :prompt, 1, :place, :place)",
        window=window, prompt=prompt, place=place,
    )  # fmt: skip


def recommended(library: Library, person: int, take: int = 10) -> list[Recommendation]:
    with library.viewer(person or None) as session:
        return recommended_prompts(session, person, take=take)


def told(found: list[Recommendation]) -> list[tuple[str, str | None, Reason]]:
    return [(one.card.title, one.because_of, one.reason) for one in found]


def test_the_reason_is_the_signal_that_brings_most(library: Library, old: Callable[..., int]) -> None:
    person = library.add_user("ann@example.com")
    liked, copied, both, of_copy = (old(title) for title in ("liked", "copied", "both", "of copy"))
    library.like(person, liked)
    library.do("SELECT library.ensure_activity_partitions('2026-01-01', '2026-01-31')")
    library.do(
        """
        WITH batch AS (
            INSERT INTO library.import_batches (kind, status, files) VALUES ('ACTIVITY', 'SUCCEEDED', '[]') RETURNING id
        )
        INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, prompt_id, batch_id)
        SELECT gen_random_uuid(), '2026-01-05', 'copy', :person, :copied, batch.id FROM batch
        """,
        person=person, copied=copied,
    )  # fmt: skip
    near(library, liked, (both, 0.2))
    near(library, copied, (both, 0.3), (of_copy, 0.3))
    # both: .2^.8 = .276 (liked) and .25 * .3^.8 = .095 (copied); of copy: .095.
    assert told(recommended(library, person))[:2] == [
        ("both", "liked", Reason.LIKED),
        ("of copy", "copied", Reason.COPIED),
    ]


def test_weak_signals_weigh_what_the_neighbours_were_made_with() -> None:
    variables = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert (variables["copy_signal"], variables["view_signal"]) == (candidates.COPY_SIGNAL, candidates.VIEW_SIGNAL)


def test_nothing_that_is_liked_made_hidden_locked_or_archived(library: Library, old: Callable[..., int]) -> None:
    person, other = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    liked, hidden, archived, good = (old(title) for title in ("liked", "hidden", "archived", "good"))
    made, locked = old("made", creator=person), old("locked", access="PRO", creator=other)
    library.like(person, liked)
    library.do("UPDATE library.prompts SET archived_at = now() WHERE id = :id", id=archived)
    near(library, liked, *((prompt, 0.5) for prompt in (hidden, archived, made, locked, good)))
    for place, prompt in enumerate((liked, hidden, archived, made, locked, good), start=1):
        rank(library, "7d", prompt, place)
    with library.viewer(person) as session:
        hide_prompt(session, person, hidden)
        hide_prompt(session, person, hidden)
        session.commit()
    assert told(recommended(library, person)) == [("good", "liked", Reason.LIKED)]
    with library.viewer(person) as session:
        unhide_prompt(session, person, hidden)
        session.commit()
    assert [one.card.title for one in recommended(library, person)] == ["hidden", "good"]


def test_nobody_sees_or_writes_what_somebody_else_hides(library: Library) -> None:
    ann, ben = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    prompt = library.add_prompt("p")
    with library.viewer(ann) as session:
        hide_prompt(session, ann, prompt)
        session.commit()
    with library.viewer(ben) as session:
        assert session.scalar(text("SELECT count(*) FROM library.hidden_prompts")) == 0
        unhide_prompt(session, ann, prompt)
        session.commit()
        with pytest.raises(ProgrammingError, match="row-level security"):
            hide_prompt(session, ann, prompt)
    assert library.value("SELECT count(*) FROM library.hidden_prompts") == 1


def test_a_creator_has_at_most_two_places(library: Library, old: Callable[..., int]) -> None:
    person, busy = library.add_user("ann@example.com"), library.add_user("busy@example.com")
    liked, quiet = old("liked"), old("quiet")
    by_busy = [old(f"busy {n}", creator=busy) for n in range(3)]
    library.like(person, liked)
    near(library, liked, *((prompt, 0.9 - place / 10) for place, prompt in enumerate(by_busy)), (quiet, 0.1))
    assert [one.card.title for one in recommended(library, person)] == ["busy 0", "busy 1", "quiet"]


def test_who_likes_nothing_gets_what_is_hot_then_what_is_liked_and_new_prompts_have_a_place(
    library: Library, old: Callable[..., int]
) -> None:
    hot, hotter, of_month, fourth, fifth = (old(title) for title in ("hot", "hotter", "of month", "fourth", "fifth"))
    library.add_prompt("new")
    rank(library, "7d", hot, 2)
    rank(library, "7d", hotter, 1)
    for place, prompt in enumerate((of_month, fourth, fifth), start=1):
        rank(library, "30d", prompt, place)
    found = told(recommended(library, 0))
    assert found == [
        *((title, None, Reason.POPULAR) for title in ("hotter", "hot", "of month", "fourth")),
        ("new", None, Reason.NEW),
        ("fifth", None, Reason.POPULAR),
    ]
    assert told(recommended(library, 0)) == found


def test_a_new_prompt_is_found_by_the_tags_of_one_like(library: Library, old: Callable[..., int]) -> None:
    person = library.add_user("ann@example.com")
    library.like(person, old("soup", tags=("cooking",)))
    library.add_prompt("off topic", tags=("travel",))
    library.add_prompt("new stew", tags=("cooking",))
    assert told(recommended(library, person))[0] == ("new stew", None, Reason.TAGS)


def test_what_is_like_the_first_makes_room() -> None:
    def one(score: float, *tags: str, new: int | None = None) -> Candidate:
        return Candidate(score, frozenset(tags), new)

    entries = [(one(1.0, "a", "b"), "first"), (one(0.9, "a", "b"), "same"), (one(0.7, "c"), "other")]
    # same: .8 * .9 - .2 * 1 = .52; other: .8 * .7 = .56.
    assert [name for name, _ in arrange(entries, 3)] == ["first", "other", "same"]
    # Half alike: .72 - .2 / 3 = .653 stays before other.
    entries[1] = (one(0.9, "a", "d"), "half")
    assert [name for name, _ in arrange(entries, 3)] == ["first", "half", "other"]


def test_what_is_said_of_a_merged_prompt_is_said_of_the_one_that_stands_for_it(
    library: Library, old: Callable[..., int]
) -> None:
    person = library.add_user("ann@example.com")
    liked, head, other, shunned, its_head = (old(title) for title in ("liked", "head", "other", "shunned", "its head"))
    library.like(person, liked)
    with library.viewer(person) as session:
        hide_prompt(session, person, shunned)
        session.commit()
    near(library, head, (other, 0.5), (its_head, 0.5))
    assert recommended(library, person) == []
    for merged, into in ((liked, head), (shunned, its_head)):
        library.do(
            "UPDATE library.prompts SET archived_at = now(), merged_into = :into WHERE id = :id", into=into, id=merged
        )
    assert told(recommended(library, person)) == [("other", "head", Reason.LIKED)]


def test_what_a_person_hid_is_listed_for_them_alone_the_newest_first(library: Library) -> None:
    ann, ben = library.add_user("ann@example.com"), library.add_user("ben@example.com")
    first, second = library.add_prompt("first"), library.add_prompt("second")
    for prompt in (first, second):
        with library.viewer(ann) as session:
            hide_prompt(session, ann, prompt)
            session.commit()
    with library.viewer(ann) as session:
        assert [card.title for card in hidden_prompts(session, ann)] == ["second", "first"]
    with library.viewer(ben) as session:
        assert hidden_prompts(session, ann) == []
