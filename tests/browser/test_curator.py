"""What a curator does: imports, names columns, corrects what was rejected, takes it back; in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import samples
from tests.browser.browser import CURATOR, drop, settle, sign_in
from tests.support.library import Library

WORDS = {
    "en": {
        "columns": "Columns",
        "title": "Title",
        "rejected": "Rejected records",
        "correct": "Import 2 corrected records",
        "corrected": "2 corrected records imported",
        "back": "All imports",
        "undo": "Undo",
        "undo_it": "Undo the import",
        "undone": "is undone: 2 prompts removed",
    },
    "ko": {
        "columns": "열",
        "title": "제목",
        "rejected": "거부된 레코드",
        "correct": "고친 레코드 2개 가져오기",
        "corrected": "고친 레코드 2개를 가져왔습니다",
        "back": "모든 가져오기",
        "undo": "되돌리기",
        "undo_it": "가져오기 되돌리기",
        "undone": "프롬프트 2개를 지웠습니다",
    },
}
TITLES = "SELECT title FROM library.prompts WHERE archived_at IS NULL ORDER BY title"


@pytest.mark.parametrize("code", ["en", "ko"])
def test_a_curator_imports_a_table_corrects_two_of_its_rows_and_takes_those_back(
    page: Page, empty_address: str, configured: Library, code: str
) -> None:
    words = WORDS[code]
    sign_in(page, empty_address, *CURATOR)
    page.goto(f"{empty_address}/import?lang={code}")
    drop(page, ("팀 프롬프트.csv", samples.table()), columns=words["columns"])
    page.get_by_label(words["title"], exact=True).first.fill("Headline")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_role("heading", name=words["rejected"])).to_be_visible()
    imported = {title for (title,) in configured.rows(TITLES)}
    assert {"Packing list", "読書メモ"} < imported
    assert not {"빈 프롬프트", "Unfinished"} & imported

    _fill_down(page, ["빈칸을 채우는 질문을 하나씩 해 주세요.", "Finish {{draft}} in the voice it began in."])
    page.get_by_role("button", name=words["correct"]).click()
    expect(page.get_by_text(words["corrected"])).to_be_visible()
    assert {title for (title,) in configured.rows(TITLES)} - imported == {"빈 프롬프트", "Unfinished"}

    page.get_by_role("button", name=words["back"]).click()
    undo = page.get_by_role("button", name=words["undo"], exact=True)
    # The page of one import has such a button, too. In the list the newest stands first: the corrections.
    expect(undo).to_have_count(2)
    undo.first.click()
    page.get_by_role("button", name=words["undo_it"]).click()
    expect(page.get_by_text(re.compile(words["undone"]))).to_be_visible()
    assert {title for (title,) in configured.rows(TITLES)} == imported


def _fill_down(page: Page, texts: list[str]) -> None:
    """Write into the cells under `Body` of the table of rejected records."""
    for row, text in enumerate(texts):
        settle(page)
        grid = page.get_by_test_id("stDataFrame").last
        grid.scroll_into_view_if_needed()
        # The table is drawn on a canvas: its cells are places.
        grid.dblclick(position={"x": 700, "y": 52 + 35 * row})
        editor = page.locator("#portal textarea")
        editor.fill(text)
        editor.press("Enter")
        expect(editor).to_have_count(0)
    settle(page)


def test_a_curator_imports_an_archive_then_a_table_whose_columns_they_name_and_takes_that_back(
    page: Page, empty_address: str
) -> None:
    sign_in(page, empty_address, *CURATOR)
    page.get_by_role("link", name="Import").click()
    drop(page, ("agents.zip", samples.archive()))
    page.get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_text("2 files · 3 found, 3 inserted")).to_be_visible()
    page.get_by_role("button", name="All imports").click()
    expect(page.get_by_role("heading", name="Recent imports")).to_be_visible()
    drop(page, ("단어장.csv", "what,how\n인사,독자에게 인사말을 써 주세요\n".encode()))
    expect(page.get_by_text("No column was found to hold the prompts")).to_be_visible()
    for name, column in (("Prompt text", "how"), ("Title", "what")):
        page.get_by_label(name, exact=True).first.fill(column)
        page.keyboard.press("Enter")
    expect(page.get_by_text("No column was found to hold the prompts")).to_have_count(0)
    page.get_by_test_id("stBaseButton-primary").click()
    expect(page.get_by_text("1 file · 1 found, 1 inserted")).to_be_visible()
    page.get_by_role("link", name="Discover").click()
    expect(page.get_by_role("link", name="인사")).to_be_visible()
    page.get_by_role("link", name="Import").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("is undone: 1 prompt removed")).to_be_visible()
