"""The real collections of documents: how many prompts each holds, counted by hand or with find and grep."""

from pathlib import Path

import pytest

from ingest.fields import PromptRecord
from tests.ingest.documents.reading import Reading, read


@pytest.mark.parametrize(
    ("folder", "formats", "bodies"),
    [
        ("fabric", {"fabric": 255}, 253),
        ("semantic_kernel", {"semantic kernel": 51}, 51),
        ("thibaultyou_folder", {"prompt.md": 14}, 13),
        ("awesome_copilot", {"copilot": 41, "skill": 40}, 81),
        ("cursorrules", {"cursor rule": 64}, 64),
        ("voltagent", {"markdown": 158}, 158),
        ("open_prompt_kr", {"markdown sections": 11}, 11),
        ("mustvlad_md", {"markdown sections": 46}, 46),
    ],
)
def test_each_collection_is_read_whole(collections: Path, folder: str, formats: dict[str, int], bodies: int) -> None:
    found = read(collections / folder)
    assert found.formats == formats
    assert found.rejected == {}
    assert found.bodies == bodies
    keys = {prompt.key for prompt in found.prompts}
    assert len(keys) == sum(formats.values())


def test_fabrics_patterns_have_their_descriptions_and_tags(collections: Path) -> None:
    found = read(collections / "fabric")
    assert sum(prompt.description is not None for prompt in found.prompts) == 255
    assert sum(prompt.prompt_text.startswith("system:\n") for prompt in found.prompts) == 8
    assert max(len(prompt.prompt_text.encode()) for prompt in found.prompts) > 231_000
    assert _of(found, "patterns/agility_story").tags == ("development",)


def test_what_prompty_holds_that_is_no_prompt_is_told(collections: Path) -> None:
    found = read(collections / "prompty")
    assert (found.formats, len(found.prompts)) == ({"prompty": 48}, 44)
    assert set(found.rejected.values()) == {"has no text of its own, only placeholders"}
    assert set(found.rejected) == {
        *("spec/fixtures/embedding.prompty", "spec/fixtures/image.prompty"),
        *("web/docs-examples/prompts/embedding.prompty", "web/docs-examples/prompts/image-gen.prompty"),
    }
    assert _of(found, "spec/fixtures/minimal").details["model"] == "gpt-4"
    rich = _of(found, "runtime/python/prompty/tests/prompts/rich_metadata")
    assert (rich.contributors, rich.tags) == (("alice", "bob"), ("production", "v2"))


def test_of_dotprompts_samples_the_broken_ones_are_told(collections: Path) -> None:
    found = read(collections / "dotprompt")
    assert (found.formats, len(found.prompts)) == ({"dotprompt": 28}, 24)
    assert set(found.rejected) == {
        *("examples/autocomplete.prompt", "examples/error-multiple-issues.prompt"),
        *("examples/error-unclosed-block.prompt", "examples/error-unmatched-closing-block.prompt"),
    }
    assert _of(found, "examples/valid-comments-and-partials").details["partials"] == ["header", "footer"]
    assert _of(found, "packages/codemirror/samples/01-basic").licence == "Apache-2.0"


def test_the_gallery_is_129_prompts_in_four_languages(collections: Path) -> None:
    found = read(collections / "nano_banana_md")
    assert (found.formats, found.rejected) == ({"markdown collection": 516}, {})
    by_language = {
        code: [one for one in found.prompts if one.key and one.key.endswith(code)] for code in ("KR", "JP", "zh")
    }
    by_language["en"] = [one for one in found.prompts if one.key == one.translation_key]
    assert [len(prompts) for prompts in by_language.values()] == [129] * 4
    links = [{one.translation_key for one in prompts} for prompts in by_language.values()]
    assert len(links[0]) == 129
    assert links[0] == links[1] == links[2] == links[3]
    assert {one.language for one in by_language["KR"]} == {"ko"}
    assert {(one.agent_type, one.licence) for one in found.prompts} == {("IMAGE", "CC BY 4.0")}
    first = _of(found, "README/151")
    assert first.variables[0] == {
        "name": "famous_quote",
        "syntax": "{argument}",
        "default": "Stay Hungry, Stay Foolish",
    }
    assert all(one.description and one.contributors and one.details["images"] for one in found.prompts)


def test_what_is_broken_in_a_cursor_rule_is_only_its_yaml(collections: Path) -> None:
    found = read(collections / "cursorrules")
    assert all(one.description and {"globs", "alwaysApply"} <= one.details.keys() for one in found.prompts)
    assert _of(found, "rules/svelte").details["globs"] == "**/*.svelte, src/**/*.ts, src/**/*.js"


def test_what_is_passed_over_has_a_reason(collections: Path) -> None:
    assert len(read(collections / "voltagent").passed_over) == 12
    assert set(read(collections / "open_prompt_kr").passed_over.values()) == {
        "is a licence",
        "tells of the collection, and lists no prompts itself",
        "has no mark of a prompt (frontmatter, or a name or headings that say so); name the file itself to import it",
    }


def test_a_prompt_in_a_fence_ends_with_its_own_fence(collections: Path) -> None:
    found = read(collections / "open_prompt_kr")
    for prompt in found.prompts:
        assert not prompt.prompt_text.lstrip().startswith("```")
        assert "## Tags" not in prompt.prompt_text
        assert prompt.description
        assert len(prompt.tags) > 2


def _of(found: Reading, key: str) -> PromptRecord:
    return next(prompt for prompt in found.prompts if prompt.key == key)
