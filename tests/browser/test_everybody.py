"""Every page, for everybody: by keyboard and screen reader, on any screen, in any light."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.browser import CURATOR, settle, sign_in

OPEN = ["", "prompt?id=1", "my-library", "my-library?shelf=own&edit=new"]
GUARDED = [
    *("rankings", "tags", "creators", "engagement", "subscriptions", "search-quality", "explore"),
    *("import", "duplicates", "export", "pipeline", "users"),
]
PAGES = [*OPEN, *GUARDED]


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical on a page, with the first place of each."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("light", ["light", "dark"])
def test_no_page_has_a_serious_violation(browser: Browser, address: str, light: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=light)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    faults = {"sign-in": serious(page)}
    page.goto(address)
    settle(page)
    faults["visitor"] = serious(page)
    sign_in(page, address, *CURATOR)
    for name in PAGES:
        page.goto(f"{address}/{name}")
        settle(page)
        faults[name] = serious(page)
    page.get_by_test_id("stPopover").click()
    page.get_by_role("link", name="Change your password").wait_for()
    faults["account"] = serious(page)
    page.goto(f"{address}/password")
    faults["password"] = serious(page)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [390, 2560])
def test_nothing_is_cut_off(page: Page, address: str, width: int) -> None:
    sign_in(page, address, *CURATOR)
    page.set_viewport_size({"width": width, "height": 900})
    for name in PAGES:
        page.goto(f"{address}/{name}")
        settle(page)
        # An element that ends beyond the screen is cut off, unless something around it scrolls.
        beyond = page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=stMain] *")].filter(one => {
                if (one.getBoundingClientRect().right <= innerWidth + 1 || !one.innerText) return false;
                for (let up = one; up; up = up.parentElement)
                    if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)
                        && up.dataset.testid !== "stMain") return false;
                return true;
            }).map(one => one.outerHTML.slice(0, 120))"""
        )
        assert beyond == [], name


def test_the_keyboard_goes_from_the_menu_to_the_page_in_the_order_of_reading(page: Page, address: str) -> None:
    sign_in(page, address, *CURATOR)
    page.goto(f"{address}/rankings")
    settle(page)
    passed = []
    for _ in range(30):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''"))
    wanted = [
        "Discover",
        "Rankings",
        "Tags",
        "Creators",
        "Engagement",
        "Subscriptions",
        "Explore",
        "Import",
        "Near-duplicates",
        "Export",
        "Pipeline",
        "Users",
        "English",
    ]
    places = [next(number for number, text in enumerate(passed) if name in text) for name in [*wanted, "Last 7 days"]]
    assert places == sorted(places)


def test_a_session_survives_a_refresh_and_another_window_and_ends_everywhere(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page, other = context.new_page(), context.new_page()
    sign_in(page, address, *CURATOR)
    page.reload()
    expect(page.get_by_role("link", name="Subscriptions")).to_be_visible(timeout=30_000)
    other.goto(f"{address}/tags")
    expect(other.get_by_role("heading", name="Tags", exact=True)).to_be_visible(timeout=30_000)
    assert "promptory_session" not in page.evaluate("document.cookie"), "no script can read it"
    page.get_by_test_id("stPopover").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    other.get_by_text("7 days").first.click()
    expect(other.get_by_role("link", name="Sign in")).to_be_visible(timeout=30_000)
    expect(other.get_by_role("heading", name="Tags", exact=True)).to_have_count(0)


def test_a_password_is_changed_where_one_is_signed_in(browser: Browser, empty_address: str) -> None:
    page, elsewhere = (browser.new_context().new_page() for _ in range(2))
    for one in (page, elsewhere):
        sign_in(one, empty_address, *CURATOR)
    page.get_by_test_id("stPopover").click()
    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Current password").fill(CURATOR[1])
    page.get_by_label("New password", exact=True).fill("another-password")
    page.get_by_label("New password, once more").fill("another-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    page.get_by_role("link", name="Back to the library").click()
    expect(page.get_by_test_id("stPopover")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_reader_cannot_open_a_guarded_page_by_its_address(page: Page, address: str) -> None:
    sign_in(page, address, "pro@example.com", "pro-password")
    for name in GUARDED:
        page.goto(f"{address}/{name}")
        settle(page)
        expect(page.get_by_role("heading", name="Discover")).to_be_visible()


def test_a_korean_browser_reads_korean_and_keeps_english_once_it_is_chosen(browser: Browser, address: str) -> None:
    page = browser.new_context(locale="ko-KR").new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="둘러보기")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="로그인").click()
    expect(page.get_by_role("heading", name="로그인")).to_be_visible()
    page.get_by_label("이메일").fill(CURATOR[0])
    page.get_by_label("비밀번호").fill(CURATOR[1])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="구독").click()
    expect(page.get_by_role("heading", name="월간 반복 매출")).to_be_visible(timeout=30_000)
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Monthly recurring revenue")).to_be_visible()
    page.get_by_role("link", name="Tags").click()
    expect(page.get_by_role("heading", name="Views by day")).to_be_visible()
    assert "lang=en" in page.url
