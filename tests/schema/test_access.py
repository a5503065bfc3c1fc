"""Who may read what, by direct SQL under the dashboard's role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from schema.roles import Role
from tests.support.library import Library


@pytest.fixture
def people(library: Library) -> dict[str, int | None]:
    """A PRO prompt by `creator`, and a person of each kind; None is a visitor."""
    creator = library.add_user("creator@example.com")
    library.add_prompt("secret recipe", access="PRO", creator=creator, tags=("cooking",))
    library.add_prompt("open recipe", creator=creator)
    return {
        "visitor": None,
        "free": library.add_user("free@example.com"),
        "pro": library.add_user("pro@example.com", tier="PRO"),
        "creator": creator,
        "admin": library.add_user("admin@example.com", role="ADMIN"),
    }


@pytest.mark.parametrize(
    ("who", "may_read"), [("visitor", False), ("free", False), ("pro", True), ("creator", True), ("admin", True)]
)
def test_only_pro_creator_and_admin_read_the_text_of_a_pro_prompt(
    library: Library, people: dict[str, int | None], who: str, may_read: bool
) -> None:
    with library.viewer(people[who]) as session:
        texts = session.scalars(text("SELECT prompt_text FROM library.prompts ORDER BY id")).all()
        titles = session.scalars(text("SELECT title FROM library.prompt_cards ORDER BY id")).all()
    assert texts == (["text of secret recipe", "text of open recipe"] if may_read else ["text of open recipe"])
    assert titles == ["secret recipe", "open recipe"]


def test_old_versions_and_sources_of_a_pro_prompt_are_as_locked_as_the_prompt(
    library: Library, people: dict[str, int | None]
) -> None:
    library.do("""
        WITH batch AS (
            INSERT INTO library.import_batches (kind, status, files) VALUES ('PROMPTS', 'SUCCEEDED', '[]') RETURNING id
        ), place AS (
            INSERT INTO library.collections (name) VALUES ('c') RETURNING id
        ), old AS (
            INSERT INTO library.prompt_versions
                (prompt_id, version, title, prompt_text, content_hash, replaced_by_batch_id)
            SELECT p.id, 1, 'old', 'old text', p.content_hash, batch.id FROM library.prompts AS p, batch
        )
        INSERT INTO library.prompt_sources (
            prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details,
            content_hash, record_hash, file, origin, row_number, first_batch_id, last_batch_id
        )
        SELECT p.id, place.id, p.title, 1, true, p.title, '{}', '{}', '{}', p.content_hash, p.content_hash, 'f', 'f', 1,
            batch.id, batch.id
        FROM library.prompts AS p, batch, place
    """)
    for who, seen in (("free", 1), ("pro", 2)):
        with library.viewer(people[who]) as session:
            for table in ("prompt_versions", "prompt_sources"):
                assert session.scalar(text(f"SELECT count(*) FROM library.{table}")) == seen


def test_nobody_reads_another_persons_likes_activity_subscriptions_or_account(
    library: Library, people: dict[str, int | None]
) -> None:
    library.do("""
        SELECT library.ensure_activity_partitions('2026-01-01', '2026-01-31');
        WITH batch AS (
            INSERT INTO library.import_batches (kind, status, files) VALUES ('ACTIVITY', 'SUCCEEDED', '[]') RETURNING id
        ), event AS (
            INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, query, batch_id)
            SELECT gen_random_uuid(), '2026-01-05', 'search', u.id, 'private', batch.id FROM library.users AS u, batch
        ), span AS (
            INSERT INTO library.subscriptions (
                external_id, user_id, plan, status, started_at, amount, currency, billing_interval, is_trial, batch_id
            )
            SELECT u.email, u.id, 'PRO_MONTHLY', 'ACTIVE', '2026-01-01', 12, 'USD', 'MONTH', false, batch.id
            FROM library.users AS u, batch
        )
        INSERT INTO library.user_prompt_likes (user_id, prompt_id)
        SELECT u.id, p.id FROM library.users AS u, library.prompts AS p
    """)
    with library.viewer(people["free"]) as session:
        for table, column in (
            ("user_prompt_likes", "user_id"),
            ("activity_events", "user_id"),
            ("subscriptions", "user_id"),
            ("users", "id"),
        ):
            seen = set(session.scalars(text(f"SELECT {column} FROM library.{table}")))
            assert seen == {people["free"]}, table


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password_hash FROM library.users",
        "SELECT * FROM library.activity_events_2026_01",
        "UPDATE library.users SET subscription_status = 'PRO'",
        "UPDATE library.prompts SET access = 'FREE'",
        "SELECT library.ensure_activity_partitions('2026-01-01', '2026-01-01')",
        "SELECT library.end_sessions(1)",
    ],
)
def test_the_dashboards_role_may_not(library: Library, statement: str) -> None:
    library.do("SELECT library.ensure_activity_partitions('2026-01-01', '2026-01-31')")
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows(statement, Role.DASHBOARD)


def test_the_warehouse_and_analysts_cannot_read_addresses_or_the_library(library: Library) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows("SELECT email FROM library.users", Role.DBT)
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows("SELECT title FROM library.prompts", Role.ANALYST)


def test_four_views_bypass_row_level_security_and_they_have_no_text(library: Library) -> None:
    views = library.rows("""
        SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND n.nspname = 'library'
            AND NOT coalesce(c.reloptions, '{}') @> '{security_invoker=true}'
        ORDER BY 1
    """)
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = cast(:view AS regclass) AND attnum > 0"
    cards = library.rows(columns, view="library.prompt_cards")
    collections = library.rows(columns, view="library.prompt_collections")
    merged = library.rows(columns, view="library.merged_prompts")
    archived = library.rows(columns, view="library.archived_prompts")
    assert views == [("archived_prompts",), ("merged_prompts",), ("prompt_cards",), ("prompt_collections",)]
    assert {name for (name,) in cards}.isdisjoint({"prompt_text", "content_hash", "details"})
    assert {name for (name,) in collections} == {"prompt_id", "collection_id", "collection_name"}
    assert {name for (name,) in merged} == {name for (name,) in archived} == {"prompt_id", "head_id"}


def test_a_viewer_creates_prompts_only_in_their_own_name(library: Library, people: dict[str, int | None]) -> None:
    statement = """
        INSERT INTO library.prompts (title, prompt_text, created_by, content_hash)
        VALUES ('mine', 'body', :creator, sha256('body'))
    """
    with library.viewer(people["free"]) as session, pytest.raises(ProgrammingError, match="row-level security"):
        session.execute(text(statement), {"creator": people["pro"]})
    with library.viewer(people["free"]) as session:
        session.execute(text(statement), {"creator": people["free"]})
