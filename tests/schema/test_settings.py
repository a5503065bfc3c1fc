"""Settings refuse what would be unsafe or could not work, and say which variable to mend."""

import pytest
from pydantic import SecretStr

from schema.database import resolve_url
from schema.errors import DatabaseError, SettingsError
from schema.settings import Settings, get_settings


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("PROMPTORY_ENVIRONMENT", "production")


def test_production_refuses_the_default_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTORY_COOKIE_SECRET", "ours")
    with pytest.raises(SettingsError, match="PROMPTORY_PSEUDONYM_KEY, PROMPTORY_DEMO_PASSWORD") as refusal:
        get_settings()
    assert "PROMPTORY_COOKIE_SECRET" not in str(refusal.value)


def test_production_accepts_our_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COOKIE_SECRET", "PSEUDONYM_KEY", "DEMO_PASSWORD"):
        monkeypatch.setenv(f"PROMPTORY_{name}", "ours")
    assert get_settings().environment == "production"
    get_settings.cache_clear()


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
