"""Prompts of one's own: changed, tagged, deleted and restored by nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from schema.models import AgentType, Tier
from schema.repository.own_prompts import (
    ChangeRefusedError,
    delete_prompt,
    deleted_prompts,
    own_prompts,
    restore_prompt,
    set_picture,
    tag_prompt,
    update_prompt,
)
from schema.repository.prompts import DuplicatePromptError, create_prompt, find_prompt_with_text
from schema.repository.reading import fetch_prompt, fetch_versions, find_archived
from schema.repository.shelf import liked_prompts, viewed_prompts
from schema.roles import Role
from tests.support.library import Library

KEY = f"{'a1' * 32}.webp"


@pytest.fixture
def ann(library: Library) -> int:
    return library.add_user("ann@example.com")


@pytest.fixture
def eve(library: Library) -> int:
    return library.add_user("eve@example.com")


def write(library: Library, person: int, title: str, body: str, **more: Any) -> int:
    with library.viewer(person) as session:
        created = create_prompt(session, person, title=title, prompt_text=body, **more)
        session.commit()
    return created


def seen(library: Library, prompt: int) -> datetime:
    moment = library.value("SELECT updated_at FROM library.prompts WHERE id = :id", id=prompt)
    assert isinstance(moment, datetime)
    return moment


def change(library: Library, person: int | None, prompt: int, at: datetime | None = None, **values: Any) -> bool:
    fields: dict[str, Any] = {
        "title": "soup",
        "prompt_text": "boil",
        "description": None,
        "variables": [],
        "agent_type": AgentType.LLM,
        "access": Tier.FREE,
        "language": None,
    }
    with library.viewer(person) as session:
        is_changed = update_prompt(session, prompt, seen=at or seen(library, prompt), **fields | values)
        session.commit()
    return is_changed


def test_each_change_of_what_is_read_leaves_a_version(library: Library, ann: int) -> None:
    soup = write(library, ann, "soup", "boil")
    assert change(library, ann, soup, prompt_text="boil {{what}}", variables=[{"name": "what", "syntax": "{{}}"}])
    assert change(library, ann, soup, title="broth", prompt_text="boil {{what}}")
    assert change(library, ann, soup, title="broth", prompt_text="boil {{what}}", access=Tier.PRO)
    assert not change(library, ann, soup, title="broth", prompt_text="boil {{what}}", access=Tier.PRO)
    with library.viewer(ann) as session:
        versions = [(one.version, one.title, one.prompt_text) for one in fetch_versions(session, soup)]
        now = fetch_prompt(session, soup)
    assert versions == [(2, "soup", "boil {{what}}"), (1, "soup", "boil")]
    assert now is not None
    assert (now.card.title, now.card.access, now.is_own) == ("broth", "PRO", True)


def test_a_picture_is_set_and_taken_away_by_its_author_and_seen_by_everybody(library: Library, ann: int) -> None:
    secret = write(library, ann, "soup", "boil", access=Tier.PRO)
    for key in (KEY, None):
        before = seen(library, secret)
        for _ in range(2):
            with library.viewer(ann) as session:
                set_picture(session, secret, key)
                session.commit()
        with library.viewer(None) as session:
            now = fetch_prompt(session, secret)
        assert now is not None
        assert (now.card.image_key, now.card.prompt_text) == (key, None)
        assert seen(library, secret) > before
    for key in ("../secret.webp", f"{KEY}\n", KEY.upper(), ""):
        with library.viewer(ann) as session, pytest.raises(IntegrityError, match="ck_prompts_image_key"):
            set_picture(session, secret, key)


def test_a_change_of_what_was_changed_since_or_of_another_text_is_refused(library: Library, ann: int) -> None:
    soup, stew = write(library, ann, "soup", "boil"), write(library, ann, "stew", "simmer")
    before = seen(library, soup)
    change(library, ann, soup, prompt_text="boil long")
    with pytest.raises(ChangeRefusedError, match="changed since"):
        change(library, ann, soup, before, prompt_text="boil short")
    with pytest.raises(DuplicatePromptError):
        change(library, ann, soup, prompt_text=" simmer\n")
    with library.viewer(ann) as session:
        assert find_prompt_with_text(session, "simmer ") == stew
        assert [one.prompt_text for one in fetch_versions(session, soup)] == ["boil"]


def test_nobody_changes_tags_deletes_or_restores_what_somebody_else_wrote(library: Library, ann: int, eve: int) -> None:
    soup = write(library, ann, "soup", "boil")
    admin = library.add_user("admin@example.com", role="ADMIN")
    for person in (eve, admin, None):
        with pytest.raises(ChangeRefusedError, match="somebody else's"):
            change(library, person, soup, prompt_text="burn")
        with library.viewer(person) as session:
            with pytest.raises(ChangeRefusedError):
                tag_prompt(session, soup, ("burnt",))
            with pytest.raises(ChangeRefusedError):
                set_picture(session, soup, KEY)
            with pytest.raises(ChangeRefusedError):
                delete_prompt(session, soup)
    with library.viewer(ann) as session:
        delete_prompt(session, soup)
        session.commit()
    for person in (eve, admin, None):
        with library.viewer(person) as session:
            assert not restore_prompt(session, soup)
            assert fetch_prompt(session, soup) is None
    with library.viewer(eve) as session:
        assert deleted_prompts(session, ann) == []
        assert fetch_versions(session, soup) == []
    assert library.value("SELECT prompt_text FROM library.prompts") == "boil"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE library.prompts SET title = 'x'",
        "DELETE FROM library.prompts",
        "INSERT INTO library.prompt_tags VALUES (1, 1)",
        "INSERT INTO library.user_prompt_likes VALUES (1, 1)",
        "INSERT INTO library.prompt_versions SELECT * FROM library.prompt_versions",
    ],
)
def test_the_dashboards_role_changes_no_table_itself(library: Library, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows(statement, Role.DASHBOARD)


def test_tags_are_exactly_those_that_were_given(library: Library, ann: int) -> None:
    soup = library.add_prompt("soup", creator=ann, tags=("old", "kept"))
    with library.viewer(ann) as session:
        tag_prompt(session, soup, ("kept", "new"))
        session.commit()
        found = fetch_prompt(session, soup)
    assert found is not None
    assert found.card.tags == ("kept", "new")


def test_what_was_deleted_comes_back_within_thirty_days_and_not_later(library: Library, ann: int, eve: int) -> None:
    soup = write(library, ann, "soup", "boil")
    library.like(eve, soup)
    with library.viewer(ann) as session:
        delete_prompt(session, soup)
        session.commit()
        (deleted,) = deleted_prompts(session, ann)
        assert own_prompts(session, ann) == []
        assert deleted.restorable_until - datetime.now(UTC) > timedelta(days=29, hours=23)
        assert restore_prompt(session, soup)
        session.commit()
        assert [card.likes for card in own_prompts(session, ann)] == [1], "with all that it had"
        delete_prompt(session, soup)
        session.commit()
    library.do("UPDATE library.prompts SET archived_at = archived_at - interval '30 days'")
    with library.viewer(ann) as session:
        assert deleted_prompts(session, ann) == []
        assert not restore_prompt(session, soup)
        archived = find_archived(session, soup)
    assert archived is not None
    assert archived.head_id is None


def test_a_text_that_a_collection_holds_stays(library: Library, ann: int) -> None:
    soup = write(library, ann, "soup", "boil")
    library.do("""
        WITH batch AS (
            INSERT INTO library.import_batches (kind, status, files) VALUES ('PROMPTS', 'SUCCEEDED', '[]') RETURNING id
        ), place AS (
            INSERT INTO library.collections (name) VALUES ('c') RETURNING id
        )
        INSERT INTO library.prompt_sources (
            prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details,
            content_hash, record_hash, file, origin, row_number, first_batch_id, last_batch_id
        )
        SELECT p.id, place.id, 'k', 1, false, p.title, '{}', '{}', '{}', p.content_hash, p.content_hash, 'f', 'f', 1,
            batch.id, batch.id
        FROM library.prompts AS p, batch, place
    """)
    with pytest.raises(ChangeRefusedError, match="Collections hold this text"):
        change(library, ann, soup, prompt_text="fry")
    with library.viewer(ann) as session, pytest.raises(ChangeRefusedError, match="Collections hold this text"):
        delete_prompt(session, soup)
    assert change(library, ann, soup, title="broth"), "its title is the author's"


def test_a_shelf_holds_what_was_liked_and_looked_at_last_once_each_and_of_nobody_else(
    library: Library, ann: int, eve: int
) -> None:
    a, b, c = (library.add_prompt(title) for title in "abc")
    library.do("SELECT library.ensure_activity_partitions('2026-01-01', '2026-01-31')")
    for day, prompt in enumerate((a, b, a, c), 1):
        library.do(
            "INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, prompt_id) "
            "VALUES (gen_random_uuid(), cast(:day AS timestamptz), 'view', :ann, :prompt)",
            day=f"2026-01-{day:02} UTC",
            ann=ann,
            prompt=prompt,
        )
        library.do(
            "INSERT INTO library.user_prompt_likes VALUES (:ann, :prompt, cast(:day AS timestamptz)) "
            "ON CONFLICT DO NOTHING",
            day=f"2026-01-{day:02} UTC",
            ann=ann,
            prompt=prompt,
        )
    library.do("UPDATE library.prompts SET merged_into = :a, archived_at = now() WHERE id = :c", a=a, c=c)
    with library.viewer(ann) as session:
        assert [card.id for card in viewed_prompts(session, ann)] == [a, b]
        assert [card.id for card in liked_prompts(session, ann)] == [a, b]
        assert [card.id for card in liked_prompts(session, ann, skip=1, take=1)] == [b]
    with library.viewer(eve) as session:
        assert viewed_prompts(session, ann) == []
        assert liked_prompts(session, ann) == []
