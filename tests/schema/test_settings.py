"""Settings refuse what would be unsafe or could not work, and say which variable to mend."""

import pytest
from pydantic import SecretStr

from schema.database import analyst_url, database_url, resolve_url
from schema.errors import DatabaseError, SettingsError
from schema.settings import Settings, get_settings


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("PROMPTORY_ENVIRONMENT", "production")
    monkeypatch.setenv("PROMPTORY_DATABASE_URL", "postgresql://reader:hunter2@db/library")


def test_production_refuses_the_default_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_COOKIE_SECRET", "ours")
    with pytest.raises(SettingsError, match="set PROMPTORY_PSEUDONYM_KEY:") as refusal:
        get_settings()
    assert "PROMPTORY_COOKIE_SECRET" not in str(refusal.value)


def test_production_accepts_our_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COOKIE_SECRET", "PSEUDONYM_KEY"):
        monkeypatch.setenv(f"PROMPTORY_{name}", "ours")
    assert get_settings().environment == "production"
    get_settings.cache_clear()


def test_production_does_not_start_an_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMPTORY_DATABASE_URL")
    with pytest.raises(SettingsError, match="set PROMPTORY_DATABASE_URL"):
        get_settings()


def test_a_missing_password_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_DATABASE_URL", "postgresql://dashboard@db/library")
    with pytest.raises(SettingsError, match="set PROMPTORY_DATABASE_PASSWORD"):
        get_settings()


def test_passwords_may_come_beside_the_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COOKIE_SECRET", "PSEUDONYM_KEY"):
        monkeypatch.setenv(f"PROMPTORY_{name}", "ours")
    monkeypatch.setenv("PROMPTORY_DATABASE_URL", "postgresql://dashboard@db/library?sslmode=verify-full")
    monkeypatch.setenv("PROMPTORY_DATABASE_PASSWORD", "p@ss/word")
    monkeypatch.setenv("PROMPTORY_ANALYST_DATABASE_URL", "postgresql://analyst@db/library")
    monkeypatch.setenv("PROMPTORY_ANALYST_DATABASE_PASSWORD", "another")
    assert resolve_url(get_settings()).password == "p@ss/word"
    assert analyst_url().password == "another"


def test_an_address_of_s3_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_ENVIRONMENT", "development")
    monkeypatch.setenv("PROMPTORY_LAKE", "s3://bucket/the/lake/")
    assert get_settings().lake == "s3://bucket/the/lake"


def test_a_wrong_value_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_ENVIRONMENT", "development")
    monkeypatch.setenv("PROMPTORY_DASHBOARD_PORT", "99999999")
    with pytest.raises(SettingsError, match="PROMPTORY_DASHBOARD_PORT") as refusal:
        get_settings()
    assert "99999999" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("not an address", "is not an address"), ("mysql://user:hunter2@host/db", "needs PostgreSQL")],
)
def test_an_address_that_is_not_postgresql_is_refused_without_its_password(address: str, sentence: str) -> None:
    settings = Settings.model_construct(database_url=SecretStr(address))
    with pytest.raises(DatabaseError, match=sentence) as refusal:
        resolve_url(settings)
    assert "hunter2" not in str(refusal.value)


def test_the_sql_box_has_an_address_of_its_own_or_the_analysts_role_without_the_owners_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMPTORY_ENVIRONMENT", "development")
    monkeypatch.setenv(
        "PROMPTORY_DATABASE_URL", "postgresql://owner:hunter2@db:5433/library?sslmode=require&user=owner"
    )
    database_url.cache_clear()
    assert str(analyst_url()) == "postgresql+psycopg://promptory_analyst@db:5433/library?sslmode=require"
    get_settings.cache_clear()
    monkeypatch.setenv("PROMPTORY_ANALYST_DATABASE_URL", "postgresql://reader:other@db/library")
    assert (analyst_url().username, analyst_url().password) == ("reader", "other")
    get_settings.cache_clear()
    monkeypatch.setenv("PROMPTORY_ANALYST_DATABASE_URL", "mysql://user:hunter2@host/db")
    with pytest.raises(DatabaseError, match="PROMPTORY_ANALYST_DATABASE_URL names 'mysql'") as refusal:
        analyst_url()
    assert "hunter2" not in str(refusal.value)
    database_url.cache_clear()


def test_dagster_is_looked_for_at_its_port_here_unless_an_address_is_named() -> None:
    here = Settings.model_construct(dagster_port=3111, dagster_url="")
    elsewhere = Settings.model_construct(dagster_port=3111, dagster_url="http://dagster:3000/")
    assert (here.dagster_address, elsewhere.dagster_address) == ("http://127.0.0.1:3111", "http://dagster:3000")
