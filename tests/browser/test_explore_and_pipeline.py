"""An analyst keeps a view and comes back by its link; a curator starts a refresh and sees it done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browser import CURATOR, eventually, settle, sign_in
from tests.support.dagster import dagster_served
from tests.support.dashboard import served
from tests.support.library import Library


@pytest.fixture
def piped_address(curated: Library, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard over an empty library with a curator, beside a Dagster."""
    with dagster_served(tmp_path / "dagster") as dagster, served(dagster_url=dagster) as site:
        yield site.url


def choose(page: Page, label: str, option: str) -> None:
    """Type into a picker, and take what it offers."""
    page.get_by_label(label, exact=True).first.fill(option)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settle(page)


def test_an_analyst_saves_a_view_and_opens_its_link(
    browser: Browser, page: Page, address: str, warehouse: Library
) -> None:
    sign_in(page, address, *CURATOR)
    page.goto(f"{address}/explore")
    settle(page)
    choose(page, "Mart", "tag_popularity")
    choose(page, "Dimensions", "activity_date, by week")
    expect(page.get_by_text("activity_date, by week").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Name", exact=True).fill("Views by week")
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_text("Saved as Views by week")).to_be_visible()
    settle(page)
    link = page.url
    assert "view=" in link
    assert "ask=" not in link
    other = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ko-KR").new_page()
    other.set_default_timeout(30_000)
    sign_in(other, address, *CURATOR)
    other.goto(link)
    settle(other)
    expect(other.get_by_text("activity_date").first).to_be_visible()
    expect(other.get_by_text("Views by week").first).to_be_visible()
    other.get_by_role("button", name="Delete").or_(other.get_by_role("button", name="삭제")).click()
    settle(other)
    assert warehouse.value("SELECT count(*) FROM library.saved_views") == 0


def test_a_statement_ends_at_the_server_when_its_page_is_left(page: Page, address: str, warehouse: Library) -> None:
    sign_in(page, address, *CURATOR)
    page.goto(f"{address}/explore?way=sql")
    settle(page)
    page.get_by_label("SQL", exact=True).last.fill("SELECT pg_sleep(60)")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Running for")).to_be_visible()
    eventually(lambda: running(warehouse), 1)
    page.get_by_role("link", name="Tags").click()
    expect(page.get_by_role("heading", name="Views by day")).to_be_visible()
    eventually(lambda: running(warehouse), 0)


def running(library: Library) -> int:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'promptory_analyst' AND state = 'active'"
    return int(library.value(statement))


def test_a_curator_starts_a_refresh_and_sees_it_done(page: Page, piped_address: str, configured: Library) -> None:
    sign_in(page, piped_address, *CURATOR)
    page.get_by_role("link", name="Pipeline").click()
    expect(page.get_by_role("heading", name="Recent runs")).to_be_visible(timeout=60_000)
    choose(page, "What to refresh", "Rankings only")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("It goes on if you turn to another page")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    expect(page.get_by_text("Rankings only: done")).to_be_visible(timeout=240_000)
    assert configured.value("SELECT to_regclass('analytics.prompt_rankings') IS NOT NULL")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
