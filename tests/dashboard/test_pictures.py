"""Pictures in the dashboard: served to whoever has a link that has not ended, chosen by authors, shown on pages."""

import re
import urllib.error
import urllib.request
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from schema.models import Tier, UserRole
from schema.pictures import FolderStore, Picture, Size, picture_store, prepare
from schema.repository.people import ensure_account
from tests.conftest import forget_settings
from tests.dashboard.driver import button_named, open_app, page_of, settled, signed_in
from tests.support.dashboard import served
from tests.support.library import Library
from tests.support.pictures import picture, with_place

RED, BLUE = picture(), with_place()


@pytest.fixture
def ann(configured: Library) -> int:
    account = {"email": "ann@example.com", "name": "Ann", "password": "ann-password"}
    ensure_account(configured.ingest, role=UserRole.USER, tier=Tier.FREE, **account)
    return int(configured.value("SELECT id FROM library.users"))


def kept(library: Library, prompt: int, content: bytes = RED) -> Picture:
    """A picture that is in the store, of a prompt."""
    prepared = prepare(content)
    picture_store().put(prepared)
    library.do("UPDATE library.prompts SET image_key = :key WHERE id = :prompt", key=prepared.key, prompt=prompt)
    return prepared


def images(app: AppTest) -> list[tuple[str, str]]:
    """Address and description of each picture on a page."""
    pieces = [str(one.proto.body) for one in app.get("html")]
    found = re.findall(r'<img [^>]*src="([^"]*)" alt="([^"]*)"', "\n".join(pieces))
    return [(unescape(address), unescape(description)) for address, description in found]


def form(**query: str) -> AppTest:
    app = signed_in("ann@example.com", "ann-password")
    app.query_params.update({"shelf": "own"} | query)
    return page_of(app, "my_library")


def fetched(address: str) -> Any:
    return urllib.request.urlopen(address, timeout=30)


def test_the_dashboard_serves_pictures_by_links_of_its_own_only(configured: Library) -> None:
    prompt = configured.add_prompt("soup")
    prepared, store = kept(configured, prompt), picture_store()
    assert isinstance(store, FolderStore)
    path = store.path(prepared.key)
    assert path is not None
    (path.parent / "secret.txt").write_text("secret", encoding="utf-8")
    with served() as site:
        for size, content in ((Size.FULL, prepared.full), (Size.SMALL, prepared.small)):
            with fetched(f"{site.url}{store.address(prepared.key, size)}") as answer:
                assert answer.read() == content
                assert answer.headers["Content-Type"] == "image/webp"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
                assert answer.headers["Cache-Control"].startswith("private")
        address = str(store.address(prepared.key))
        query = address.partition("?")[2]
        other = f"{'0' * 64}.webp"
        for forged in (
            address.partition("?")[0],
            re.sub(r"until=\d+", "until=9999999999", address),
            re.sub(r"sign=.*", f"sign={'0' * 64}", address),
            address.replace(prepared.key, other),
            f"/pictures/secret.txt?{query}",
            f"/pictures/..%2F..%2Fsecret.txt?{query}",
        ):
            with pytest.raises(urllib.error.HTTPError) as refusal:
                fetched(site.url + forged)
            assert refusal.value.code in (400, 403, 404), forged
            assert b"secret" not in refusal.value.read()


def test_a_picture_stands_on_cards_and_on_its_page_and_where_there_is_none_nothing_does(configured: Library) -> None:
    title = 'Soup "of" <the> day'
    soup, stew = configured.add_prompt(title, access="PRO"), configured.add_prompt("stew")
    prepared = kept(configured, soup)
    ((address, description),) = images(open_app())
    assert address.startswith(f"/pictures/{prepared.key.removesuffix('.webp')}.small.webp?until=")
    assert description == "", "the title stands beside it"
    ((address, description),) = images(page_of(open_app(id=str(soup)), "prompt"))
    assert address.startswith(f"/pictures/{prepared.key}?until=")
    assert description == title, "a locked prompt's picture is as public as its title"
    assert images(page_of(open_app(id=str(stew)), "prompt")) == []


def test_a_store_that_is_away_leaves_a_page_as_it_is(configured: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    soup = configured.add_prompt("soup")
    kept(configured, soup)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PROMPTORY_IMAGES", "s3://nowhere/images")
    forget_settings()
    app = page_of(open_app(id=str(soup)), "prompt")
    assert app.title[0].value == "soup"
    assert images(app) == []


def test_an_author_chooses_changes_and_removes_a_picture(configured: Library, ann: int) -> None:
    app = form(edit="new")
    app.file_uploader[0].set_value(("holiday.jpg", BLUE, "image/jpeg"))
    settled(app)
    ((address, _description),) = images(app)
    assert address.startswith("data:image/webp;base64,")
    assert configured.value("SELECT count(*) FROM library.prompts") == 0
    app.text_input(key="title-new").set_value("Soup")
    app.text_area(key="text-new").set_value("Boil {{what}}.")
    button_named(app, "Save").click()
    settled(app)
    first = prepare(BLUE)
    ((address, description),) = images(app)
    assert address.startswith(f"/pictures/{first.key}")
    assert description == "Soup"
    assert picture_store().read(first.key) == first.full
    prompt, key = configured.rows("SELECT id, image_key FROM library.prompts")[0]
    assert key == first.key

    app = form(edit=str(prompt))
    app.file_uploader[0].set_value(("soup.png", RED, "image/png"))
    settled(app)
    button_named(app, "Save").click()
    settled(app)
    assert configured.value("SELECT image_key FROM library.prompts") == prepare(RED).key
    assert configured.value("SELECT count(*) FROM library.prompt_versions") == 0, "a version is of words"

    app = form(edit=str(prompt))
    button_named(app, "Remove the picture").click()
    assert images(settled(app)) == []
    assert configured.value("SELECT image_key FROM library.prompts") is not None, "until it is saved"
    button_named(app, "Save").click()
    settled(app)
    assert configured.value("SELECT image_key FROM library.prompts") is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<svg/>", "is an SVG drawing"), (RED[:-40], "damaged or cut off"), (b"%PDF-1.7", "no PNG, JPEG, WebP or GIF")],
    ids=["SVG", "cut off", "PDF"],
)
def test_what_is_no_picture_is_told_and_the_prompt_can_be_saved_without(
    configured: Library, ann: int, content: bytes, sentence: str
) -> None:
    app = form(edit="new")
    app.file_uploader[0].set_value(("picture.png", content, "image/png"))
    settled(app)
    assert sentence in app.error[0].value
    assert images(app) == []
    app.text_input(key="title-new").set_value("Soup")
    app.text_area(key="text-new").set_value("Boil.")
    button_named(app, "Save").click()
    settled(app)
    assert configured.rows("SELECT title, image_key FROM library.prompts") == [("Soup", None)]


def test_a_store_that_is_away_is_told_and_nothing_is_saved(
    configured: Library, ann: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROMPTORY_IMAGES", str(tmp_path / "file"))
    forget_settings()
    app = form(edit="new")
    app.file_uploader[0].set_value(("picture.png", RED, "image/png"))
    settled(app)
    app.text_input(key="title-new").set_value("Soup")
    app.text_area(key="text-new").set_value("Boil.")
    button_named(app, "Save").click()
    settled(app)
    assert "PROMPTORY\\_IMAGES" in app.error[0].value
    assert app.text_area(key="text-new").value == "Boil."
    assert configured.value("SELECT count(*) FROM library.prompts") == 0
