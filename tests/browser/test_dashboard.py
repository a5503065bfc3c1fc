"""The running dashboard in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.browser import CURATOR, eventually, sign_in
from tests.support.library import Library


def test_a_curator_signs_in_searches_and_sees_results(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Discover")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="Subscriptions")).to_have_count(0)
    sign_in(page, address, *CURATOR)
    search = page.get_by_label("Search prompts")
    search.fill("자기소개서")
    search.press("Enter")
    expect(page.get_by_text("꼬리질문만 하는 면접관")).to_be_visible()
    page.get_by_role("link", name="Subscriptions").click()
    expect(page.get_by_text("Paying people").first).to_be_visible()


def test_a_text_that_is_opened_is_a_click_on_the_place_of_its_search(
    page: Page, empty_address: str, configured: Library
) -> None:
    for title in ("soup of yesterday", "soup"):
        configured.add_prompt(title)
    page.goto(f"{empty_address}/?q=soup")
    expect(page.get_by_text("1 to 2 of 2 prompts")).to_be_visible(timeout=30_000)
    # A click counts for a list that the library knows of, which is told once the words have stood for a while.
    eventually(lambda: configured.value("SELECT count(*) FROM library.impressions"), 2)
    page.get_by_text("Full text").nth(1).click()
    expect(page.locator("code").nth(1)).to_be_visible()
    second = configured.value("SELECT prompt_id FROM library.impressions WHERE place = 2")
    eventually(lambda: configured.value("SELECT count(*) FROM library.impression_clicks"), 1)
    assert configured.rows("SELECT query, prompt_id, position FROM library.activity_events") == [("soup", second, 2)]


def test_a_page_recovers_by_itself_from_a_database_that_was_away(
    page: Page, empty_address: str, configured: Library, maintenance: Engine
) -> None:
    sign_in(page, empty_address, *CURATOR)
    page.goto(f"{empty_address}/import")
    expect(page.get_by_role("heading", name="Recent imports")).to_be_visible(timeout=30_000)
    with away(configured, maintenance):
        page.reload()
        expect(page.get_by_text("does not answer at the moment")).to_be_visible(timeout=30_000)
        page.wait_for_timeout(6000)
        expect(page.get_by_text("does not answer at the moment")).to_be_visible()
    expect(page.get_by_role("heading", name="Recent imports")).to_be_visible(timeout=30_000)


@contextmanager
def away(library: Library, maintenance: Engine) -> Iterator[None]:
    """Nobody can connect to the database inside, and whoever was is cut off."""
    name = library.url.database
    with maintenance.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
    yield
    with maintenance.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
