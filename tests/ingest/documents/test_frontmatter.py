"""Frontmatter as people write it: valid YAML or not, hostile or not; the text after it stays as it is."""

import time
from pathlib import Path

import pytest

from ingest.readers.documents.frontmatter import Document, split
from tests.ingest.documents.reading import read, read_files, write


def test_valid_yaml_is_read_and_the_text_after_it_kept_to_the_byte() -> None:
    text = "---\nname: a\ntags: [x, 'y z']\nmore:\n  deep: 1\n---\n\n  # Body  \n---\nnot a fence\n\n"
    assert split(text) == Document(
        {"name": "a", "tags": ["x", "y z"], "more": {"deep": 1}}, "\n  # Body  \n---\nnot a fence\n\n"
    )


def test_what_is_no_yaml_is_read_entry_by_entry() -> None:
    block = (
        "description: Use when: a, b\nglobs: **/*.{ts,tsx}\nalwaysApply: false\nquoted: 'a: b'\n"
        "list:\n  - **/a\n  - b: c: d\nfolded: >\n  one\n  two\nitems: [a, b]\n"
    )
    document = split(f"---\n{block}---\nbody")
    assert document is not None
    assert document.fields == {
        "description": "Use when: a, b",
        "globs": "**/*.{ts,tsx}",
        "alwaysApply": False,
        "quoted": "a: b",
        "list": ["**/a", "b: c: d"],
        "folded": "one two\n",
        "items": ["a", "b"],
    }


def test_words_stay_words() -> None:
    document = split("---\ntitle: no\nat: 12:30\nday: 2024-01-31\nnumber: 007\n---\nx")
    assert document is not None
    assert document.fields == {"title": "no", "at": "12:30", "day": "2024-01-31", "number": "007"}


@pytest.mark.parametrize(
    "text", ["no frontmatter", "---\n\nA rule above prose.\n\n---\nmore", "--- x\na: b\n---\n", "---\nnever: closed\n"]
)
def test_a_text_without_frontmatter_has_none(text: str) -> None:
    assert split(text) is None


def test_no_tag_makes_an_object_and_no_alias_a_bomb(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    began = time.monotonic()
    prompts = read_files(
        tmp_path / "in",
        {
            "tag.md": f'---\ntitle: t\nx: !!python/object/apply:os.system ["touch {proof}"]\n---\nbody of tag',
            "bomb.md": f"---\ntitle: b\n{bomb}---\nbody of bomb",
            "loop.md": "---\ntitle: l\nx: &x [*x]\n---\nbody of loop",
            "deep.md": f"---\ntitle: d\nx: {'[' * 5000}\n---\nbody of deep",
        },
    ).prompts
    assert [prompt.prompt_text for prompt in prompts] == ["body of bomb", "body of deep", "body of loop", "body of tag"]
    assert [prompt.title for prompt in prompts] == ["b", "d", "l", "t"]
    assert len(str(prompts[0].details)) < 10_000
    assert not proof.exists()
    assert time.monotonic() - began < 5


def test_every_field_of_ours_is_read_from_frontmatter(tmp_path: Path) -> None:
    head = (
        "key: k\ntitle: T\ndescription: D\ntags: [b, a]\nauthor: [Kim]\ntype: IMAGE\nlanguage: ko\naccess: PRO\n"
        'negative_prompt: blur\nlicence: MIT\nmodel: m\npopularity: 3\ntranslation_key: tk\nvariables: \'{"v": "1"}\'\n'
    )
    prompt = read(write(tmp_path, "p.md", f"---\n{head}---\n\nbody ${{v}} #hash\n")).only
    assert prompt.prompt_text == "\nbody ${v} #hash\n"
    assert (prompt.key, prompt.title, prompt.description, prompt.tags) == ("k", "T", "D", ("b", "a"))
    assert (prompt.contributors, prompt.agent_type, prompt.language, prompt.access) == (("Kim",), "IMAGE", "ko", "PRO")
    assert (prompt.negative_prompt, prompt.licence, prompt.translation_key) == ("blur", "MIT", "tk")
    assert prompt.details == {"type": "IMAGE", "model": "m", "popularity": 3}
    assert prompt.variables == [{"name": "v", "syntax": "${}", "default": "1"}]


def test_a_field_called_prompt_does_not_hide_the_text(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "both.md": "---\nprompt: short\ncontent: other\n---\nthe text",
            "head.md": "---\nprompt: only here\n---\n \n",
            "none.md": "---\ntitle: t\n---\n\n",
        },
    )
    assert [prompt.prompt_text for prompt in found.prompts] == ["the text", "only here"]
    assert found.prompts[0].details == {"prompt in frontmatter": "short", "content": "other"}
    assert found.rejected == {"none.md": "has no text after its frontmatter"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nline one\r\nline two")
    prompt = read(path).only
    assert (prompt.title, prompt.prompt_text) == ("T", "line one\nline two")


def test_frontmatter_longer_than_the_sample_is_still_found(tmp_path: Path) -> None:
    found = read_files(tmp_path, {"p.md": f"---\ntitle: T\ndescription: {'d ' * 50_000}\n---\nbody"})
    assert (found.only.title, found.only.prompt_text) == ("T", "body")
