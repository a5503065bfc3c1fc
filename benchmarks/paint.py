"""How long a browser without anything in its cache takes to show a page, as the browser itself tells it."""

from dataclasses import dataclass

from playwright.sync_api import Browser

from benchmarks.visits import Visit
from dashboard.accounts.cookies import cookie_name
from schema.settings import Settings

_HEADING_TIME = """
const seen = new MutationObserver(() => {
    if (!document.querySelector("[data-testid=stMain] :is(h1, h2)")) return;
    seen.disconnect();
    // What a frame shows is on the screen when the next task begins.
    requestAnimationFrame(() => setTimeout(() => { window.headingShownAt = performance.now(); }));
});
seen.observe(document, {childList: true, subtree: true});
"""
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass(frozen=True, slots=True)
class Paint:
    """Milliseconds from the navigation until anything is painted, and until the page's heading is."""

    first: float
    heading: float


def painted(browser: Browser, site: str, visit: Visit) -> Paint:
    """Open it in a window of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    if visit.token:
        context.add_cookies([{"name": cookie_name(Settings()), "value": visit.token, "url": site, "httpOnly": True}])
    context.add_init_script(_HEADING_TIME)
    page = context.new_page()
    page.goto(f"{site}/{visit.page.address}?{visit.query}", wait_until="commit")
    # The browser tells of its first paint some time after it.
    page.wait_for_function(f"window.headingShownAt && {_FIRST_PAINT}", timeout=60_000)
    paint = Paint(page.evaluate(_FIRST_PAINT), page.evaluate("window.headingShownAt"))
    context.close()
    return paint
