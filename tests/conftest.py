"""One ephemeral PostgreSQL for the whole run, migrated once; each test that writes gets a copy of that database."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import URL, Engine, text
from xdist.scheduler import LoadScopeScheduling

from orchestration import demo
from schema import database, settings
from schema.embedders import query_embedder
from schema.migrations import upgrade
from schema.models import Tier, UserRole
from schema.pictures import picture_store
from schema.repository.people import ensure_account
from tests.support.library import Library
from tests.support.servers import embedded_server, installed_server

# What fails in a test is nobody's to hear of; before anything reads it.
os.environ.pop("SENTRY_DSN", None)

COLLECTIONS = Path(__file__).parents[2] / "shared" / "collections"
SIMULATED_DAYS = 14
LAST_DAY = date(2026, 6, 30)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Choose another server than the embedded one."""
    parser.addoption("--postgres-bin", help="folder with initdb and pg_ctl of the PostgreSQL to test on")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadscope`: one process runs all tests of a folder, as they share containers, or emulated clouds."""
    return _ByFolder(config, log) if config.getoption("dist") == "loadscope" else None


class _ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # the library tells no types
    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The address of the run's server."""
    folder = tmp_path_factory.mktemp("server")
    programs = request.config.getoption("--postgres-bin")
    with installed_server(Path(programs), folder) if programs else embedded_server(folder) as url:
        yield url


@pytest.fixture(scope="session")
def maintenance(server: URL) -> Iterator[Engine]:
    """Makes and drops databases."""
    engine = database.create_role_engine(server, None).execution_options(isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server: URL, maintenance: Engine) -> str:
    """The name of a migrated, empty database to copy."""
    with maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE template_library"))
    engine = database.create_role_engine(server.set(database="template_library"), None)
    upgrade(engine)
    engine.dispose()
    return "template_library"


_numbers = itertools.count(1)


def _copy(maintenance: Engine, server: URL, template: str) -> Library:
    name = f"library_{next(_numbers)}"
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return Library(server.set(database=name))


def _drop(maintenance: Engine, library: Library) -> None:
    library.dispose()
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {library.url.database} WITH (FORCE)"))


@pytest.fixture
def library(server: URL, maintenance: Engine, template: str) -> Iterator[Library]:
    """An empty library of the test's own."""
    with scratch_library(maintenance, server, template) as copy:
        yield copy


@pytest.fixture
def other_library(server: URL, maintenance: Engine, template: str) -> Iterator[Library]:
    """Another empty library, for what needs two."""
    with scratch_library(maintenance, server, template) as copy:
        yield copy


@pytest.fixture
def configured(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """The empty library as the one that PROMPTORY_DATABASE_URL names, with a home of its own."""
    with _settings(monkeypatch, library, tmp_path / "home"):
        yield library


@pytest.fixture
def on_spark(configured: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The configured library, whose raw events are in its lake."""
    monkeypatch.setenv("PROMPTORY_ENGINE", "spark")
    forget_settings()
    return configured


@pytest.fixture(scope="session")
def built(
    server: URL, maintenance: Engine, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """A library with the starter collection and fourteen simulated days, loaded and built through Dagster."""
    library = _copy(maintenance, server, template)
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, _settings(patch, library, home):
        patch.setattr(demo, "simulated_last_day", lambda: LAST_DAY)
        demo.set_up(settings.get_settings(), lambda _: None, SIMULATED_DAYS)
        for email, name, role, tier in (
            ("curator@example.com", "curator", UserRole.ADMIN, Tier.PRO),
            ("pro@example.com", "pro", UserRole.USER, Tier.PRO),
            ("free@example.com", "free", UserRole.USER, Tier.FREE),
        ):
            ensure_account(library.ingest, email=email, name=name, password=f"{name}-password", role=role, tier=tier)
    yield replace(library, home=home)
    library.dispose()


@pytest.fixture
def warehouse(built: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """The built library as the one that PROMPTORY_DATABASE_URL names; read it, don't change it."""
    with _settings(monkeypatch, built, built.home):
        yield built


@contextmanager
def scratch_library(maintenance: Engine, server: URL, template: str) -> Iterator[Library]:
    """An empty library, dropped at the end; for fixtures that many tests share."""
    copy = _copy(maintenance, server, template)
    yield copy
    _drop(maintenance, copy)


@contextmanager
def _settings(patch: pytest.MonkeyPatch, library: Library, home: Path) -> Iterator[None]:
    """Point the process's settings and engines at a library, and forget them afterwards."""
    for name in [name for name in os.environ if name.startswith("PROMPTORY_")]:
        patch.delenv(name)
    patch.setenv("PROMPTORY_HOME", str(home))
    patch.setenv("PROMPTORY_DATABASE_URL", library.url.render_as_string(hide_password=False))
    forget_settings()
    yield
    forget_settings()


def forget_settings() -> None:
    """Drop what the process remembers of its settings and connections."""
    for remembered in (
        *(settings.get_settings, database.database_url, database.engine_for, query_embedder),
        picture_store,
    ):
        remembered.cache_clear()


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Forget the logs that a command set up: its runner closes the stream that they go to."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def collections() -> Path:
    """The folder of real prompt collections beside the project."""
    if not COLLECTIONS.is_dir():
        pytest.skip("the real collections (shared/collections) are not beside the project")
    return COLLECTIONS
