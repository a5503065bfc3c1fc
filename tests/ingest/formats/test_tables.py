"""Tables: CSV in its variants, spreadsheets, Parquet."""

import gzip
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import UnreadableFileError
from schema.models import AgentType
from tests.ingest.formats.reading import read, read_text
from tests.ingest.formats.workbooks import write_ods, write_xls, write_xlsx

LONG = "You are a cook, and tell me how to make the soup that I name to you."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comma.csv", "title,prompt\na,b\n"),
        ("mark.csv", "\ufefftitle,prompt\na,b\n"),
        ("blank.csv", "\n \n\ntitle,prompt\n\na,b\n"),
        ("semicolon.csv", "title;prompt\na;b\n"),
        ("declared.csv", "sep=;\ntitle;prompt\na;b\n"),
        ("quoted-sep.csv", '"sep=\t"\r\ntitle\tprompt\r\na\tb\r\n'),
        ("quoted.csv", '"title, or name";title;prompt\nx;a;b\n'),
        ("tab.tsv", "title\tprompt\r\na\tb\r\n"),
        ("bar", "title|prompt\na|b"),
        ("trailing.csv", "title,prompt\na,b,,\n"),
    ],
)
def test_csv_of_any_make(tmp_path: Path, name: str, content: str) -> None:
    outcome = read_text(tmp_path, name, content)
    assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("a", "b")]
    assert outcome.faults == []


def test_ragged_rows_are_rejected_where_the_prompt_is_in_doubt(tmp_path: Path) -> None:
    rows = ["category,title,prompt,note", "f,a,one,n", "f,b,two, with a comma,n", "f,c", "f,d,three", "f,e,four,n,"]
    outcome = read_text(tmp_path, "p.csv", "\n".join(rows))
    assert [p.title for p in outcome.prompts] == ["a", "d", "e"]
    assert outcome.faults == [
        (2, "has 1 cell more than the header; quote cells that hold the delimiter"),
        (3, "has 2 cells fewer than the header, and none for the prompt"),
    ]


def test_two_columns_of_texts_need_no_header(tmp_path: Path) -> None:
    outcome = read_text(tmp_path, "p.csv", f'Cook,"{LONG}"\nSmith,Forge.\n')
    assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("Cook", LONG), ("Smith", "Forge.")]


def test_prose_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="of no format"):
        read_text(tmp_path, "note.text", "Dear reader, hello\nthis is a text without a table in it\n")


def test_an_xlsx_is_read_below_its_title_from_each_sheet_with_prompts(tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "About": [["This workbook lists prompts"], ["made", (46112, "date")]],
        "Food": [
            ["My prompts"],
            [],
            ["Title", "Prompt", "", "Made"],
            ["Cook", "Soup.", 7, (46112, "date")],
            [],
            ["", "Stew."],
        ],
        "Iron": [["name", "text"], [2024, "Forge <it>."]],
    }
    outcome = read(write_xlsx(tmp_path / "p.xlsx", sheets))
    assert outcome.formats == ["xlsx"]
    assert [(p.title, p.prompt_text) for p in outcome.prompts] == [
        ("Cook", "Soup."),
        ("Stew.", "Stew."),
        ("2024", "Forge <it>."),
    ]
    assert outcome.prompts[0].details == {"column 3": "7", "Made": "2026-03-31", "sheet": "Food"}


def test_other_workbooks(tmp_path: Path) -> None:
    rows = [["제목", "프롬프트"], ["요리사", "수프를 끓여 줘"]]
    for file in (write_ods(tmp_path / "p.ods", {"표": rows}), write_xls(tmp_path / "p.xls", rows)):
        outcome = read(file)
        assert outcome.formats == [file.suffix[1:]]
        assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("요리사", "수프를 끓여 줘")]


def test_a_workbook_without_prompts_is_told_as_its_rows(tmp_path: Path) -> None:
    outcome = read(write_xlsx(tmp_path / "p.xlsx", {"S": [["link", "stars"], ["http://example.com", 5]]}))
    assert outcome.faults == [(1, "has no prompt text")]


def test_workbooks_that_span_a_whole_sheet_or_are_none_are_refused(tmp_path: Path) -> None:
    bomb = write_xlsx(tmp_path / "bomb.xlsx", {"S": [["prompt"]]})
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    _rewrite(bomb, "xl/worksheets/sheet1.xml", "<sheetData>", f"<sheetData>{corner}")
    with pytest.raises(UnreadableFileError, match="more memory or time"):
        read(bomb)
    cut = write_xlsx(tmp_path / "cut.xlsx", {"S": [["prompt"]]})
    cut.write_bytes(cut.read_bytes()[:-40])
    with pytest.raises(UnreadableFileError, match="is a damaged ZIP archive"):
        read(cut)
    ole = write_xls(tmp_path / "p.xls", [["prompt"], ["a"]])
    ole.write_bytes(ole.read_bytes()[:1300])
    with pytest.raises(UnreadableFileError, match="no spreadsheet that can be read"):
        read(ole)


def _rewrite(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_tables_in_an_archive_are_read_from_it(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "p.xlsx", {"S": [["title", "prompt"], ["a", "b"]]})
    pq.write_table(pa.table({"title": ["c"], "prompt": ["d"]}), tmp_path / "q.parquet")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "p.xlsx", "p.xlsx")
        archive.writestr("q.parquet.gz", gzip.compress((tmp_path / "q.parquet").read_bytes()))
    outcome = read(tmp_path / "all.zip")
    assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("a", "b"), ("c", "d")]
    assert outcome.formats == ["xlsx", "parquet"]


def test_parquet_values_become_jsons(tmp_path: Path) -> None:
    table = pa.table(
        {
            "image_name": ["a.png", "b.png"],
            "prompt": ["a cat", None],
            "seed": pa.array([1, 2], pa.uint64()),
            "cfg": [7.5, float("nan")],
            "sampler": ["k_lms", "ddim"],
            "timestamp": [datetime(2026, 3, 31, 9, 30, tzinfo=UTC), None],
            "day": [date(2026, 3, 31), None],
            "cost": pa.array([Decimal("1.50"), None]),
            "tags": [["x", "y"], []],
            "image": [b"\x00\x01", b"\x02"],
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    outcome = read(tmp_path / "p.parquet")
    assert outcome.formats == ["parquet: DiffusionDB"]
    (prompt,) = outcome.prompts
    assert (prompt.prompt_text, prompt.tags, prompt.agent_type) == ("a cat", ("x", "y"), AgentType.IMAGE)
    assert prompt.details == {
        "image_name": "a.png",
        "seed": 1,
        "cfg": 7.5,
        "sampler": "k_lms",
        "timestamp": "2026-03-31T09:30:00+00:00",
        "day": "2026-03-31",
        "cost": "1.50",
        "type": "image",
    }
    assert outcome.faults == [(2, "has no prompt text")]


def test_parquet_with_messages_and_many_rows_is_read_in_batches(tmp_path: Path) -> None:
    messages = [
        [{"role": "user", "content": f"question {n}"}, {"role": "assistant", "content": "yes"}] for n in range(600)
    ]
    pq.write_table(pa.table({"messages": messages}), tmp_path / "p.parquet", row_group_size=100)
    outcome = read(tmp_path / "p.parquet")
    assert [p.prompt_text for p in outcome.prompts] == [f"question {n}" for n in range(600)]


def test_damaged_parquet_says_so(tmp_path: Path) -> None:
    pq.write_table(pa.table({"prompt": ["text"] * 100}), tmp_path / "p.parquet")
    whole = (tmp_path / "p.parquet").read_bytes()
    for damaged in (whole[:-20], whole[:60] + bytes(40) + whole[100:], b"PAR1"):
        (tmp_path / "p.parquet").write_bytes(damaged)
        with pytest.raises(UnreadableFileError, match="is damaged Parquet"):
            read(tmp_path / "p.parquet")
