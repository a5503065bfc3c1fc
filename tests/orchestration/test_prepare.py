"""What a deployment's migration does, with Dagster's tables beside the library as there."""

from pathlib import Path

import pytest
import yaml

from tests.orchestration.test_cli import promptory, told
from tests.support.library import Library


@pytest.fixture
def home(configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Dagster instance that keeps its tables in a schema of the library's database."""
    configured.do("CREATE SCHEMA dagster")
    url = configured.url.set(drivername="postgresql+psycopg2").update_query_dict({"options": "-csearch_path=dagster"})
    instance = {"storage": {"postgres": {"postgres_url": url.render_as_string(hide_password=False)}}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(instance), encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))


@pytest.mark.usefixtures("home")
def test_a_release_that_came_back_prepares_what_a_newer_one_migrated_and_leaves_its_tables(configured: Library) -> None:
    assert "Dagster's tables are there." in promptory("db", "prepare").stdout
    configured.do("UPDATE alembic_version SET version_num = '9999'")
    configured.do("UPDATE dagster.alembic_version SET version_num = 'of tomorrow'")

    administrator = {"PROMPTORY_ADMIN_EMAIL": "admin@example.org", "PROMPTORY_ADMIN_PASSWORD": "a-long-password"}
    done = promptory("db", "prepare", **administrator)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first == "The schema is at revision 9999, which a newer release made; it is left as it is."
    assert "The first administrator can sign in." in done.stdout
    assert last == "Dagster's tables are those of a newer release; they are left as they are."

    assert "9999, which a newer release made" in told(promptory("db", "upgrade"))
    assert "9999, made by a newer release" in promptory("status").stdout
    assert configured.value("SELECT version_num FROM alembic_version") == "9999"
