"""Whatever bytes a document holds: rows or an UnreadableFileError come out of the readers, and soon."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import UnreadableFileError
from ingest.readers.documents import DOCUMENT_READERS
from ingest.sources import SourceFile, open_sources

NAMES = (
    *("a.md", "a.agent.md", "SKILL.md", "a.mdc", "a.prompty", "a.prompt", "system.md", "skprompt.txt", "prompt.md"),
    *("README_ko.md", "a.txt"),
)
PIECES = st.sampled_from(
    [
        *("---\n", "---", "\n", "\r\n", "\r", "# t\n", "## Prompt\n", "### No. 1: x\n", "```\n", "~~~", "> ", "- a\n"),
        *(
            "name: x\n",
            "globs: **/*\n",
            "x: &a [*a]\n",
            "x: !!python/name:os.system\n",
            "x: |\n",
            "  y\n",
            "tags: [a\n",
        ),
        *(
            "{{",
            "}}",
            "{{#if a}}",
            "{{/if}}",
            "{{!--",
            "{{> p }}",
            "system:\n",
            "<details>",
            "<summary>a</summary>",
            "</details>",
        ),
        *(
            "| Prompt | b |\n",
            "|---|---|\n",
            "| words that make a prompt | d |\n",
            "![License: x](y)",
            "- **Author:** [a](b)\n",
        ),
        *("\0", "\ud55c글", "\ufeff", "\u2028", "?id=1", "#tag ", "## Tags\n", "words of a prompt in prose\n"),
    ]
)
CONTENT = st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), content=CONTENT, beside=CONTENT, is_named=st.booleans())
def test_nothing_but_rows_or_a_reason_comes_out(
    tmp_path: Path, name: str, content: bytes, beside: bytes, is_named: bool
) -> None:
    folder = tmp_path / "f"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / name).write_bytes(content)
    for companion in ("user.md", "config.json", "metadata.yml"):
        (folder / companion).write_bytes(beside)
    with suppress(UnreadableFileError), open_sources([folder / name if is_named else folder]) as sources:
        for file in sources.files:
            _read_in_every_way(file)


def _read_in_every_way(file: SourceFile) -> None:
    for reader in DOCUMENT_READERS:
        with suppress(UnreadableFileError):
            if reader.recognises(file):
                assert [row.number for row in reader.rows(file)][:1] in ([], [1])


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "## Prompt\n```\n",
            "### Prompt\n\n> x\n\n# a\n",
            "> ",
            "- ",
            "[",
            "<details><summary>",
            "| prompt | a |\n|---|---|\n",
        ),
        *("---\n", "\n", "{{", "{{#if a}}", "# ", "a:\n", "`", "#a ", "- **a:** b\n", "<img ", "?id=1"),
    ],
)
def test_no_text_takes_more_time_than_its_length(tmp_path: Path, piece: str) -> None:
    for name in ("a.md", "a.prompt", "b.md"):
        head = "---\nname: x\n---\n" if name == "b.md" else "# prompts\n"
        (tmp_path / name).write_text(head + piece * (200_000 // len(piece)), encoding="utf-8")
    began = time.monotonic()
    with open_sources([tmp_path]) as sources:
        for file in sources.files:
            for reader in DOCUMENT_READERS:
                if reader.recognises(file):
                    for _ in reader.rows(file):
                        pass
    assert time.monotonic() - began < 15
