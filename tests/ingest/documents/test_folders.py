"""A folder that is a prompt: what its files say together."""

import json
import zipfile
from pathlib import Path

from tests.ingest.documents.reading import read, read_files, write


def test_fabrics_user_text_is_part_of_the_prompt_unless_it_is_blank(tmp_path: Path) -> None:
    found = read_files(
        tmp_path,
        {
            "patterns/sum_up/system.md": "# IDENTITY\n\nYou sum up.\n",
            "patterns/sum_up/user.md": "CONTENT:\n",
            "patterns/sum_up/README.md": "# How to",
            "patterns/rate/system.md": "You rate.\n",
            "patterns/rate/user.md": " \n",
            "scripts/pattern_descriptions/pattern_descriptions.json": json.dumps(
                {"patterns": [{"patternName": "sum_up", "description": "Sums up.", "tags": ["SHORT", "TEXT"]}]}
            ),
        },
    )
    rate, sum_up = found.prompts
    assert (rate.key, rate.title, rate.prompt_text) == ("patterns/rate", "rate", "You rate.\n")
    assert sum_up.prompt_text == "system:\n# IDENTITY\n\nYou sum up.\n\nuser:\nCONTENT:"
    assert (sum_up.description, sum_up.tags) == ("Sums up.", ("short", "text"))
    assert found.passed_over == {
        "patterns/rate/user.md": "belongs to the system.md beside it",
        "patterns/sum_up/README.md": "tells of the collection, and lists no prompts itself",
        "patterns/sum_up/user.md": "belongs to the system.md beside it",
        "scripts/pattern_descriptions/pattern_descriptions.json": "describes prompts, which are files of their own",
    }


def test_semantic_kernels_configuration_describes_its_prompt(tmp_path: Path) -> None:
    config = {
        "schema": 1,
        "description": "Tells a joke",
        "execution_settings": {"default": {"model_id": "gpt-4o", "temperature": 0.9}},
        "input_variables": [{"name": "style", "description": "how", "default": "dry"}, {"name": "input"}],
    }
    old = {"input": {"parameters": [{"name": "city", "defaultValue": "Seoul"}]}}
    found = read_files(
        tmp_path,
        {
            "Fun/Joke/skprompt.txt": "A {{$style}} joke, about {{$input}}.",
            "Fun/Joke/config.json": json.dumps(config),
            "Fun/Trip/skprompt.txt": "Go to {{$city}}.",
            "Fun/Trip/config.json": json.dumps(old),
            "Fun/Bare/skprompt.txt": "No configuration.",
            "Fun/Torn/skprompt.txt": "Its configuration is torn.",
            "Fun/Torn/config.json": "{",
        },
    )
    assert found.formats == {"semantic kernel": 4}
    bare, joke, torn, trip = found.prompts
    assert (joke.key, joke.title, joke.description) == ("Fun/Joke", "Joke", "Tells a joke")
    assert joke.variables == [
        {"name": "style", "syntax": "{{}}", "default": "dry"},
        {"name": "input", "syntax": "{{}}"},
    ]
    assert (joke.details["model"], joke.details["plugin"]) == ("gpt-4o", "Fun")
    assert joke.details["input_variables"] == config["input_variables"]
    assert trip.variables == [{"name": "city", "syntax": "{{}}", "default": "Seoul"}]
    assert (bare.title, bare.details) == ("Bare", {"plugin": "Fun"})
    assert torn.details["not read"].startswith("config.json: ")


def test_metadata_beside_a_prompt_is_its_own(tmp_path: Path) -> None:
    metadata = (
        "title: Branch Namer\ndescription: >-\n  Names a\n  branch.\ntags:\n  - git\n  - naming\ncontent_hash: abc\n"
        "fragments:\n  - name: safety\n    variable: '{{SAFETY}}'\n"
        "variables:\n  - name: '{{TICKET}}'\n    role: the number\n    default: T-1\n"
    )
    found = read_files(
        tmp_path,
        {
            "prompts/branch/prompt.md": "Name it after {{TICKET}} with {{SAFETY}}.\n",
            "prompts/branch/metadata.yml": metadata,
            "prompts/plain/prompt.md": "Nothing beside.",
            "prompts/json/prompt.md": "JSON beside.",
            "prompts/json/metadata.json": '{"title": "J", "tags": ["a"]}',
            "fragments/safety.md": "# Safety\n\nBe safe.",
        },
    )
    branch, by_json, plain = found.prompts
    assert (branch.key, branch.title, branch.description) == ("prompts/branch", "Branch Namer", "Names a branch.")
    assert (branch.tags, branch.details["content_hash"]) == (("git", "naming"), "abc")
    assert branch.variables[0] == {"name": "TICKET", "syntax": "{{}}", "default": "T-1"}
    assert branch.details["declared variables"] == [{"name": "{{TICKET}}", "role": "the number", "default": "T-1"}]
    assert branch.details["fragments"] == [{"name": "safety", "variable": "{{SAFETY}}"}]
    assert (by_json.title, by_json.tags, plain.title) == ("J", ("a",), "plain")
    assert set(found.passed_over) == {
        "fragments/safety.md",
        "prompts/branch/metadata.yml",
        "prompts/json/metadata.json",
    }


def test_folders_in_an_archive_are_read_alike(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("f-main/patterns/rate/system.md", "You rate.")
        archive.writestr("f-main/patterns/rate/user.md", "INPUT:")
    prompt = read(tmp_path / "f.zip").only
    assert (prompt.key, prompt.prompt_text) == ("patterns/rate", "system:\nYou rate.\n\nuser:\nINPUT:")


def test_a_prompt_named_by_itself_is_called_by_its_folder(tmp_path: Path) -> None:
    prompt = read(write(tmp_path, "rate/system.md", "You rate.")).only
    assert (prompt.key, prompt.title) == ("rate", "rate")
