"""Importing through the dashboard, from the files to their undoing; and pages of a library that is not built yet."""

import io
import json
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from schema.models import Tier, UserRole
from schema.pictures import prepare
from schema.repository.history import recent_batches
from schema.repository.people import ensure_account
from schema.repository.prompts import fetch_prompts
from schema.repository.sessions import authenticate
from tests.dashboard.driver import (
    button_named,
    clicked,
    dropped,
    edit,
    frame,
    page_of,
    settled,
    shown_text,
    signed_in,
)
from tests.support.library import Library
from tests.support.pictures import picture

COLLECTION = b"title,prompt,tags\n=1+1,A prompt that the dashboard's tests import,tests\nNo text,,tests\n"
MAPPED = (
    "Headline,Body,Notes\n첫 제목,회의록에서 할 일만 뽑아 주세요.,메모\nSecond,List the risks of {{plan}}.,\n".encode()
)
NEAR = (
    b"title,prompt\n"
    b"First,Summarise the minutes of this meeting in three sentences and list who does what by when.\n"
    b"Second,Summarise the minutes of this meeting in four sentences and list who does what by when.\n"
)


def make_curator(library: Library, role: UserRole = UserRole.ADMIN) -> None:
    account = {"email": "curator@example.com", "name": "Curator", "password": "curator-password"}
    ensure_account(library.ingest, role=role, tier=Tier.FREE, **account)


@pytest.fixture
def curator(configured: Library) -> AppTest:
    make_curator(configured)
    return signed_in("curator@example.com", "curator-password")


@pytest.fixture
def page(curator: AppTest) -> AppTest:
    return page_of(curator, "import_prompts")


def imported(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return clicked(dropped(page, *files), "Import")


def titles(library: Library) -> list[str]:
    return [
        title for (title,) in library.rows("SELECT title FROM library.prompts WHERE archived_at IS NULL ORDER BY 1")
    ]


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return packed.getvalue()


def test_a_curator_looks_at_a_file_and_imports_it(page: AppTest) -> None:
    dropped(page, ("dashboard tests.csv", COLLECTION))
    assert page.text_input[0].value == "dashboard tests"
    columns, faults = frame(page, "meaning"), frame(page, "row", "reason")
    assert list(frame(page, "prompt_text").title) == ["=1+1"]
    assert dict(zip(columns.column, columns.meaning, strict=True))["prompt"] == "Prompt text"
    assert faults[["row", "reason"]].values.tolist() == [[2, "has no prompt text"]]
    assert json.loads(faults.record[0])["title"] == "No text"
    clicked(page, "Import")
    result, refused = frame(page, "found"), frame(page, "record.title")
    assert result[["found", "inserted", "rejected"]].values.tolist() == [[2, 1, 1]]
    assert result.file.tolist() == ["dashboard tests.csv"]
    assert refused[["Row", "Reason", "record.title"]].values.tolist() == [[2, "has no prompt text", "No text"]]
    clicked(page, "All imports")
    assert "**dashboard tests**" in shown_text(page)
    assert "2 found, 1 inserted, 1 rejected" in shown_text(page)


def test_a_file_without_prompts_is_refused_before_the_import(page: AppTest) -> None:
    dropped(page, ("../../numbers.csv", b"a,b\n1,2\n"))
    assert "No column was found to hold the prompts" in page.warning[0].value
    assert dict(frame(page, "meaning").values.tolist()) == {"a": "kept as a detail", "b": "kept as a detail"}
    assert button_named(page, "Import").disabled
    dropped(page, ("good.csv", COLLECTION))
    assert button_named(page, "Import").disabled, "one file holds no prompt"
    clicked(page, "Remove")
    assert not button_named(page, "Import").disabled


def test_a_file_that_breaks_off_imports_nothing_and_the_history_says_why(page: AppTest, configured: Library) -> None:
    records = json.dumps([{"title": f"title {n}", "prompt": f"prompt {n} {'x' * 100}"} for n in range(1000)]).encode()
    imported(page, ("broken.json", records[:-40]))
    assert "broken\\.json" in page.error[0].value
    assert "/tmp" not in page.error[0].value
    assert page.text_input[0].value == "broken", "the files and the settings are still there"
    clicked(page, "Start over")
    assert "Failed" in shown_text(page)
    assert any("broken\\.json" in caption.value for caption in page.main.caption)
    with configured.viewer(None) as session:
        assert fetch_prompts(session) == []


def test_a_mapping_changes_the_preview_and_what_is_imported(page: AppTest, configured: Library) -> None:
    dropped(page, ("mapped.csv", MAPPED))
    assert frame(page, "prompt_text").title.tolist() != ["첫 제목", "Second"]
    page.selectbox(key="map-title-0").select("Headline")
    page.selectbox(key="map-description-0").select("Notes")
    settled(page)
    records, columns = frame(page, "prompt_text"), frame(page, "meaning")
    assert records[["title", "description"]].values.tolist() == [["첫 제목", "메모"], ["Second", ""]]
    assert columns.meaning.tolist() == ["Title", "Prompt text", "Description"]
    clicked(page, "Import")
    rows = configured.rows("SELECT title, description, prompt_text FROM library.prompts ORDER BY id")
    assert rows == [
        ("첫 제목", "메모", "회의록에서 할 일만 뽑아 주세요."),
        ("Second", None, "List the risks of {{plan}}."),
    ]


def test_collection_licence_access_and_tags_hold_for_every_record(page: AppTest, configured: Library) -> None:
    dropped(page, ("a.csv", COLLECTION))
    page.text_input[0].input("Team 팀")
    page.text_input[1].input("CC0-1.0")
    page.selectbox(key="access-0").select(Tier.PRO)
    page.multiselect(key="tags-0").set_value(["From Us"])
    settled(page)
    assert frame(page, "prompt_text").iloc[0][["tags", "licence"]].tolist() == ["tests, from-us", "CC0-1.0"]
    clicked(page, "Import")
    assert configured.rows(
        "SELECT c.name, s.licence, p.access FROM library.prompt_sources s "
        "JOIN library.prompts p ON p.id = s.prompt_id "
        "JOIN library.collections c ON c.id = s.collection_id"
    ) == [("Team 팀", "CC0-1.0", "PRO")]


def test_a_trial_tells_the_counts_and_touches_nothing(page: AppTest, configured: Library) -> None:
    clicked(dropped(page, ("a.csv", COLLECTION)), "What would happen")
    assert frame(page, "found")[["found", "inserted", "rejected"]].values.tolist() == [[2, 1, 1]]
    assert configured.value("SELECT count(*) FROM library.import_batches") == 0
    page.text_input[0].input("another")
    settled(page)
    assert not any("found" in table.value for table in page.dataframe), "it was of other settings"


def test_an_archive_is_opened_and_what_is_no_prompt_is_listed(page: AppTest, configured: Library) -> None:
    packed = archive(
        **{
            "prompts/표.csv": "제목,프롬프트\n하나,첫 번째 프롬프트\n".encode(),
            "prompts/one.json": b'[{"title": "two", "prompt": "The second prompt"}]',
            "LICENSE": b"MIT License",
        }
    )
    dropped(page, ("pack.zip", packed))
    assert page.selectbox(key="look-0-2").options == [
        "pack.zip/prompts/one.json · json",
        "pack.zip/prompts/표.csv · csv",
    ]
    assert frame(page, "file", "reason").file.tolist() == ["pack.zip/LICENSE"]
    clicked(page, "Import")
    assert titles(configured) == ["two", "하나"]
    assert frame(page, "file", "reason").file.tolist() == ["pack.zip/LICENSE"]


def test_pictures_come_along_and_those_that_cannot_be_used_are_listed(page: AppTest, configured: Library) -> None:
    table = b"title,prompt,cover\nA,one,red.png\nB,two,drawing.png\n"
    imported(page, ("with.zip", archive(**{"c.csv": table, "red.png": picture(), "drawing.png": b"<svg/>"})))
    assert configured.rows("SELECT title, image_key FROM library.prompts ORDER BY title") == [
        ("A", prepare(picture()).key),
        ("B", None),
    ]
    assert any(one.label == "1 note on pictures" for one in page.expander)
    ((label, reason),) = frame(page, "file", "reason").values.tolist()
    assert label.endswith("drawing.png")
    assert "is an SVG drawing" in reason


def test_two_files_of_one_name_are_imported_together(page: AppTest) -> None:
    imported(page, ("a.csv", COLLECTION), ("a.csv", b"prompt\nanother\n"))
    result = frame(page, "found")
    assert result.inserted.tolist() == [1, 1]
    assert result.file.tolist() == ["a.csv", "a (2).csv"]


def test_a_rejected_record_is_corrected_and_only_that_is_imported_again(page: AppTest, configured: Library) -> None:
    imported(page, ("a.csv", b"title,prompt\nA,The first prompt\nB,\nC,\n"))
    assert button_named(page, "Import corrected records").disabled
    edit(page, "corrections", 0, record_title=None, record_prompt="본문을 이제 썼습니다")
    clicked(page, "Import 1 corrected record")
    assert "1 corrected record imported" in page.success[0].value
    assert titles(configured) == ["A", "본문을 이제 썼습니다"]
    assert frame(page, "record.title")["record.title"].tolist() == ["C"]
    found = configured.rows("SELECT files #>> '{0,found}' FROM library.import_batches ORDER BY id")
    assert found == [("3",), ("1",)]


def test_a_correction_that_is_no_better_says_so_and_loses_nothing(page: AppTest) -> None:
    imported(page, ("a.csv", b"title,prompt\nA,The first prompt\nB,\n"))
    edit(page, "corrections", 0, **{"import": True})
    clicked(page, "Import 1 corrected record")
    assert "could hold a prompt" in page.error[0].value
    assert frame(page, "record.title")["record.title"].tolist() == ["B"]


def test_corrections_follow_the_mapping_of_their_import(page: AppTest, configured: Library) -> None:
    dropped(page, ("mapped.csv", b"Headline,Body\nA,The first prompt\nB,\n"))
    page.selectbox(key="map-title-0").select("Headline")
    settled(page)
    clicked(page, "Import")
    edit(page, "corrections", 0, record_Body="The second prompt")
    clicked(page, "Import 1 corrected record")
    assert titles(configured) == ["A", "B"]


def test_a_correction_from_the_history_takes_access_as_its_import_did(
    page: AppTest, configured: Library, curator: AppTest
) -> None:
    dropped(page, ("a.csv", b"title,prompt\nA,The first prompt\nB,\n"))
    page.selectbox(key="access-0").select(Tier.PRO)
    clicked(page, "Import")
    later = page_of(signed_in("curator@example.com", "curator-password"), "import_prompts")
    clicked(later, "Details")
    edit(later, "corrections", 0, record_prompt="The second prompt")
    clicked(later, "Import 1 corrected record")
    assert configured.rows("SELECT access FROM library.prompts ORDER BY id") == [("PRO",), ("PRO",)]


def compared(page: AppTest) -> list[str]:
    """The texts that stand beside each other."""
    return [str(html.value) for html in page.html if "<mark" in str(html.value)]


def test_near_duplicates_are_compared_word_by_word_and_merged(page: AppTest, configured: Library) -> None:
    imported(page, ("near.csv", NEAR))
    left, right = compared(page)
    assert ">three</mark>" in left
    assert ">four</mark>" in right
    clicked(page, "Keep only this one")
    assert "is merged into" in page.success[0].value
    assert not compared(page)
    assert titles(configured) == ["First"]
    duplicates = page_of(page, "duplicates")
    duplicates.segmented_control(key="decision").set_value("MERGED")
    settled(duplicates)
    clicked(duplicates, "Separate")
    assert titles(configured) == ["First", "Second"]


def test_near_duplicates_that_are_kept_are_asked_about_no_more(page: AppTest, configured: Library) -> None:
    imported(page, ("near.csv", NEAR))
    duplicates = page_of(page, "duplicates")
    clicked(duplicates, "Keep both")
    assert "No two prompts are nearly the same" in shown_text(duplicates)
    assert titles(configured) == ["First", "Second"]
    by = configured.rows(
        "SELECT decision, decided_by = (SELECT min(id) FROM library.users) FROM library.near_duplicates"
    )
    assert by == [("KEPT", True)]


def test_a_newer_version_lists_what_vanished_or_archives_it(page: AppTest, configured: Library) -> None:
    lines = [f"Title {n},The prompt of number {n} is about subject {n * n}\n" for n in range(1, 4)]
    imported(page, ("a.csv", ("title,prompt\n" + "".join(lines)).encode()))
    clicked(page, "All imports")
    dropped(page, ("a.csv", ("title,prompt\n" + "".join(lines[:2])).encode()))
    page.checkbox(key="prune-1").check()
    settled(page)
    clicked(page, "Import")
    assert "tick “Even if that is more than 20" in page.error[0].value.replace("\\", "")
    page.checkbox(key="force-1").check()
    settled(page)
    clicked(page, "Import")
    assert frame(page, "archived")[["title", "archived"]].values.tolist() == [["Title 3", True]]
    assert titles(configured) == ["Title 1", "Title 2"]


def test_an_import_is_undone_once_it_is_confirmed(page: AppTest, configured: Library) -> None:
    imported(page, ("a.csv", COLLECTION))
    clicked(page, "Undo")
    assert titles(configured) == ["=1+1"]
    clicked(page, "Undo the import")
    assert "is undone: 1 prompt removed" in page.success[0].value
    assert titles(configured) == []
    assert "Undone" in shown_text(page)
    assert not any(button.label == "Undo" for button in page.button)


def test_an_undo_that_would_take_likes_with_it_asks_for_more(page: AppTest, configured: Library) -> None:
    imported(page, ("a.csv", COLLECTION))
    reader = configured.add_user("reader@example.com")
    configured.like(reader, configured.value("SELECT id FROM library.prompts"))
    clicked(clicked(page, "Undo"), "Undo the import")
    assert "have 1 likes" in page.error[0].value
    assert "tick the box" in page.error[0].value
    next(box for box in page.checkbox if box.label.startswith("Even if people")).check()
    settled(page)
    clicked(page, "Undo the import")
    assert titles(configured) == []


def test_the_history_names_the_curator_and_is_hidden_from_visitors(page: AppTest, configured: Library) -> None:
    imported(page, ("a.csv", COLLECTION))
    with configured.viewer(None) as session:
        assert recent_batches(session) == []
        curator_id = authenticate(session, "curator@example.com", "curator-password")
    assert configured.rows("SELECT started_by FROM library.import_batches") == [(curator_id,)]


def test_what_one_curator_has_dropped_is_not_on_another_ones_desk(page: AppTest) -> None:
    dropped(page, ("secret.csv", COLLECTION))
    other = page_of(signed_in("curator@example.com", "curator-password"), "import_prompts")
    assert "secret" not in shown_text(other)
    settled(page_of(page, "discover"))
    assert "secret" in shown_text(page_of(page, "import_prompts")), "another page loses nothing"


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "zip"])
def test_an_export_is_imported_as_the_same_prompts(page: AppTest, configured: Library, kind: str) -> None:
    imported(page, ("a.csv", COLLECTION + '냉장고,"여러 줄의\n프롬프트","요리, 한식"\n'.encode()))
    export = page_of(page, "export")
    export.selectbox(key="export-format").select(kind)
    export.selectbox(key="export-collection").select("a")
    settled(export)
    clicked(export, "Write the file")
    assert export.download_button[0].label == "Download 2 prompts"
    made = export.session_state["export_made"]
    before = contents(configured)
    clicked(clicked(page_of(page, "import_prompts"), "Undo"), "Undo the import")
    assert contents(configured) == []
    imported(page, (f"export.{kind}", made.content))
    assert contents(configured) == before


def contents(library: Library) -> list[tuple[object, ...]]:
    return library.rows("""
        SELECT p.title, p.prompt_text, p.access, p.language, p.agent_type, array_agg(t.name ORDER BY t.name)
        FROM library.prompts p
        LEFT JOIN library.prompt_tags pt ON pt.prompt_id = p.id LEFT JOIN library.tags t ON t.id = pt.tag_id
        GROUP BY p.id ORDER BY p.title
    """)


def test_an_export_of_nothing_says_so(curator: AppTest) -> None:
    export = page_of(curator, "export")
    clicked(export, "Write the file")
    assert "No prompt is like this" in shown_text(export)
    assert not export.download_button


def test_a_fault_that_nobody_expects_is_not_kept_quiet(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("dashboard.imports.job.import_prompts", fail)
        dropped(page, ("a.csv", COLLECTION))
        button_named(page, "Import").click()
        page.run()
        assert page.exception
    assert "a\\.csv" in shown_text(settled(page)), "the files are still there"


def test_whoever_stops_being_a_curator_loses_the_page_they_are_on(curator: AppTest, configured: Library) -> None:
    app = page_of(curator, "import_prompts")
    assert app.title[0].value == "Import prompts"
    make_curator(configured, UserRole.USER)
    assert settled(app).title[0].value == "Discover"


def test_whoever_is_deleted_is_a_visitor(curator: AppTest, configured: Library) -> None:
    configured.do("DELETE FROM library.users")
    app = settled(page_of(curator, "discover"))
    assert not app.sidebar.button


@pytest.mark.parametrize("page_name", ["tags", "rankings", "subscriptions"])
def test_a_page_whose_marts_are_not_built_says_what_to_do(curator: AppTest, page_name: str) -> None:
    assert "promptory refresh" in page_of(curator, page_name).error[0].value.replace("\\", "")


def test_an_empty_library_says_where_prompts_come_from(curator: AppTest) -> None:
    hints = [hint.value for hint in page_of(curator, "discover").info]
    assert any("Recommendations appear" in hint for hint in hints)
    assert any("The library is empty" in hint for hint in hints)
