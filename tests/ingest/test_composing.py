"""Prompts that people write, and the places of variables in a text."""

import pytest

from ingest import compose_prompt, parts_of
from schema.errors import PromptoryError
from schema.models import AgentType


def test_a_composed_prompt_is_read_as_an_imported_one() -> None:
    record = compose_prompt(
        title=" 회의록 ",
        prompt_text="{{회의록}}에서 담당자와 기한을 뽑아서 표로 정리해 주세요.\r\n",
        description="",
        tags=["#Team Work", "team_work", "업무"],
        agent_type=AgentType.LLM,
    )
    assert (record.title, record.description, record.language) == ("회의록", None, "ko")
    assert record.prompt_text.endswith("주세요.\n")
    assert record.tags == ("team-work", "업무")
    assert record.variables == [{"name": "회의록", "syntax": "{{}}"}]


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("", "text", "needs a title and a text"),
        ("title", " \n", "needs a title and a text"),
        ("title", "a\0b", "This prompt holds a NUL character"),
        ("title", "x" * 1_000_001, "This prompt is 1,000,001 characters long"),
    ],
)
def test_what_an_import_refuses_is_refused_in_a_sentence(title: str, body: str, reason: str) -> None:
    with pytest.raises(PromptoryError, match=reason):
        compose_prompt(title=title, prompt_text=body, description=None, tags=[], agent_type=AgentType.LLM)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("no variables", [("no variables", None)]),
        ("", []),
        ("{{a}}", [("{{a}}", "a")]),
        (
            "Hi {{ name | upper }}, in ${city:Seoul} or [CITY NAME]; {name} again.",
            [
                ("Hi ", None),
                ("{{ name | upper }}", "name"),
                (", in ", None),
                ("${city:Seoul}", "city"),
                (" or ", None),
                ("[CITY NAME]", "CITY NAME"),
                ("; ", None),
                ("{name}", "name"),
                (" again.", None),
            ],
        ),
        (
            '{argument name="[BIG DOG]" default="x"}!',
            [('{argument name="[BIG DOG]" default="x"}', "[BIG DOG]"), ("!", None)],
        ),
        ("[link](x) {{else}} \\{n}", [("[link](x) {{else}} \\{n}", None)]),
    ],
)  # fmt: skip
def test_a_text_falls_into_pieces_without_a_gap(text: str, parts: list[tuple[str, str | None]]) -> None:
    assert parts_of(text) == parts
    assert "".join(piece for piece, _ in parts) == text
