"""The migrations go up, down and up again, and leave exactly what the models say."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Engine, text

from ingest import ImportOptions, import_prompts
from schema.database import connect, create_role_engine
from schema.errors import DatabaseError, NewerSchemaError
from schema.migrations import downgrade, revisions, upgrade
from schema.migrations.comparison import OPTIONS
from schema.models import Base
from schema.roles import Role
from tests.support.library import Library


def test_up_down_up_on_an_empty_database(server: URL, maintenance: Engine) -> None:
    with maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    engine = create_role_engine(server.set(database="migrated"), None)
    upgrade(engine)
    current, newest = revisions(engine)
    assert current == newest
    downgrade(engine)
    with connect(engine) as connection:
        left = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname IN ('library', 'analytics')"))
        assert left.all() == []
    upgrade(engine)
    assert revisions(engine) == (newest, newest)
    engine.dispose()


def test_down_and_up_on_a_filled_database(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "prompts.csv"
    file.write_text("title,prompt,tags\nA,say hello,x\n", encoding="utf-8")
    import_prompts(library.ingest, [file], ImportOptions(collection="c"))
    library.do("SELECT library.ensure_activity_partitions('2026-01-15', '2026-03-01')")
    for revision in ("0003", "0002", "0001", "base"):
        downgrade(library.engine(), revision)
        assert revisions(library.engine())[0] == (None if revision == "base" else revision)
    upgrade(library.engine())
    assert library.value("SELECT count(*) FROM library.prompts") == 0


def test_a_user_who_may_only_create_roles_sets_up_and_takes_down(server: URL, maintenance: Engine) -> None:
    with maintenance.connect() as connection:
        connection.execute(text("CREATE ROLE owner_only LOGIN CREATEROLE"))
        for role in Role:
            connection.execute(text(f"GRANT {role} TO owner_only"))
        connection.execute(text("CREATE DATABASE owned OWNER owner_only"))
    engine = create_role_engine(server.set(database="owned", username="owner_only"), None)
    upgrade(engine)
    downgrade(engine)
    upgrade(engine)
    engine.dispose()


def test_a_user_without_rights_is_told_what_is_missing(server: URL, maintenance: Engine) -> None:
    with maintenance.connect() as connection:
        connection.execute(text("CREATE ROLE nobody_much LOGIN"))
        connection.execute(text("CREATE DATABASE foreign_owned OWNER nobody_much"))
    engine = create_role_engine(server.set(database="foreign_owned", username="nobody_much"), None)
    with pytest.raises(DatabaseError, match="may not set it up"):
        upgrade(engine)
    engine.dispose()


def test_a_database_that_a_newer_release_migrated_is_left_as_it_is(library: Library) -> None:
    library.do("UPDATE alembic_version SET version_num = '9999'")
    for step in (upgrade, downgrade):
        with pytest.raises(NewerSchemaError, match="revision 9999, which a newer release made; it is left as it is"):
            step(library.engine())
    assert revisions(library.engine())[0] == "9999"
    assert library.value("SELECT count(*) FROM library.prompts") == 0


def test_going_up_one_step_keeps_the_rows_of_the_step_before(library: Library) -> None:
    library.add_prompt("kept", tags=("x",))
    downgrade(library.engine(), "0003")
    upgrade(library.engine())
    assert library.rows("SELECT title FROM library.prompts") == [("kept",)]


def test_models_and_database_do_not_drift(library: Library) -> None:
    library.do("SELECT library.ensure_activity_partitions('2026-01-15', '2026-03-01')")
    with connect(library.engine()) as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []


def test_partitions_cover_the_months_asked_for(library: Library) -> None:
    library.do("SELECT library.ensure_activity_partitions('2025-11-30', '2026-02-01')")
    children = library.rows("""
        SELECT inhrelid::regclass::text FROM pg_inherits
        WHERE inhparent = 'library.activity_events'::regclass ORDER BY 1
    """)
    assert [name for (name,) in children] == [
        f"library.activity_events_{month}" for month in ("2025_11", "2025_12", "2026_01", "2026_02")
    ]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("users", {"id", "email", "name", "password_hash", "role", "subscription_status", "created_at"}),
        (
            "prompts",
            {"id", "title", "description", "prompt_text", "agent_type", "created_by", "access", "language"}
            | {"content_hash", "image_key", "created_at", "updated_at"},
        ),
        ("tags", {"id", "name"}),
        ("prompt_tags", {"prompt_id", "tag_id"}),
        ("user_prompt_likes", {"user_id", "prompt_id", "liked_at"}),
        (
            "subscriptions",
            {"id", "user_id", "plan", "status", "started_at", "current_period_end", "canceled_at", "ended_at"}
            | {"amount", "currency", "billing_interval", "is_trial"},
        ),
    ],
)
def test_the_tables_the_owner_asked_for_have_their_columns(library: Library, table: str, columns: set[str]) -> None:
    found = library.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'library' AND table_name = :table",
        table=table,
    )
    assert columns <= {name for (name,) in found}
