"""Pieces of the import page that need no page: the tray, the comparison of texts, records as cells."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.imports.cells import columns_of, corrected, is_changed
from dashboard.imports.differences import differences, side_by_side
from dashboard.imports.job import Job, outcome
from dashboard.imports.tray import Tray
from ingest import BatchResult, ImportOptions
from schema.errors import PromptoryError


@dataclass
class Upload:
    """As the browser sends it."""

    name: str
    content: bytes = b"x"

    def getbuffer(self) -> memoryview:
        """The content."""
        return memoryview(self.content)


def test_files_of_one_name_lie_side_by_side_and_go_with_their_tray() -> None:
    tray = Tray()
    tray.add([Upload("a.tar.gz", b"1"), Upload("folder/a.tar.gz", b"2"), Upload("a.tar.gz", b"3")])
    assert [path.name for path in tray.paths] == ["a.tar.gz", "a (2).tar.gz", "a (3).tar.gz"]
    assert [path.read_bytes() for path in tray.paths] == [b"1", b"2", b"3"]
    tray.remove(tray.paths[1])
    assert [path.name for path in tray.paths] == ["a.tar.gz", "a (3).tar.gz"]
    folder = tray.root
    del tray
    assert not folder.exists()


def marked(html: str) -> list[str]:
    return [unescape(text) for text in re.findall("<mark[^>]*>(.*?)</mark>", html, re.DOTALL)]


@pytest.mark.parametrize(
    ("one", "other", "only_one", "only_other"),
    [
        ("the same", "the same", [], []),
        ("read the red book now", "read the blue book now", ["red"], ["blue"]),
        ("질문 하나만 하세요", "질문은 하나만 하세요", ["질문"], ["질문은"]),
        ("今日は晴れです", "今日は雨です", ["晴れ"], ["雨"]),
        ("one", "one two", [], [" two"]),
        ("", "all new", [], ["all new"]),
    ],
)
def test_what_differs_is_marked_word_by_word(one: str, other: str, only_one: list[str], only_other: list[str]) -> None:
    left, right = side_by_side(one, other)
    assert (marked(left), marked(right)) == (only_one, only_other)


def test_the_pieces_of_a_comparison_make_the_texts_again() -> None:
    one, other = "a b\n\nc  d" * 50, "a x\nc  d!" * 50
    assert ["".join(text for text, _ in side) for side in differences(one, other)] == [one, other]


def test_very_long_texts_are_compared_at_once_but_for_what_they_share_at_both_ends() -> None:
    one = "start " + "a b " * 200_000 + "end"
    left, right = differences(one, "start " + "c d " * 200_000 + "end")
    assert [text for text, only in left if not only] == ["start ", " end"]
    assert [text for text, only in right if not only] == ["start ", " end"]


def test_of_long_texts_only_what_is_around_the_differences_is_shown() -> None:
    same = "The same sentence again and again. " * 40
    left, right = side_by_side(f"{same}one {same}", f"{same}two {same}", whole=False)
    assert (marked(left), marked(right)) == (["one"], ["two"])
    assert len(left) < 1000
    assert left.count("⋯") == 2
    assert len(side_by_side(f"{same}one {same}", f"{same}two {same}")[0]) > 2 * len(same)


def test_a_record_is_edited_as_text_and_keeps_what_was_not_touched() -> None:
    record = {"title": "t", "prompt": None, "tags": ["a", "b"], "weight": 3}
    untouched = {"title": "t", "prompt": "", "tags": '["a", "b"]', "weight": "3"}
    assert not is_changed(record, untouched)
    edited = untouched | {"prompt": "now", "tags": '["a"]', "weight": "many", "title": None}
    assert is_changed(record, edited)
    assert corrected(record, edited) == {"prompt": "now", "tags": ["a"], "weight": "many"}
    assert corrected(record, untouched) == record


def test_titles_and_prompts_come_first_and_are_never_missing() -> None:
    assert columns_of([{"tags": "x", "본문": ""}, {"제목": "y"}], {}) == ["제목", "본문", "tags"]
    assert columns_of([{"Headline": "x"}], {"title": "Headline"}) == ["Headline", "prompt"]


def test_a_typed_column_that_no_file_has_is_told() -> None:
    app = AppTest.from_string("""
        import streamlit as st
        from dashboard.imports.mapping import ask_mapping

        st.session_state.update({"map-title-0": "Head", "map-author-0": "Notes.author"})
        mapping = ask_mapping({"Headline": None, "Notes": None}, "0")
        assert mapping == {"title": "Head", "author": "Notes.author"}, mapping
    """).run()
    assert not app.exception, app.exception[0].message
    assert [warning.value for warning in app.warning] == ["No file has a column “Head” in its first records."]


def test_a_job_counts_the_records_of_all_files_once() -> None:
    def work(job: Job) -> BatchResult:
        for name, counts in (("a.csv", [1000, 2000, 2000]), ("SKILL.md", [1]), ("SKILL.md", [1]), ("b.csv", [1000])):
            for count in counts:
                job.read(name, count)
        return BatchResult(None, [])

    job = Job(work, ImportOptions(), files=8)
    assert job.done.wait(10)
    assert (job.found, job.share, job.file) == (3002, 0.5, "b.csv")
    assert isinstance(outcome(job), BatchResult)


def test_a_job_keeps_an_expected_fault_and_raises_any_other() -> None:
    def work(_job: Job) -> BatchResult:
        raise fault

    for fault in (PromptoryError("The file is empty."), ZeroDivisionError()):
        job = Job(work, ImportOptions(), files=1)
        assert job.done.wait(10)
        if isinstance(fault, PromptoryError):
            assert outcome(job) is fault
        else:
            with pytest.raises(ZeroDivisionError):
                outcome(job)
