"""Pictures of the demo's pages for the README: `make screenshots`."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from orchestration import demo
from orchestration.serve import dashboard_server, running
from schema.settings import get_settings
from tests.browser import samples
from tests.browser.browser import chromium, drop, sign_in
from tests.support.servers import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = ("discover", "tags", "rankings", "subscriptions")
WIDTH, HEIGHT, MAX_HEIGHT = 1280, 860, 1900
COLOURS = 128


def main() -> None:
    """Take a picture of each page as the demo curator."""
    settings = get_settings().model_copy(update={"dashboard_port": free_port()})
    address = f"http://127.0.0.1:{settings.dashboard_port}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running([dashboard_server(settings, demo.child_environment(settings))]), chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        sign_in(page, address, demo.CURATOR_EMAIL, settings.demo_password.get_secret_value())
        for name in PAGES:
            _open(page, name.capitalize())
            _take(page, name)
        _import(page)


def _import(page: Page) -> None:
    """The four states of the import page; what is imported for them is taken back."""
    _open(page, "Import")
    drop(page, ("many.zip", samples.many()))
    page.get_by_role("button", name="What would happen").click()
    page.get_by_text("records read").wait_for()
    _take(page, "import-progress", wait_ms=1000)
    page.get_by_text("This is what would happen").wait_for(timeout=120_000)
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("heading", name="Recent imports").wait_for()
    drop(page, ("팀 프롬프트.csv", samples.table()), ("agents.zip", samples.archive()))
    page.wait_for_timeout(1000)
    page.get_by_label("Title", exact=True).first.fill("Headline")
    page.keyboard.press("Enter")
    _take(page, "import-preview", whole=True)
    page.get_by_test_id("stBaseButton-primary").click()
    page.get_by_role("heading", name="Rejected records").wait_for()
    _take(page, "import-result", whole=True)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("heading", name="Recent imports").wait_for()
    _take(page, "import-history")


def _open(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=False).first.click()


def _take(page: Page, name: str, *, wait_ms: int = 3000, whole: bool = False) -> None:
    """A picture of what fits, or of the `whole` page."""
    page.wait_for_timeout(wait_ms)
    if whole:
        height = int(page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"))
        page.set_viewport_size({"width": WIDTH, "height": min(height, MAX_HEIGHT)})
        page.wait_for_timeout(1000)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
