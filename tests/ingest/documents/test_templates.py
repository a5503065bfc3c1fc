"""Prompty and dotprompt: what their frontmatter means, and templates that are none."""

from pathlib import Path

import pytest

from ingest.readers.documents.handlebars import fault_of, partials_of
from tests.ingest.documents.reading import read, read_files, write


def test_both_schemas_of_prompty_are_understood(tmp_path: Path) -> None:
    new = (
        "---\nname: teacher\nmetadata:\n  authors: [kim]\n  tags: [school]\nmodel:\n  id: gpt-4o\n  provider: openai\n"
        "  apiType: chat\n  connection:\n    apiKey: secret-1\n  options:\n    temperature: 0.5\n"
        "inputs:\n  - name: topic\n    kind: string\n    default: tides\n"
        "tools:\n  - name: search\n    connection:\n      apiKey: secret-2\n---\n"
        "system:\nYou teach.\n\nuser:\n{{topic}}\n"
    )
    old = (
        "---\nname: poet\nauthors:\n  - Lee\nmodel:\n  api: chat\n  configuration:\n    type: azure_openai\n"
        "    azure_deployment: <yours>\n    api_key: secret-3\n  parameters:\n    max_tokens: 30\n"
        "sample:\n  mood: calm\n---\n\nsystem:\nYou write {{mood}} poems.\n"
    )
    found = read_files(tmp_path, {"new.prompty": new, "old.prompty": old})
    teacher, poet = found.prompts
    assert (teacher.title, teacher.contributors, teacher.tags) == ("teacher", ("kim",), ("school",))
    assert teacher.prompt_text == "system:\nYou teach.\n\nuser:\n{{topic}}\n"
    assert teacher.variables == [{"name": "topic", "syntax": "{{}}", "default": "tides"}]
    assert teacher.details["model"] == "gpt-4o"
    assert teacher.details["options"] == {"temperature": 0.5}
    assert (poet.contributors, poet.details["options"]) == (("Lee",), {"max_tokens": 30})
    assert "model" not in poet.details
    assert poet.variables == [{"name": "mood", "syntax": "{{}}", "default": "calm"}]
    assert "secret" not in str(teacher.details) + str(poet.details)


def test_a_prompty_file_needs_neither_frontmatter_nor_a_name(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "bare.prompty": "You help.",
            "empty.prompty": "---\n---\nsystem:\nYou help too.",
            "short.prompty": "---\nmodel: gpt-4o\ninputs:\n  asked:\n    default: Why?\n---\nuser:\nAnswer {{asked}}",
            "draw.prompty": "---\nmodel:\n  apiType: image\n---\nA fox in {{style}}",
        },
    )
    assert [(prompt.title, prompt.agent_type) for prompt in found.prompts] == [
        *(("bare", "LLM"), ("draw", "IMAGE"), ("empty", "LLM"), ("short", "LLM")),
    ]
    assert found.prompts[2].prompt_text == "system:\nYou help too."
    assert found.prompts[3].variables == [{"name": "asked", "syntax": "{{}}", "default": "Why?"}]
    assert found.prompts[3].details["model"] == "gpt-4o"


def test_a_template_of_placeholders_alone_is_no_prompt(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "embedding.prompty": "---\nname: e\n---\n{{text}}",
            "image.prompty": "---\nname: i\n---\nuser:\n{{prompt}}\n",
            "loop.prompt": "{{#each items}}\n{{this}}\n{{/each}}",
            "blank.prompty": "---\nname: b\n---\n",
        },
    )
    assert found.prompts == []
    assert found.rejected == {
        "blank.prompty": "has no text after its frontmatter",
        "embedding.prompty": "has no text of its own, only placeholders",
        "image.prompty": "has no text of its own, only placeholders",
        "loop.prompt": "has no text of its own, only placeholders",
    }


def test_partials_and_variants_of_dotprompt(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "greet.prompt": "# SPDX-License-Identifier: MIT\n\n---\nmodel: m\ninput:\n  default:\n    name: Ann\n---\n"
            "{{>header}}Hello {{name}}! {{> footer year=1 }}{{>header}}",
            "greet.formal.prompt": "---\nmodel: n\n---\nGood day {{name}}.",
            "_header.prompt": "Be kind.",
        },
    )
    formal, greet = found.prompts
    assert (greet.key, greet.title, greet.licence) == ("greet", "greet", "MIT")
    assert greet.prompt_text == "{{>header}}Hello {{name}}! {{> footer year=1 }}{{>header}}"
    assert greet.details["partials"] == ["header", "footer"]
    assert greet.variables == [{"name": "name", "syntax": "{{}}", "default": "Ann"}]
    assert (formal.key, formal.title, formal.details["variant"]) == ("greet.formal", "greet", "formal")
    assert found.passed_over == {"_header.prompt": "is a partial, which other prompts include"}
    named = read(write(tmp_path, "_header.prompt", "Be kind."))
    assert named.rejected == {"_header.prompt": "is a partial, which other prompts include"}


def test_a_broken_template_is_rejected_with_its_line(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "open.prompt": "---\nmodel: m\n---\nHello\n{{#if vip}}\nWelcome",
            "close.prompt": "Hello {{name}}\n\n{{/if}}",
            "tag.prompt": "Hello {{name\nBye {{other}}",
            "yaml.prompt": "---\nmodel: m\ninput:\n  schema\n    name: string\n---\nHello, {{ name }}!",
        },
    )
    assert found.rejected == {
        "close.prompt": "closes 'if' in line 3 of its text, which is not what was opened before",
        "open.prompt": "opens 'if' in line 2 of its text and never closes it",
        "tag.prompt": "opens '{{' in line 1 of its text and never closes it",
    }
    assert (found.only.prompt_text, found.only.details["model"]) == ("Hello, {{ name }}!", "m")


@pytest.mark.parametrize(
    "template",
    [
        "plain } text }} {",
        "{{! a comment with {{> partial}} }} x",
        "{{!-- {{#if}} --}} x",
        '{{section "a"}}x{{/section}}',
        "{{#if a}}x{{else}}y{{/if}}{{^b}}z{{/b}}",
        "{{#> block}}x{{/block}}{{{raw}}}",
    ],
)
def test_a_template_that_hangs_together_has_no_fault(template: str) -> None:
    assert fault_of(template) is None


def test_partials_in_comments_are_not_included() -> None:
    assert partials_of("{{!-- {{> no}} --}}{{> a/b }}{{#> c}}x{{/c}}{{>a/b}}") == ["a/b", "c"]
