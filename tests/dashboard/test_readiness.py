"""Whether a dashboard is ready: it can log in to its database."""

import time

import anyio
from sqlalchemy import Engine, text

from dashboard.readiness import Readiness
from tests.support.dashboard import Site, served
from tests.support.library import Library


def status(site: Site) -> int:
    """The status of /ready, once what was known of before is forgotten."""
    time.sleep(1.1)
    answer = site.get("/ready")
    assert (answer.body, answer.headers["cache-control"]) == ("", "no-store")
    return answer.status


def test_a_dashboard_is_ready_as_long_as_it_can_log_in_to_its_database(
    configured: Library, maintenance: Engine
) -> None:
    def connections(word: str) -> None:
        with maintenance.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {configured.url.database} ALLOW_CONNECTIONS {word}"))

    with served() as site:
        assert status(site) == 200
        connections("false")
        assert status(site) == 503
        assert site.get("/_stcore/health").status == 200
        connections("true")
        assert status(site) == 200


def test_many_who_ask_at_once_ask_the_database_once() -> None:
    checks = 0

    def check() -> bool:
        nonlocal checks
        checks += 1
        time.sleep(0.1)
        return True

    async def ask_often() -> list[bool]:
        readiness, answers = Readiness(check), []

        async def ask() -> None:
            answers.append(await readiness.is_ready())

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(ask)
        return answers

    assert anyio.run(ask_often) == [True] * 50
    assert checks == 1
