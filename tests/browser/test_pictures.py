"""Pictures as browsers show them: chosen by an author, on a page and on cards, on a phone and in the dark."""

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from schema.models import Tier, UserRole
from schema.pictures import picture_store, prepare
from schema.repository.people import ensure_account
from tests.browser.browser import settle, sign_in
from tests.support.library import Library
from tests.support.pictures import encoded

AUTHOR = ("author@example.com", "author-password")


def drawing(size: tuple[int, int] = (1200, 800)) -> bytes:
    """A photo of sorts: a bowl on a table."""
    image = Image.new("RGB", size, "#f2d7b0")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, height * 2 // 3, width, height), fill="#7a4f2a")
    draw.ellipse(
        (width // 4, height // 3, width * 3 // 4, height * 5 // 6), fill="#b5361c", outline="#3a1208", width=12
    )
    return encoded(image, "JPEG", quality=90)


def is_drawn(image: Locator) -> bool:
    """Whether a browser has fetched and decoded a picture."""
    return bool(image.evaluate("one => one.decode().then(() => one.naturalWidth > 0)"))


@pytest.fixture
def author(configured: Library) -> int:
    account = {"email": AUTHOR[0], "name": "Author", "password": AUTHOR[1]}
    ensure_account(configured.ingest, role=UserRole.USER, tier=Tier.PRO, **account)
    return int(configured.value("SELECT id FROM library.users WHERE email = :email", email=AUTHOR[0]))


def test_an_author_gives_a_prompt_a_picture_and_everybody_sees_it(
    page: Page, empty_address: str, configured: Library, author: int
) -> None:
    sign_in(page, empty_address, *AUTHOR)
    page.goto(f"{empty_address}/my-library?shelf=own&edit=new")
    settle(page)
    page.get_by_role("textbox", name="Title", exact=True).fill("Tomato soup")
    page.get_by_role("textbox", name="Text of the prompt", exact=True).fill("Paint a bowl of {{soup}} on a table.")
    page.locator("input[type=file]").set_input_files(
        {"name": "DSC_0001.JPG", "mimeType": "image/jpeg", "buffer": drawing()}
    )
    chosen = page.get_by_alt_text("The picture that will be kept")
    expect(chosen).to_be_visible()
    assert is_drawn(chosen)
    settle(page)
    # What was written before the picture was chosen stands there still.
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("Tomato soup")
    page.get_by_role("button", name="Save").click()
    shown = page.get_by_role("img", name="Tomato soup")
    expect(shown).to_be_visible()
    assert is_drawn(shown)
    page.context.clear_cookies()
    page.goto(empty_address)
    settle(page)
    assert is_drawn(page.locator("img.prompt-picture-small"))


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_picture_has_its_place_before_it_comes_and_moves_nothing_beside_it(
    browser: Browser, empty_address: str, configured: Library, light: str, width: int
) -> None:
    prepared = prepare(drawing())
    picture_store().put(prepared)
    titles = ("Paint a bowl of soup as a painter of the seventeenth century would have seen it", "Stew", "Bread")
    soup, *_others = (configured.add_prompt(title, access="PRO" if title == "Stew" else "FREE") for title in titles)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=light)  # type: ignore[arg-type]
    page = context.new_page()

    def height_of_cards() -> list[float]:
        page.goto(empty_address)
        settle(page)
        titles = page.locator("[data-testid=stMain] [data-testid=stPageLink-NavLink]")
        return [one.bounding_box()["height"] for one in titles.all()]  # type: ignore[index]

    before = height_of_cards()
    configured.do("UPDATE library.prompts SET image_key = :key WHERE id = :soup", key=prepared.key, soup=soup)
    after = height_of_cards()
    # The newest comes first: the one with the picture is the last of the three.
    assert after[:2] == before[:2]
    thumbnail = page.locator("img.prompt-picture-small")
    assert is_drawn(thumbnail)
    box = thumbnail.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] < 80
    assert box["x"] + box["width"] <= width

    page.route("**/pictures/**", lambda route: route.abort())
    page.goto(f"{empty_address}/prompt?id={soup}")
    settle(page)
    awaited = page.locator("img.prompt-picture-full").bounding_box()
    page.unroute("**/pictures/**")
    page.goto(f"{empty_address}/prompt?id={soup}")
    settle(page)
    assert is_drawn(page.locator("img.prompt-picture-full"))
    assert page.locator("img.prompt-picture-full").bounding_box() == awaited
