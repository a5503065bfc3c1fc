"""Pictures of the demo's pages for the README: `make screenshots`, after `make demo` has set the library up."""

from pathlib import Path

from PIL import Image

from orchestration import demo
from orchestration.serve import dashboard_server, running
from schema.settings import get_settings
from tests.browser.browser import chromium, sign_in
from tests.support.servers import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {"discover": "", "tags": "tags", "rankings": "rankings", "subscriptions": "subscriptions", "import": "import"}
COLOURS = 128


def main() -> None:
    """Take a picture of each page as the demo curator."""
    settings = get_settings().model_copy(update={"dashboard_port": free_port()})
    address = f"http://127.0.0.1:{settings.dashboard_port}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running([dashboard_server(settings, demo.child_environment(settings))]), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        sign_in(page, address, demo.CURATOR_EMAIL, settings.demo_password.get_secret_value())
        for name, path in PAGES.items():
            # By the menu: opening an address starts a new session, which is not signed in.
            page.get_by_role("link", name=(path or "discover").capitalize(), exact=False).first.click()
            page.wait_for_timeout(3000)
            page.screenshot(path=FOLDER / f"{name}.png")
            _compress(FOLDER / f"{name}.png")


def _compress(path: Path) -> None:
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
