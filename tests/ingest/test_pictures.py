"""Pictures that come with a collection: taken from what was imported, never from elsewhere, and never in the way."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ingest import BatchResult, ImportOptions, import_prompts, s3_files, undo_import
from schema.pictures import PictureStoreError, Size, picture_store, prepare
from tests.conftest import forget_settings
from tests.support.files import write_json
from tests.support.library import Library
from tests.support.pictures import decoded, picture, with_place
from tests.support.s3 import s3_server

RED, BLUE = picture(), picture("JPEG", colour="blue")
RED_KEY, BLUE_KEY = prepare(RED).key, prepare(BLUE).key
WHAT_TO_DO = "import the folder or archive that they lie in"
KEYS = "SELECT title, image_key FROM library.prompts ORDER BY title"


def load(library: Library, *addresses: Path | str, **options: Any) -> BatchResult:
    return import_prompts(library.ingest, list(addresses), ImportOptions(**{"collection": "c"} | options))


def packed(path: Path, *members: tuple[str, bytes | str]) -> Path:
    contents = [(name, one.encode() if isinstance(one, str) else one) for name, one in members]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in contents:
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as tar:
            for name, content in contents:
                header = tarfile.TarInfo(name)
                header.size = len(content)
                tar.addfile(header, io.BytesIO(content))
    return path


def told(result: BatchResult) -> list[str]:
    return [f"{Path(one.label).name}: {one.reason}" for one in result.picture_faults]


TABLE = """title,prompt,cover
beside,text one,red.png
below the root,text two,pictures/blue.jpg
from the root,text three,/pictures/blue.jpg
windows,text four,..\\pictures\\blue.jpg
none,text five,
"""


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz"])
def test_an_archive_brings_the_pictures_that_its_records_name(configured: Library, tmp_path: Path, name: str) -> None:
    members = (("c/a/table.csv", TABLE), ("c/a/red.png", RED), ("c/pictures/blue.jpg", BLUE), ("c/x/unnamed.png", RED))
    result = load(configured, packed(tmp_path / name, *members))
    assert configured.rows(KEYS) == [
        ("below the root", BLUE_KEY),
        ("beside", RED_KEY),
        ("from the root", BLUE_KEY),
        ("none", None),
        ("windows", BLUE_KEY),
    ]
    assert picture_store().read(BLUE_KEY) == prepare(BLUE).full
    assert result.picture_faults == []
    assert [one.label.rpartition("/")[2] for one in result.passed_over] == ["unnamed.png"]
    details = "SELECT details FROM library.prompt_sources WHERE title = 'beside'"
    assert configured.value(details) == {"cover": "red.png"}, "the record's word stays"


def test_an_import_changes_what_changed_and_undo_takes_it_back(configured: Library, tmp_path: Path) -> None:
    def version(number: int, *members: tuple[str, bytes | str]) -> BatchResult:
        folder = tmp_path / str(number)
        folder.mkdir()
        return load(configured, packed(folder / "c.zip", *members))

    plain = '[{"id": 1, "title": "A", "prompt": "one"}, {"id": 2, "title": "B", "prompt": "two"}]'
    named = plain.replace('"one"', '"one", "image": "a.png"')
    first = version(1, ("c.json", plain))
    second = version(2, ("c.json", named), ("a.png", RED))
    assert (second.total("updated"), second.total("unchanged")) == (1, 1)
    assert configured.rows(KEYS) == [("A", RED_KEY), ("B", None)]
    again = version(3, ("c.json", named), ("a.png", RED))
    assert (again.total("updated"), again.total("unchanged")) == (0, 2)
    other = version(4, ("c.json", named), ("a.png", BLUE))
    assert (other.total("updated"), configured.rows(KEYS)) == (1, [("A", BLUE_KEY), ("B", None)])
    for result, expected in ((other, RED_KEY), (again, RED_KEY), (second, None)):
        assert result.batch_id is not None
        undo_import(configured.ingest, result.batch_id)
        assert configured.rows(KEYS) == [("A", expected), ("B", None)]
    assert first.batch_id is not None


def test_what_cannot_be_used_is_told_and_the_prompt_is_there_without_it(configured: Library, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(RED)
    folder = tmp_path / "c"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "cut.png").write_bytes(picture(size=(500, 500))[:-40])
    (folder / "drawing.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    names = [
        *("../outside.png", "../../c/../outside.png", str(tmp_path / "outside.png"), "in/link.png", "gone.png"),
        *("cut.png", "drawing.png", "cut.png", "https://example.com/a.png", "//example.com/a.png"),
        *("data:image/png;base64,AAAA", "a cosy kitchen at night", "", None, 7, ["x"], {"url": "a.png"}),
    ]
    write_json(folder / "c.json", [{"prompt": f"text {n}", "preview": name} for n, name in enumerate(names)])
    result = load(configured, folder)
    assert result.total("inserted") == len(names)
    assert configured.value("SELECT count(image_key) FROM library.prompts") == 0
    assert told(result) == [
        "cut.png: This picture is damaged or cut off; save it anew, or fetch it again.",
        "drawing.png: This is an SVG drawing, which can hold programs; save it as PNG.",
        "c.json: names pictures that did not come with it (5; the first is '../outside.png'); " + WHAT_TO_DO,
        "c.json: names pictures by addresses (3), which are not fetched",
    ]
    kept = configured.value("SELECT picture_faults FROM library.import_batches")
    assert [one["reason"] for one in kept] == [one.reason for one in result.picture_faults]


def test_a_file_that_is_imported_alone_brings_nothing_that_lies_beside_it(configured: Library, tmp_path: Path) -> None:
    (tmp_path / "private.png").write_bytes(RED)
    result = load(configured, write_json(tmp_path / "c.json", [{"title": "A", "prompt": "x", "image": "private.png"}]))
    assert configured.rows(KEYS) == [("A", None)]
    assert "did not come with it" in told(result)[0]


def test_an_archive_that_climbs_out_brings_nothing(configured: Library, tmp_path: Path) -> None:
    record = '[{"title": "A", "prompt": "x", "image": "../evil.png"}]'
    result = load(configured, packed(tmp_path / "c.zip", ("in/c.json", record), ("in/../../evil.png", RED)))
    assert configured.rows(KEYS) == [("A", None)]
    assert "did not come with it" in told(result)[0]


def test_a_trial_keeps_no_picture_and_tells_the_same(configured: Library, tmp_path: Path) -> None:
    records = '[{"prompt": "x", "image": "a.png"}, {"prompt": "y", "image": "b.png"}]'
    path = packed(tmp_path / "c.zip", ("c.json", records), ("a.png", RED), ("b.png", b"none"))
    assert told(load(configured, path, is_trial=True)) == [
        "b.png: This is no PNG, JPEG, WebP or GIF picture; save it as one of these."
    ]
    assert picture_store().read(RED_KEY) is None


def test_documents_name_pictures_too(configured: Library, tmp_path: Path) -> None:
    head = "---\nname: Critic\ndescription: d\nimage: ../assets/critic.jpg\n---\nSay what is weak in {{text}}.\n"
    load(configured, packed(tmp_path / "c.zip", ("agents/critic.agent.md", head), ("assets/critic.jpg", with_place())))
    ((_, key),) = configured.rows(KEYS)
    full = picture_store().read(key)
    assert full is not None
    assert decoded(full).size == (200, 400)


def test_a_column_may_be_mapped(configured: Library, tmp_path: Path) -> None:
    path = packed(tmp_path / "c.zip", ("c.json", '[{"title": "A", "prompt": "x", "Bild": "a.png"}]'), ("a.png", RED))
    load(configured, path, mapping={"image": "Bild"})
    assert configured.rows(KEYS) == [("A", RED_KEY)]


def test_pictures_come_from_s3_and_go_to_s3(
    configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server(monkeypatch) as bucket:
        monkeypatch.setenv("PROMPTORY_IMAGES", f"{bucket}/images")
        forget_settings()
        s3_files().pipe_file(f"{bucket}/in/deep/c.json", b'[{"title": "A", "prompt": "x", "image": "../a.png"}]')
        s3_files().pipe_file(f"{bucket}/in/a.png", RED)
        s3_files().pipe_file(f"{bucket}/a.png", BLUE)
        load(configured, f"{bucket}/in")
        assert configured.rows(KEYS) == [("A", RED_KEY)]
        assert picture_store().read(RED_KEY) == prepare(RED).full
        assert picture_store().address(RED_KEY, Size.SMALL)


def test_a_store_that_is_away_lets_nothing_be_imported(
    configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROMPTORY_IMAGES", str(tmp_path / "file"))
    forget_settings()
    path = packed(tmp_path / "c.zip", ("c.json", '[{"prompt": "x", "image": "a.png"}]'), ("a.png", RED))
    with pytest.raises(PictureStoreError, match="PROMPTORY_IMAGES"):
        load(configured, path)
    assert configured.value("SELECT count(*) FROM library.prompts") == 0
    assert "PROMPTORY_IMAGES" in configured.value("SELECT failure FROM library.import_batches")


def test_names_of_pictures_are_no_fields_where_prompts_stand_under_names(configured: Library, tmp_path: Path) -> None:
    prompts = {
        "image": {"Cat": "Draw a cat that sits on a window sill in the rain."},
        "cover": ["Write a cover letter to {{company}} in my words."],
    }
    load(configured, write_json(tmp_path / "c.json", prompts))
    assert configured.value("SELECT count(*) FROM library.prompts") == 2
    (tmp_path / "d.csv").write_text(f"image,Draw a dog that runs along a beach. {'x' * 100}\ncode,Fix it.\n")
    load(configured, tmp_path / "d.csv", collection="d")
    assert configured.value("SELECT count(*) FROM library.prompts") == 4
