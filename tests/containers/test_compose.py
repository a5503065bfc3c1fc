"""The whole product in containers: somebody signs in, imports and searches; the database goes away and comes back."""

import json
import time
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browser import drop, settle, sign_in
from tests.browser.conftest import browser, page  # noqa: F401 (fixtures)
from tests.containers.engine import Stack, docker

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1800)]

ADMIN = ("admin@example.com", "promptory-compose")
TABLE = (
    "title,prompt,tags\n"
    "Harbour pilot,Guide the {{vessel}} through the lighthouse strait.,sea\n"
    "등대지기,등대지기의 하루를 일기로 써 주세요.,바다\n"
).encode()


def until(reached: Callable[[], bool], within_s: float, what: Callable[[], str]) -> None:
    deadline = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < deadline, what()
        time.sleep(2)


def ask_dagster(stack: Stack, query: str) -> dict[str, object]:
    request = urllib.request.Request(
        f"{stack.address('webserver')}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer)["data"])


def runs(stack: Stack, status: str) -> list[str]:
    query = f"{{runsOrError(filter: {{statuses: [{status}]}}) {{... on Runs {{results {{jobName}}}}}}}}"
    found = ask_dagster(stack, query)["runsOrError"]
    assert isinstance(found, dict)
    return [run["jobName"] for run in found["results"]]


def test_every_service_becomes_healthy(stack: Stack) -> None:
    for service in ("database", "s3", "dashboard", "code-server", "webserver", "daemon"):
        until(lambda name=service: stack.health(name) == "healthy", 180, lambda name=service: stack.logs(name))  # type: ignore[misc]


def test_services_run_unprivileged_on_a_file_system_that_they_cannot_write(stack: Stack) -> None:
    for service in ("database", "s3", "dashboard", "code-server", "webserver", "daemon"):
        told = docker("exec", stack.container(service), "sh", "-c", "id -u; touch /opt/here 2>&1 || true").stdout
        assert "Read-only file system" in told
        assert not told.startswith("0\n"), service


def test_a_new_library_is_built_whole_by_itself(stack: Stack) -> None:
    until(lambda: len(runs(stack, "SUCCESS")) > 0, 600, lambda: stack.logs("daemon", "code-server"))
    until(lambda: not runs(stack, "STARTED"), 300, lambda: stack.logs("daemon", "code-server"))
    assert runs(stack, "FAILURE") == []


def test_an_administrator_signs_in_imports_refreshes_and_finds(stack: Stack, page: Page) -> None:  # noqa: F811
    site = stack.address("dashboard")
    sign_in(page, site, *ADMIN)
    page.goto(f"{site}/import?lang=en")
    drop(page, ("sea.csv", TABLE))
    page.get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_text("2 found, 2 inserted")).to_be_visible()
    refresh(page, site)
    search(page, site, "lighthouse", "Harbour pilot")
    search(page, site, "등대지기", "등대지기")


def test_a_database_that_restarts_is_survived_by_every_service(stack: Stack, page: Page) -> None:  # noqa: F811
    site = stack.address("dashboard")
    sign_in(page, site, *ADMIN)
    started = {service: stack.container(service) for service in ("dashboard", "code-server", "webserver", "daemon")}
    stack.run("restart", "--timeout", "10", "database")
    until(lambda: stack.health("database") == "healthy", 60, lambda: stack.logs("database"))
    search(page, site, "strait", "Harbour pilot")
    refresh(page, site)
    assert runs(stack, "FAILURE") == []
    for service, container in started.items():
        until(lambda name=service: stack.health(name) == "healthy", 120, lambda name=service: stack.logs(name))  # type: ignore[misc]
        restarts = docker("inspect", "--format", "{{.RestartCount}}", container).stdout.strip()
        assert (stack.container(service), restarts) == (container, "0"), stack.logs(service)


def refresh(page: Page, site: str) -> None:  # noqa: F811
    """Build everything, as a curator does."""
    page.goto(f"{site}/pipeline?lang=en")
    expect(page.get_by_role("heading", name="Recent runs")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("the search index: done")).to_be_visible(timeout=400_000)


def search(page: Page, site: str, words: str, title: str) -> None:  # noqa: F811
    page.goto(f"{site}/?lang=en&q={words}")
    settle(page)
    expect(page.get_by_role("link", name=title).first).to_be_visible()
