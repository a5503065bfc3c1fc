"""Markdown files that are one prompt each: agents, instructions, skills, rules, commands, notes, plain texts."""

import unicodedata
from pathlib import Path

import pytest

from ingest.errors import UnreadableFileError
from tests.ingest.documents.reading import read, read_files, write


def test_copilots_files_are_told_by_their_names(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "a/mentor.agent.md": "---\nname: 'Mentor'\nmodel: GPT-5\ntools: ['a', 'b']\n---\nGuide.",
            "b/go.instructions.md": "---\napplyTo: '**/*.go'\n---\n\n# Go rules\n\nFormat.",
            "c/plan.prompt.md": "Plan it for ${input:topic}.",
            "d/ask.chatmode.md": "---\ndescription: D\n---\nAnswer only.",
        },
    )
    assert found.formats == {"copilot": 4}
    assert [(prompt.key, prompt.title) for prompt in found.prompts] == [
        ("a/mentor.agent", "Mentor"),
        ("b/go.instructions", "Go rules"),
        ("c/plan.prompt", "plan"),
        ("d/ask.chatmode", "ask"),
    ]
    assert found.prompts[0].details == {"model": "GPT-5", "tools": ["a", "b"]}
    assert found.prompts[1].details == {"applyTo": "**/*.go"}


def test_a_skill_is_its_folder(tmp_path: Path) -> None:
    text = "---\nname: pdf-filler\nlicense: MIT\nmetadata:\n  author: Kim Lee\n  version: '1.0'\n---\nFill forms."
    found = read_files(tmp_path, {"skills/pdf/SKILL.md": text, "skills/bare/SKILL.md": "Do it.", "x/notes.txt": "text"})
    bare, filler = found.prompts
    assert (bare.key, bare.title) == ("skills/bare", "bare")
    assert (filler.key, filler.title, filler.contributors, filler.licence) == (
        *("skills/pdf", "pdf-filler"),
        *(("Kim Lee",), "MIT"),
    )
    assert filler.details == {"metadata": {"author": "Kim Lee", "version": "1.0"}}


def test_a_cursor_rule_needs_no_valid_yaml(tmp_path: Path) -> None:
    found = read_files(
        tmp_path, {"rules/go.mdc": "---\ndescription: D: e\nglobs: **/*\n---\nRules.", "old/.cursorrules": "Be brief."}
    )
    old, rule = found.prompts
    assert (old.title, old.prompt_text) == ("old", "Be brief.")
    assert (rule.key, rule.title, rule.description, rule.details) == ("rules/go", "go", "D: e", {"globs": "**/*"})


def test_the_tags_in_a_notes_text_are_tags_but_not_those_in_code(tmp_path: Path) -> None:
    text = (
        "---\naliases: [other]\ntags: [ai]\n---\n# Title here\nText #writing/essay, #한글 and `#code` #123 a#b\n"
        "```\n#include\n```\nsee [x](#anchor)"
    )
    prompt = read_files(tmp_path, {"vault/My note.md": text}).only
    assert (prompt.title, prompt.tags) == ("Title here", ("ai", "writing/essay", "한글"))
    assert prompt.details == {"aliases": ["other"]}


def test_an_exports_text_gives_no_tags(tmp_path: Path) -> None:
    found = read_files(tmp_path, {"1-a.md": "---\npromptory_id: '1'\ntags: [ai]\n---\nText #not-a-tag"})
    assert found.only.tags == ("ai",)


def test_a_claude_command_needs_no_frontmatter(tmp_path: Path) -> None:
    prompt = read_files(tmp_path, {".claude/commands/review.md": "Review $ARGUMENTS."}).only
    assert (prompt.key, prompt.title, prompt.prompt_text) == (".claude/commands/review", "review", "Review $ARGUMENTS.")


def test_a_plain_text_is_a_prompt_only_where_it_was_named(tmp_path: Path) -> None:
    markdown = write(tmp_path, "in/cat.md", "# Cat talk\n\nYou are a cat, and you purr.")
    text = write(tmp_path, "in/dog.txt", "You are a dog, and you bark.\nAlways.")
    assert (read(markdown).only.title, read(text).only.title) == ("Cat talk", "dog")
    assert read(text).only.prompt_text == "You are a dog, and you bark.\nAlways."
    found = read(tmp_path / "in")
    assert found.prompts == []
    assert set(found.passed_over) == {"cat.md", "dog.txt"}
    assert all("has no mark of a prompt" in reason for reason in found.passed_over.values())


def test_records_under_a_texts_name_are_records(tmp_path: Path) -> None:
    found = read_files(
        tmp_path, {"a.txt": "title,prompt\nx,one\ny,two\n", "b.txt": '{"prompt": "three"}\n{"prompt": "four"}\n'}
    )
    assert [prompt.prompt_text for prompt in found.prompts] == ["one", "two", "three", "four"]


def test_what_belongs_to_a_collection_without_being_a_prompt_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "README.md": "---\nlicense: mit\n---\n# All about it\n\n```\npip install x\n```",
            "README.ko-KR.md": "# 소개",
            "LICENSE": "MIT License",
            "docs/LICENSE-APACHE.txt": "Apache License",
            "CHANGELOG.md": "---\ntitle: c\n---\n## 1.0",
            "_SOURCE.txt": "repo: x\ncommit: y",
            "logo.svg": "<svg/>",
            "main.py": "prompt, title = 1, 2",
            "agents/license-engineer.md": "---\nname: l\n---\nYou know licences.",
            "agents/readme-generator.md": "---\nname: r\n---\nYou write READMEs.",
            "agents/history-teller.md": "---\nname: h\n---\nYou tell of the past.",
        },
    )
    assert [prompt.title for prompt in found.prompts] == ["h", "l", "r"]
    assert found.passed_over == {
        "CHANGELOG.md": "tells of the collection, and lists no prompts itself",
        "LICENSE": "is a licence",
        "README.ko-KR.md": "tells of the collection, and lists no prompts itself",
        "README.md": "tells of the collection, and lists no prompts itself",
        "_SOURCE.txt": "tells of the collection, and lists no prompts itself",
        "docs/LICENSE-APACHE.txt": "is a licence",
        "logo.svg": "is an image",
        "main.py": "is program code",
    }


def test_names_in_decomposed_letters_are_the_same_names(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "번역가")
    prompt = read_files(tmp_path, {f"{name}/system.md": "Übersetze."}).only
    assert (prompt.key, prompt.title) == ("번역가", "번역가")


def test_a_text_over_16_mb_is_refused_and_a_nul_rejected(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="over 16 MB"):
        read(write(tmp_path, "big.agent.md", "x " * (9 * 1024 * 1024)))
    late = write(tmp_path, "in/nul.agent.md", "x" * 100_000 + "\0")
    assert "NUL" in read(late.parent).rejected["nul.agent.md"]
