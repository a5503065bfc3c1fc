"""What records of other products mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.fields import PromptRecord
from schema.models import AgentType
from tests.ingest.formats.reading import Outcome, read, read_text
from tests.support.files import write_csv, write_json, write_jsonl


def one(folder: Path, record: dict[str, Any], shape: str) -> PromptRecord:
    """The prompt of a list with one record, which is told to be of `shape`."""
    outcome = read(write_json(folder / "p.json", [record]))
    assert (outcome.formats, outcome.faults) == ([f"json: {shape}"], [])
    return outcome.prompts[0]


def reason(folder: Path, record: dict[str, Any]) -> str:
    """Why a record is rejected."""
    outcome: Outcome = read(write_json(folder / "p.json", [record]))
    assert outcome.prompts == []
    return outcome.faults[0][1]


def test_open_webui(tmp_path: Path) -> None:
    prompt = one(tmp_path, {"command": "/sum", "title": "Sum", "content": "Sum it up.", "user_id": "u"}, "Open WebUI")
    assert (prompt.key, prompt.title, prompt.prompt_text, prompt.details) == (
        "sum",
        "Sum",
        "Sum it up.",
        {"user_id": "u"},
    )


def test_lobe_chat_and_its_translation(tmp_path: Path) -> None:
    agent = {
        "author": "ann",
        "identifier": "soup-cook",
        "createdAt": "2026-01-02",
        "config": {"systemRole": "You cook soup.", "openingMessage": "Hi", "model": "m-1"},
        "examples": [{"role": "user", "content": "What soup?"}],
        "meta": {"title": "Soup cook", "description": "Cooks.", "tags": ["soup"], "category": "life", "avatar": "x"},
        "summary": "A longer one.",
    }
    korean = {"config": {"systemRole": "수프를 끓입니다."}, "meta": {"title": "수프 요리사", "tags": ["수프"]}}
    prompt = read_text(tmp_path, "src/soup-cook.json", json.dumps(agent)).prompts[0]
    assert (prompt.key, prompt.translation_key, prompt.title) == ("soup-cook", "soup-cook", "Soup cook")
    assert (prompt.prompt_text, prompt.description, prompt.tags) == ("You cook soup.", "Cooks.", ("soup", "life"))
    assert prompt.contributors == ("ann",)
    assert prompt.details == {
        "createdAt": "2026-01-02",
        "examples": [{"role": "user", "content": "What soup?"}],
        "summary": "A longer one.",
        "config": {"openingMessage": "Hi"},
        "meta": {"category": "life", "avatar": "x"},
        "model": "m-1",
    }
    translated = read_text(tmp_path, "locales/soup-cook/index.ko-KR.json", json.dumps(korean)).prompts[0]
    assert (translated.key, translated.translation_key, translated.language) == ("soup-cook@ko", "soup-cook", "ko")
    assert (translated.title, translated.prompt_text, translated.tags) == ("수프 요리사", "수프를 끓입니다.", ("수프",))


def test_chatgpt_shortcut_brings_the_text_in_the_files_language(tmp_path: Path) -> None:
    inner = {
        "title": "요리사",
        "prompt": "I want you to act as a cook.",
        "description": "요리사가 되세요.",
        "remark": "수프",
    }
    prompt = one(tmp_path, {"ko": inner, "tags": ["food"], "id": 7, "weight": 90, "website": None}, "ChatGPT-Shortcut")
    assert (prompt.key, prompt.translation_key, prompt.language) == ("7@ko", "7", "ko")
    assert (prompt.title, prompt.prompt_text, prompt.description) == ("요리사", "요리사가 되세요.", "수프")
    assert prompt.details == {"english": "I want you to act as a cook.", "popularity": 90}


def test_chatgpt_shortcut_where_the_prompt_itself_is_the_text(tmp_path: Path) -> None:
    english = {"title": "Cook", "prompt": "I want you to act as a cook in a small kitchen.", "remark": "Soup"}
    prompt = one(tmp_path, {"en": english, "id": 7}, "ChatGPT-Shortcut")
    assert (prompt.key, prompt.translation_key, prompt.language, prompt.description) == ("7", "7", "en", "Soup")
    chinese = {"title": "厨师", "prompt": "请你扮演一名厨师，回答我的问题。", "description": "厨师", "remark": "做饭"}
    prompt = one(tmp_path, {"zh": chinese, "id": 8}, "ChatGPT-Shortcut")
    assert (prompt.prompt_text, prompt.description) == ("请你扮演一名厨师，回答我的问题。", "做饭")
    assert prompt.details == {"note": "厨师"}
    assert "the word null" in reason(tmp_path, {"en": {"title": "null", "prompt": "null", "remark": "null"}, "id": 9})


def test_sharegpt_begins_with_the_first_human_turn_and_keeps_the_system_text(tmp_path: Path) -> None:
    turns = [
        {"from": "system", "value": "Be brief."},
        {"from": "gpt", "value": "Hello."},
        {"from": "human", "value": "Why is the sky blue?"},
        {"from": "gpt", "value": "Scattering."},
    ]
    prompt = one(tmp_path, {"id": "c_1", "conversations": turns}, "ShareGPT")
    assert prompt.prompt_text == "system:\nBe brief.\n\nuser:\nWhy is the sky blue?"
    assert prompt.key == "c_1"
    assert prompt.details == {"turns_after": [{"role": "assistant", "content": "Scattering."}]}
    beside = {"system": "Be brief.", "conversations": turns[2:]}
    assert one(tmp_path, beside, "ShareGPT").prompt_text == prompt.prompt_text
    assert one(tmp_path, {"conversations": turns[2:]}, "ShareGPT").prompt_text == "Why is the sky blue?"
    assert reason(tmp_path, {"conversations": turns[1:2]}) == "is a conversation in which nobody asks anything"


def test_alpaca_is_instruction_and_input(tmp_path: Path) -> None:
    prompt = one(tmp_path, {"instruction": "Translate.", "input": "Hello", "output": "안녕"}, "Alpaca")
    assert (prompt.prompt_text, prompt.details) == ("Translate.\n\nHello", {"output": "안녕"})
    prompt = one(tmp_path, {"instruction": "Say hi.", "input": "", "output": "Hi", "system": "Be kind."}, "Alpaca")
    assert prompt.prompt_text == "system:\nBe kind.\n\nuser:\nSay hi."


def test_openai_messages(tmp_path: Path) -> None:
    parts = [
        {"type": "text", "text": "What is"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "this?"},
    ]
    messages = [{"role": "system", "content": "Be brief.\n"}, {"role": "user", "content": parts}]
    prompt = one(tmp_path, {"messages": messages}, "messages")
    assert prompt.prompt_text == "system:\nBe brief.\n\nuser:\nWhat is\nthis?"
    answered = [*messages, {"role": "assistant", "content": "A cat."}]
    prompt = one(tmp_path, {"messages": answered}, "messages")
    assert prompt.prompt_text == "system:\nBe brief.\n\nuser:\nWhat is\nthis?"
    assert prompt.details == {"turns_after": [{"role": "assistant", "content": "A cat."}]}


def test_a_prompt_that_is_a_list_of_messages(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi?"}]
    outcome = read(
        write_json(tmp_path / "p.json", [{"title": "t", "prompt": messages}, {"title": "u", "prompt": ["x"]}])
    )
    assert [p.prompt_text for p in outcome.prompts] == ["system:\nBe brief.\n\nuser:\nHi?"]
    assert outcome.faults == [(2, "has no prompt text")]


def test_examples_in_a_template_of_github_models_are_kept(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "1?"}, {"role": "assistant", "content": "one"}]
    prompt = one(tmp_path, {"name": "n", "model": "m", "messages": messages}, "GitHub Models")
    assert prompt.prompt_text == "user:\n1?\n\nassistant:\none"


def test_mt_bench_and_judges(tmp_path: Path) -> None:
    question = {"question_id": 81, "category": "writing", "turns": ["Write.", "Write again."], "reference": ["r"]}
    prompt = read(write_jsonl(tmp_path / "question.jsonl", [question])).prompts[0]
    assert (prompt.key, prompt.prompt_text, prompt.tags) == ("81", "Write.", ("writing",))
    assert prompt.details == {"turns_after": ["Write again."], "reference": ["r"]}
    judge = {"name": "pair", "type": "pairwise", "system_prompt": "Judge.", "prompt_template": "{a} or {b}?"}
    prompt = one(tmp_path, judge, "FastChat judge")
    assert (prompt.key, prompt.title, prompt.prompt_text) == ("pair", "pair", "system:\nJudge.\n\nuser:\n{a} or {b}?")
    assert [variable["name"] for variable in prompt.variables] == ["a", "b"]


def test_langchain_saved(tmp_path: Path) -> None:
    saved = {
        "_type": "prompt",
        "template": "Tell {what} in {style}.",
        "input_variables": ["what"],
        "partial_variables": {"style": "verse"},
    }
    prompt = one(tmp_path, saved, "LangChain")
    assert prompt.prompt_text == "Tell {what} in {style}."
    assert prompt.variables == [{"name": "what", "syntax": "{}"}, {"name": "style", "syntax": "{}", "default": "verse"}]
    few = {"_type": "few_shot", "prefix": "Find the opposite.", "suffix": "Word: {w}", "examples": [{"w": "hot"}]}
    prompt = one(tmp_path, few, "LangChain")
    assert prompt.prompt_text == "Find the opposite.\n\nWord: {w}"
    assert prompt.details == {"examples": [{"w": "hot"}]}


def test_langchain_serialised_chat(tmp_path: Path) -> None:
    def constructor(name: str, **kwargs: Any) -> dict[str, Any]:
        return {"lc": 1, "type": "constructor", "id": ["langchain", "prompts", name], "kwargs": kwargs}

    def template(text: str) -> dict[str, Any]:
        return constructor("PromptTemplate", template=text, input_variables=[])

    chat = constructor(
        "ChatPromptTemplate",
        input_variables=["question"],
        messages=[
            constructor("SystemMessagePromptTemplate", prompt=template("Be brief.")),
            constructor("MessagesPlaceholder", variable_name="history"),
            constructor("HumanMessagePromptTemplate", prompt=template("{question}")),
        ],
        metadata={"lc_hub_owner": "ann", "lc_hub_repo": "brief"},
    )
    prompt = one(tmp_path, chat, "LangChain")
    assert prompt.prompt_text == "system:\nBe brief.\n\nplaceholder:\n{history}\n\nuser:\n{question}"
    assert (prompt.title, prompt.contributors) == ("brief", ("ann",))
    assert one(tmp_path, template("Hello {you}"), "LangChain").prompt_text == "Hello {you}"
    assert "without a template" in reason(tmp_path, constructor("PromptTemplate"))


def test_langfuse_has_the_version_in_production_under_the_prompts_name(tmp_path: Path) -> None:
    versions: list[dict[str, Any]] = [
        {"name": "greet", "version": 1, "labels": [], "prompt": "Hi.", "type": "text"},
        {"name": "greet", "version": 2, "labels": ["production"], "prompt": "Hello.", "config": {"model": "m-1"}},
        {
            "name": "greet",
            "version": 3,
            "labels": ["latest"],
            "type": "chat",
            "prompt": [{"role": "system", "content": "Greet."}, {"type": "placeholder", "name": "history"}],
            "tags": ["manners"],
        },
    ]
    outcome = read(write_json(tmp_path / "p.json", {"data": versions, "meta": {"page": 1}}))
    assert outcome.faults == [(1, "is version 1 of 'greet', a past one: it carries no label")]
    production, latest = outcome.prompts
    assert (production.key, production.prompt_text, production.details["model"]) == ("greet", "Hello.", "m-1")
    assert production.tags == ()
    assert (latest.key, latest.tags) == ("greet@latest", ("manners",))
    assert latest.prompt_text == "system:\nGreet.\n\nplaceholder:\n{{history}}"


def test_image_styles_in_csv_and_json(tmp_path: Path) -> None:
    rows = [["Film", "film photo of {prompt}", "blurry"], ["Clean", "", "blurry"], ["Base", "{prompt}", ""]]
    outcome = read(write_csv(tmp_path / "styles.csv", ["name", "prompt", "negative_prompt"], *rows))
    (prompt,) = outcome.prompts
    assert (prompt.key, prompt.title, prompt.negative_prompt, prompt.agent_type) == (
        *("Film", "Film", "blurry"),
        AgentType.IMAGE,
    )
    assert prompt.variables == [{"name": "prompt", "syntax": "{}"}]
    assert [told for _, told in outcome.faults] == [
        "is a style with a negative prompt only; there is nothing in it to use as a prompt",
        "is a style with no words of its own; there is nothing in it to use as a prompt",
    ]


def test_diffusiondb_by_long_and_short_names(tmp_path: Path) -> None:
    long = {
        "image_name": "a.png",
        "prompt": "a cat",
        "seed": 1,
        "step": 50,
        "cfg": 7.0,
        "sampler": "8",
        "user_name": "ab12",
    }
    prompt = one(tmp_path, long, "DiffusionDB")
    assert (prompt.prompt_text, prompt.agent_type, prompt.contributors) == ("a cat", AgentType.IMAGE, ())
    assert prompt.details["image_name"] == "a.png"
    short = {"a.png": {"p": "a cat", "se": 1, "c": 7.0, "st": 50, "sa": "k_lms"}}
    prompt = read(write_json(tmp_path / "part.json", short)).prompts[0]
    assert (prompt.key, prompt.title, prompt.prompt_text) == (None, "a cat", "a cat")
    assert prompt.details == {
        "image_name": "a.png",
        "type": "image",
        "seed": 1,
        "cfg": 7.0,
        "step": 50,
        "sampler": "k_lms",
    }


@pytest.mark.parametrize(
    "record",
    [
        {"messages": "none"},
        {"conversations": [1, 2]},
        {"turns": []},
        {"config": {"systemRole": None}},
        {"ko": {"prompt": 5}},
        {"_type": ["prompt"]},
        {"lc": 1, "id": [], "kwargs": {}},
        {"jinja": 5},
        {"labels": 5, "name": "x", "prompt": 7},
        {"negative_prompt": "x", "prompt": None},
        {"command": None, "content": {}},
    ],
)
def test_records_that_only_look_like_a_shape_are_rejected_in_words(tmp_path: Path, record: dict[str, Any]) -> None:
    assert " " in reason(tmp_path, record)
