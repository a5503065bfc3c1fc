"""Texts of strangers are shown as they are, and run nowhere."""

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import plain
from dashboard.downloads import as_csv
from dashboard.imports.differences import side_by_side
from dashboard.imports.tray import safe_name
from tests.dashboard.driver import texts

CARD = """
from datetime import UTC, datetime
import streamlit as st
from dashboard.components import prompt_card
from schema.repository.cards import PromptCard

hostile = {hostile!r}

def page():
    prompt_card(PromptCard(
        id=1, title=hostile, description=hostile, prompt_text=hostile, agent_type=hostile, access=hostile,
        language=hostile, creator_name=hostile, created_at=datetime(2026, 1, 1, tzinfo=UTC), likes=3, tags=(hostile,),
    ), hostile)

st.navigation([st.Page(page), st.Page("app_pages/prompt.py")]).run()
"""


@pytest.mark.parametrize(
    "hostile",
    ["[l](javascript:1)", "![i](http://x/p)", "<b>b</b>", "`c`", "$x$", ":red[x]", "**b**", "a | b", "# h", "~~s~~"],
)
def test_no_part_of_a_card_lets_markdown_through(hostile: str, tmp_path: Path) -> None:
    (tmp_path / "app_pages").mkdir()
    (tmp_path / "app_pages" / "prompt.py").touch()
    script = tmp_path / "app.py"
    script.write_text(CARD.format(hostile=hostile), encoding="utf-8")
    app = AppTest.from_file(script).run()
    assert not app.exception
    shown = [*texts(app), *(link.label.strip("*") for link in app.page_link)]
    assert len(shown) == 6
    assert not any(re.search(rf"(?<!\\){re.escape(hostile)}", text) for text in shown)
    assert app.code[0].value == hostile


@pytest.mark.parametrize("character", "\\`*_{}[]()<>#+-.!|~$:^&")
def test_every_special_character_is_escaped(character: str) -> None:
    assert plain(f"{character}x").startswith(f"\\{character}")


@pytest.mark.parametrize(
    "text", [":smile:", "https://a.example", "www.a.example", "a@b.example", "a->b", "a<=b", "a--b"]
)
def test_what_streamlit_would_turn_into_a_link_or_a_sign_is_broken_up_unseen(text: str) -> None:
    unescaped = re.sub(r"\\(.)", r"\1", plain(text))
    assert unescaped != text
    assert unescaped.replace("\u2060", "") == text


def test_a_text_of_many_lines_is_one_line_of_limited_length() -> None:
    assert plain("a\n\n# b\tc") == "a \\# b c"
    assert plain("x" * 500, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    table = pd.DataFrame({"title": [f"{start}1+1", "plain"], "likes": [-5, 5], start: [None, "x"]})
    read = pd.read_csv(io.BytesIO(as_csv(table)), encoding="utf-8-sig", lineterminator="\n")
    assert as_csv(table).decode("utf-8-sig").count(f"'{start}") == 2
    assert read["likes"].tolist() == [-5, 5], "a number stays a number"
    assert read["title"][1] == "plain"


def test_csv_opens_in_excel_with_every_script() -> None:
    assert as_csv(pd.DataFrame({"제목": ["냉장고"]})) == b"\xef\xbb\xbf" + "제목\n냉장고\n".encode()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\prompts.csv", "prompts.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b\n.csv", "ab.csv"),
        ("프롬프트.csv", "프롬프트.csv"),
    ],
)
def test_an_uploads_name_never_leaves_its_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("긴" * 300 + ".jsonl").endswith("긴.jsonl")
    assert len(safe_name("긴" * 300 + ".jsonl").encode()) <= 200


def test_compared_texts_are_escaped_in_every_piece() -> None:
    for html in side_by_side("<b>same</b> <img src=x onerror=alert(1)>", "<b>same</b> <script>alert(2)</script>"):
        tags = re.findall(r"<(/?\w+)", html)
        assert set(tags) == {"div", "/div", "mark", "/mark"}
        assert "&lt;b&gt;same&lt;/b&gt;" in html
