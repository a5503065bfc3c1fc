"""A browser, and dashboards to look at with it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from tests.browser.browser import CHROMIUM, CURATOR, chromium
from tests.support.dashboard import served
from tests.support.library import Library


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A fresh browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    # A machine that does other work at the same time takes its time.
    expect.set_options(timeout=30_000)
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page as large as a laptop's screen."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(30_000)
    return page


@pytest.fixture
def address(warehouse: Library) -> Iterator[str]:
    """The address of a dashboard over the built library."""
    with served() as site:
        yield site.url


@pytest.fixture
def curated(configured: Library) -> Library:
    """An empty library with a curator."""
    email, password = CURATOR
    account = {"email": email, "name": "Curator", "password": password}
    ensure_account(configured.ingest, role=UserRole.ADMIN, tier=Tier.FREE, **account)
    return configured


@pytest.fixture
def empty_address(curated: Library) -> Iterator[str]:
    """The address of a dashboard over an empty library with a curator."""
    with served() as site:
        yield site.url
