"""The running dashboard in a real browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orchestration.serve import dashboard_server, running
from schema.settings import Settings
from tests.browser.browser import CHROMIUM, chromium, sign_in
from tests.support.library import Library
from tests.support.servers import free_port

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def address(warehouse: Library) -> Iterator[str]:
    """The address of a dashboard over the built library."""
    settings = Settings(dashboard_port=free_port())
    url = f"http://127.0.0.1:{settings.dashboard_port}"
    with running([dashboard_server(settings, dict(os.environ))]):
        yield url


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a fresh browser."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(30_000)
        yield page


def test_a_curator_signs_in_searches_and_sees_results(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Discover")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="Subscriptions")).to_have_count(0)
    sign_in(page, address, "curator@example.com", "curator-password")
    search = page.get_by_label("Search prompts")
    search.fill("자기소개서")
    search.press("Enter")
    expect(page.get_by_text("꼬리질문만 하는 면접관")).to_be_visible()
    page.get_by_role("link", name="Subscriptions").click()
    expect(page.get_by_text("Paying people").first).to_be_visible()
