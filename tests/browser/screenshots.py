"""Pictures of the demo's pages, light and dark, on a desktop and a phone, for the README: `make screenshots`."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from orchestration import demo
from orchestration.serve import dagster_server, dashboard_server, running
from schema.settings import Settings, get_settings
from tests.browser import samples
from tests.browser.browser import chromium, drop, settle, sign_in
from tests.support.servers import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
SCREENS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 860},
    "phone": {"width": 390, "height": 844},
}
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MAX_HEIGHT = 2400
QUALITY = 60
FILLED_IN = "Diagnose a Slow SQL Query"
STATEMENT = """
SELECT activity_week, creator_name, likes
FROM analytics.creator_weekly
WHERE likes > 0
ORDER BY activity_week DESC, likes DESC
"""
PAGES = {
    "discover": "",
    "search": "?q=meeting+notes",
    "my-library": "my-library",
    "write": "my-library?shelf=own&edit=new",
    "rankings": "rankings",
    "tags": "tags",
    "creators": "creators",
    "engagement": "engagement",
    "subscriptions": "subscriptions",
    "search-quality": "search-quality",
    "explore": "explore",
    "explore-sql": f"explore?ask={quote(json.dumps({'way': 'sql', 'statement': STATEMENT.strip()}))}",
    "duplicates": "duplicates",
    "export": "export",
    "pipeline": "pipeline",
    "users": "users",
}
PICTURES = ("sign-in", "prompt", *PAGES, "import")
"""What there is a picture of for each screen and light; of the import page there are four."""
README = {
    "readme": ("en-GB", "meeting notes", FILLED_IN),
    "readme-ko": ("ko-KR", "면접 준비", "꼬리질문만 하는 면접관"),
}
"""The folders of the READMEs' pictures: the browser's language, a search, and a prompt."""
README_SIZE: ViewportSize = {"width": 1280, "height": 1000}


def main(*names: str) -> None:
    """Take pictures as the demo curator: those of PICTURES and `readme` that are named, or all."""
    wanted = set(names) or {*PICTURES, "readme"}
    settings = get_settings().model_copy(update={"dashboard_port": free_port(), "dagster_port": free_port()})
    ports = {"PROMPTORY_DAGSTER_PORT": str(settings.dagster_port)}
    with ExitStack() as stack:
        environment = demo.child_environment(settings) | ports
        stack.enter_context(running([dagster_server(settings, environment), dashboard_server(settings, environment)]))
        browser = stack.enter_context(chromium())
        if not wanted.isdisjoint(PICTURES):
            for screen in SCREENS:
                for light in LIGHTS:
                    Session(browser, settings, screen, light).take_all(wanted)
        if "readme" in wanted:
            for folder, (language, search, prompt) in README.items():
                Session(browser, settings, "desktop", "light", language).take_for_readme(folder, search, prompt)


class Session:
    """The pictures of one screen and light; `docs/screenshots/<screen>-<light>/<page>.webp`."""

    def __init__(
        self,
        browser: Browser,
        settings: Settings,
        screen: str,
        light: Literal["light", "dark"],
        language: str = "en-GB",
    ) -> None:
        self._address = f"http://127.0.0.1:{settings.dashboard_port}"
        self._password = settings.demo_password.get_secret_value()
        self._size = SCREENS[screen]
        self._folder = FOLDER / f"{screen}-{light}"
        self._page = browser.new_context(viewport=self._size, color_scheme=light, locale=language).new_page()

    def take_all(self, wanted: set[str]) -> None:
        """The pictures that are wanted; what is imported for them is taken back."""
        if "sign-in" in wanted:
            self._page.goto(f"{self._address}/sign-in")
            self._save("sign-in")
        sign_in(self._page, self._address, demo.CURATOR_EMAIL, self._password)
        if "prompt" in wanted:
            self._open_prompt(FILLED_IN)
            self._like()
            self._take("prompt")
        for name in [name for name in PAGES if name in wanted]:
            self._page.goto(f"{self._address}/{PAGES[name]}")
            if name == "explore-sql":
                self._page.get_by_role("button", name="Run").click()
            self._take(name)
        if "import" in wanted:
            self._import()
        self._page.context.close()

    def take_for_readme(self, folder: str, search: str, prompt: str) -> None:
        """The beginnings of three pages."""
        self._folder = FOLDER / folder
        self._page.set_viewport_size(README_SIZE)
        sign_in(self._page, self._address, demo.CURATOR_EMAIL, self._password)
        self._page.goto(f"{self._address}/?q={quote(search)}")
        settle(self._page)
        self._save("search")
        self._open_prompt(prompt)
        self._save("prompt")
        self._page.goto(f"{self._address}/subscriptions")
        settle(self._page)
        self._save("subscriptions")
        self._page.context.close()

    def _open_prompt(self, title: str) -> None:
        self._page.goto(f"{self._address}/?q={quote(title)}")
        settle(self._page)
        self._page.get_by_role("link", name=title).first.click()
        settle(self._page)

    def _like(self) -> None:
        like = self._page.get_by_role("button", name="Like · ")
        if like.count():
            like.click()
            settle(self._page)
            self._page.mouse.move(0, 0)

    def _import(self) -> None:
        """The four states of the import page."""
        page = self._page
        page.goto(f"{self._address}/import")
        settle(page)
        drop(page, ("many.zip", samples.many()))
        page.get_by_role("button", name="What would happen").click()
        page.get_by_text("records read").wait_for()
        # Until some of it is done.
        page.wait_for_timeout(1000)
        self._save("import-progress")
        page.get_by_text("This is what would happen").wait_for(timeout=120_000)
        page.get_by_role("button", name="Start over").click()
        page.get_by_role("heading", name="Recent imports").wait_for()
        drop(page, ("팀 프롬프트.csv", samples.table()), ("agents.zip", samples.archive()))
        settle(page)
        page.get_by_label("Title", exact=True).first.fill("Headline")
        page.keyboard.press("Enter")
        self._take("import-preview")
        page.get_by_test_id("stBaseButton-primary").click()
        page.get_by_role("heading", name="Rejected records").wait_for()
        self._take("import-result")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo the import").click()
        page.get_by_role("heading", name="Recent imports").wait_for()
        self._take("import-history")

    def _take(self, name: str) -> None:
        """A picture of the whole page, as far as it is not endless."""
        page = self._page
        settle(page)
        with _as_tall_as(page, page.get_by_test_id("stMainBlockContainer"), self._size):
            settle(page)
            self._save(name)

    def _save(self, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
        picture.save(self._folder / f"{name}.webp", quality=QUALITY, method=6)


@contextmanager
def _as_tall_as(page: Page, content: Locator, size: ViewportSize) -> Iterator[None]:
    height = int(content.evaluate("one => one.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, MAX_HEIGHT))})
    yield
    page.set_viewport_size(size)


if __name__ == "__main__":
    main(*sys.argv[1:])
