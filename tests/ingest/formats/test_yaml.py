"""YAML: the shapes of collections, and what hostile files try."""

from pathlib import Path

import pytest

from ingest import UnreadableFileError
from tests.ingest.formats.reading import read_text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.yaml", "- act: Cook\n  prompt: Soup.\n- act: Smith\n  prompt: Forge.\n"),
        (
            "below.yml",
            "authors:\n- name: Ann\nprompts:\n- {act: Cook, prompt: Soup.}\n- {act: Smith, prompt: Forge.}\n",
        ),
        ("names.yaml", "Cook:\n  prompt: Soup.\nSmith:\n  prompt: Forge.\n"),
        ("documents.yaml", "---\nact: Cook\nprompt: Soup.\n---\nact: Smith\nprompt: Forge.\n...\n---\n"),
        ("pairs.yaml", "en:\n  - [Cook, Soup.]\n  - [Smith, Forge.]\n"),
        ("without ending", "# a list\n- act: Cook\n  prompt: Soup.\n- act: Smith\n  prompt: Forge.\n"),
    ],
)
def test_yaml_of_any_make(tmp_path: Path, name: str, content: str) -> None:
    outcome = read_text(tmp_path, name, content)
    assert outcome.formats == ["yaml"]
    assert [(p.title, p.prompt_text) for p in outcome.prompts] == [("Cook", "Soup."), ("Smith", "Forge.")]


def test_a_single_record_is_called_by_its_file_and_words_stay_words(tmp_path: Path) -> None:
    content = """
        prompt: |
          Two lines,
            indented.
        answer: no
        at: 12:30
        day: 2026-03-31
        version: 1.10
        count: 3
        is_new: true
        nothing: ~
        long: 123456789012345678901234567890
    """
    (prompt,) = read_text(tmp_path, "soup.yaml", content).prompts
    assert (prompt.key, prompt.title, prompt.prompt_text) == ("soup", "soup", "Two lines,\n  indented.\n")
    assert prompt.details == {
        "answer": "no",
        "at": "12:30",
        "day": "2026-03-31",
        "version": 1.1,
        "count": 3,
        "is_new": True,
        "long": "123456789012345678901234567890",
    }


def test_github_models(tmp_path: Path) -> None:
    content = """
name: Capitals
description: Names capitals
model: maker/model-1
modelParameters: {temperature: 0.5}
messages:
  - role: system
    content: Answer in one word.
  - {role: user, content: "Capital of {{land}}?"}
testData:
  - land: France
evaluators:
  - {name: ends, string: {endsWith: "."}}
"""
    outcome = read_text(tmp_path, "capital.prompt.yml", content)
    assert outcome.formats == ["yaml: GitHub Models"]
    (prompt,) = outcome.prompts
    assert (prompt.key, prompt.title, prompt.description) == ("capital.prompt", "Capitals", "Names capitals")
    assert prompt.prompt_text == "system:\nAnswer in one word.\n\nuser:\nCapital of {{land}}?"
    assert prompt.details["testData"] == [{"land": "France"}]
    assert prompt.details["modelParameters"] == {"temperature": 0.5}
    assert prompt.details["model"] == "maker/model-1"


def test_promptsource_templates_are_kept_to_the_byte(tmp_path: Path) -> None:
    content = """
dataset: quiz
subset: easy
templates:
  1a: !Template
    answer_choices: Yes ||| No
    id: 1a
    jinja: "  {{text}} Is it so? ||| {{ answer_choices[label] }} "
    metadata: !TemplateMetadata
      choices_in_prompt: true
      languages: [en]
    name: is it
    reference: ''
  2b: !Template
    id: 2b
    jinja: "{{text}}"
    metadata: !TemplateMetadata {languages: [en, fr]}
    name: bare
"""
    outcome = read_text(tmp_path, "templates.yaml", content)
    assert outcome.formats == ["yaml: PromptSource"]
    first, second = outcome.prompts
    assert (first.key, first.title, first.language, first.tags) == ("1a", "is it", "en", ("quiz", "easy"))
    assert first.prompt_text == "  {{text}} Is it so? ||| {{ answer_choices[label] }} "
    assert first.details["parts"] == "input ||| target"
    assert first.details["answer_choices"] == "Yes ||| No"
    assert (second.language, second.details["parts"]) == (None, "input")


def test_tags_make_nothing_and_run_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    content = f"""
- act: !!python/object/apply:os.system ["touch {mark}"]
  prompt: !!python/name:os.system text
- act: !!python/object/new:subprocess.Popen [[touch, {mark}]]
  prompt: !!str 12
- !Prompt {{act: !Made c, prompt: !!binary aGk=}}
"""
    outcome = read_text(tmp_path, "p.yaml", content)
    assert [p.prompt_text for p in outcome.prompts] == ["text", "12", "aGk="]
    assert not mark.exists()


def test_aliases_and_merges_are_read_within_bounds(tmp_path: Path) -> None:
    content = """
base: &base {author: ann, tags: [x]}
prompts:
  - {<<: *base, act: a, prompt: one}
  - {<<: [*base], tags: [y], act: b, prompt: two}
"""
    first, second = read_text(tmp_path, "p.yaml", content).prompts
    assert (first.contributors, first.tags) == (("ann",), ("x",))
    assert (second.contributors, second.tags) == (("ann",), ("y",))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)),
            "grows beyond all bounds",
        ),
        ("a: &a " + "x" * 100_000 + "\nb: [" + "*a," * 1000 + "]\n", "grows beyond all bounds"),
        ("a: &a [*a]\n", "stands for nothing yet"),
        ("a: *b\n", "stands for nothing yet"),
        ("a: " + "[" * 3000, "levels deep"),
        ("prompt: a\n  b: c: d\n", "is not readable YAML at line 2"),
        ("prompt: a\x07b\n", "is not readable YAML"),
        ('prompt: "\\UFFFFFFFF"\n', "is not readable YAML"),
        ("%YAML 99.1\n---\nprompt: a\n", "is not readable YAML"),
    ],
)
def test_hostile_and_broken_yaml_is_refused_in_words(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(UnreadableFileError, match=sentence):
        read_text(tmp_path, "p.yaml", content)


def test_settings_are_no_prompts(tmp_path: Path) -> None:
    content = "name: build\non: [push]\njobs:\n  test:\n    steps:\n      - {run: make test, name: Test}\n"
    assert read_text(tmp_path, "build.yml", content).faults == [(1, "has no prompt text")]
