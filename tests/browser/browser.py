"""Debian's Chromium, driven by Playwright, which cannot fetch a browser of its own here."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Without these it asks for hosts that a closed network does not reach.
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
CURATOR = ("curator@example.com", "curator-password")
"""The address and the password of the curator of every library that these tests look at."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser without a profile."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-sync", *QUIET]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    """Sign in at a dashboard, and wait until it knows us."""
    page.goto(f"{address}/sign-in?lang=en")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_test_id("stPopover").wait_for()


def settle(page: Page) -> None:
    """Wait until the page's script has run and what it shows has arrived."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="hidden")
    page.wait_for_timeout(700)


def eventually(found: Callable[[], object], wanted: object, within_s: float = 30) -> None:
    """Wait for what comes after what the page shows: what it tells the library, or what the server ends."""
    deadline = time.monotonic() + within_s
    while (now := found()) != wanted:
        assert time.monotonic() < deadline, now
        time.sleep(0.1)


def drop(page: Page, *files: tuple[str, bytes], columns: str = "Columns") -> None:
    """Give files to the uploader of the import page, by name and content, and wait until they are looked at.

    `columns` is what the page calls the part that comes then.
    """
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    # While a script runs, what the last run showed is still there.
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("input[type=file]").set_input_files(payloads)
    page.get_by_role("heading", name=columns, exact=True).wait_for()
