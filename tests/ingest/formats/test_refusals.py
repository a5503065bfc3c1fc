"""Files in which there is nothing to read, or too much in one place."""

from pathlib import Path

import pytest

from ingest import UnreadableFileError
from tests.ingest.formats.reading import read, read_text


@pytest.mark.parametrize("name", ["p.csv", "p.json", "p.jsonl", "p.yaml", "p.xlsx", "p.parquet", "p"])
def test_an_empty_file_is_told_as_empty(tmp_path: Path, name: str) -> None:
    for content in ("", " \n\t\n"):
        with pytest.raises(UnreadableFileError, match="is empty"):
            read_text(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", "[]"),
        ("p.json", "[[], {}, 5, null]"),
        ("p.yaml", "---\n---\n"),
        ("p.yaml", "just words\n"),
        ("p.csv", "a,b\n"),
    ],
)
def test_values_without_a_record_are_no_prompts(tmp_path: Path, name: str, content: str) -> None:
    assert read_text(tmp_path, name, content).prompts == []


def test_a_table_of_links_has_no_prompts(tmp_path: Path) -> None:
    outcome = read_text(tmp_path, "p.csv", "link,stars\nhttps://example.com/a,5\nhttps://example.com/b,7\n")
    assert outcome.faults == [(1, "has no prompt text"), (2, "has no prompt text")]


@pytest.mark.parametrize("name", ["p.csv", "p.jsonl"])
def test_a_line_without_end_is_refused(tmp_path: Path, name: str) -> None:
    start = '{"prompt": "' if name == "p.jsonl" else "title,prompt\n"
    (tmp_path / name).write_text(start + "x" * 9_000_000, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="a line of over 4 million characters"):
        read(tmp_path / name)
