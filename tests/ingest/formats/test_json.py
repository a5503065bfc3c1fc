"""JSON as collections nest it: what is a record in it, and what the names above say of it."""

import json
from pathlib import Path

import pytest

from ingest import UnreadableFileError
from tests.ingest.formats.reading import Outcome, read, read_text
from tests.support.files import write_json


def titles(outcome: Outcome) -> list[tuple[str, str]]:
    return [(prompt.title, prompt.prompt_text) for prompt in outcome.prompts]


def test_pairs_below_languages_are_titles_and_texts(tmp_path: Path) -> None:
    outcome = read(
        write_json(
            tmp_path / "p.json", {"cn": [["厨师", "做饭"]], "tw": [["廚師", "做飯"]], "en": [["Cook", "Cook it"], []]}
        )
    )
    assert [(p.title, p.prompt_text, p.language) for p in outcome.prompts] == [
        ("厨师", "做饭", "zh"),
        ("廚師", "做飯", "zh-Hant"),
        ("Cook", "Cook it", "en"),
    ]
    assert outcome.faults == [(4, "is an empty list, with neither a title nor a text in it")]


def test_of_more_than_two_strings_the_longest_is_the_text_and_nothing_is_lost(tmp_path: Path) -> None:
    outcome = read(write_json(tmp_path / "p.json", [["Cook", "You are a cook who knows soups.", "food", 7]]))
    (prompt,) = outcome.prompts
    assert (prompt.title, prompt.prompt_text) == ("Cook", "You are a cook who knows soups.")
    assert prompt.details == {"position 3": "food", "position 4": 7}


def test_names_above_lists_are_categories_and_names_above_records_are_titles(tmp_path: Path) -> None:
    file = {
        "Food": [{"title": "Cook", "prompt": "one"}, "Two is a text of some length, without a title"],
        "Home Work": {"Gardener": {"text": "three"}, "Smith": {"title": "Own title", "text": "four", "tags": ["own"]}},
    }
    outcome = read(write_json(tmp_path / "p.json", file))
    assert [(p.key, p.title, p.tags) for p in outcome.prompts] == [
        (None, "Cook", ("food",)),
        (None, "Two is a text of some length, without a title", ("food",)),
        ("Gardener", "Gardener", ("home-work",)),
        ("Smith", "Own title", ("own",)),
    ]
    assert outcome.prompts[3].details == {"category": "Home Work"}


def test_an_object_of_names_and_texts_is_a_library(tmp_path: Path) -> None:
    long = "Be a cook, and answer each question with a recipe."
    assert titles(
        read(write_json(tmp_path / "a.json", {"Cook": long, "Smith": "Forge what I describe, and tell me how."}))
    ) == [
        ("Cook", long),
        ("Smith", "Forge what I describe, and tell me how."),
    ]
    assert titles(read(write_json(tmp_path / "b.json", {"version": 2, "prompts": {"Cook": "Soup."}}))) == [
        ("Cook", "Soup.")
    ]
    assert read(write_json(tmp_path / "c.json", {"ok": "OK", "cancel": "Cancel"})).prompts == []


def test_a_list_of_strings_is_a_list_of_prompts(tmp_path: Path) -> None:
    assert titles(read(write_json(tmp_path / "p.json", ["One.", "Two."]))) == [("One.", "One."), ("Two.", "Two.")]
    assert titles(read(write_json(tmp_path / "q.json", [[{"title": "a", "prompt": "One."}], [["b", "Two."]]]))) == [
        ("a", "One."),
        ("b", "Two."),
    ]


def test_what_holds_no_prompt_beside_lists_that_do_is_passed_over(tmp_path: Path) -> None:
    file = {
        "authors": [{"id": 1, "name": "Ann"}],
        "tags": ["food", "home"],
        "license": "CC0-1.0",
        "settings": {"theme": "dark", "greeting": "Welcome to this collection of prompts, enjoy it."},
        "prompts": [{"title": "no text"}, {"title": "t", "prompt": "one"}],
        "links": [{"url": "http://example.com"}],
    }
    outcome = read(write_json(tmp_path / "p.json", file))
    assert titles(outcome) == [("t", "one")]
    assert outcome.faults == [(1, "has no prompt text")]
    assert outcome.prompts[0].licence == "CC0-1.0"
    assert outcome.prompts[0].tags == ()


def test_categories_in_a_list_are_looked_into(tmp_path: Path) -> None:
    file = [{"category": "Food", "language": "en", "prompts": [{"title": "Cook", "prompt": "one"}]}]
    (prompt,) = read(write_json(tmp_path / "p.json", file)).prompts
    assert (prompt.title, prompt.tags, prompt.language) == ("Cook", ("food",), "en")


def test_a_list_of_unknown_names_is_left_to_the_curator_to_map(tmp_path: Path) -> None:
    file = {
        "count": 2,
        "items": [{"Headline": "a", "Wording": "b"}, {"Headline": "c", "Wording": "d"}],
        "more": [{"x": 1}],
    }
    assert read(write_json(tmp_path / "p.json", file)).faults == [(1, "has no prompt text"), (2, "has no prompt text")]


def test_a_file_that_is_one_record_is_called_by_its_name(tmp_path: Path) -> None:
    (prompt,) = read_text(tmp_path, "soup cook.json", '{"prompt": "one", "tags": ["a"]}').prompts
    assert (prompt.key, prompt.title, prompt.tags) == ("soup cook", "soup cook", ("a",))
    (prompt,) = read_text(tmp_path, "list.json", '[{"prompt": "one"}]').prompts
    assert (prompt.key, prompt.title) == (None, "one")


def test_one_record_in_several_languages_is_one_prompt_in_each(tmp_path: Path) -> None:
    file = [
        {"id": 3, "en": {"title": "Cook", "prompt": "Soup."}, "ko": {"title": "요리사", "prompt": "수프."}, "stars": 5}
    ]
    english, korean = read(write_json(tmp_path / "p.json", file)).prompts
    assert (english.key, english.language, english.translation_key) == ("3", "en", "3")
    assert (korean.key, korean.language, korean.translation_key) == ("3@ko", "ko", "3")
    assert korean.details == {"popularity": 5}


def test_chinese_files_that_differ_by_script_only_are_linked_by_place(tmp_path: Path) -> None:
    write_json(tmp_path / "p-zh.json", [{"act": "厨师", "prompt": "做饭"}, {"act": "铁匠", "prompt": "打铁"}])
    write_json(tmp_path / "p-zh-TW.json", [{"act": "大廚", "prompt": "做飯"}, {"act": "鐵匠", "prompt": "打鐵"}])
    traditional, simplified = read(tmp_path / "p-zh-TW.json"), read(tmp_path / "p-zh.json")
    assert [(p.translation_key, p.language) for p in traditional.prompts] == [("厨师", "zh-Hant"), ("铁匠", "zh-Hant")]
    assert [(p.translation_key, p.language) for p in simplified.prompts] == [("厨师", "zh"), ("铁匠", "zh")]
    write_json(tmp_path / "p-zh.json", [{"act": "厨师", "prompt": "做饭"}])
    assert [p.translation_key for p in read(tmp_path / "p-zh-TW.json").prompts] == [None, None]


@pytest.mark.parametrize("width", [1, 3000])
def test_a_file_of_any_length_reads_as_a_short_one_does(tmp_path: Path, width: int) -> None:
    """With 3,000 records of 2,000 characters each, the object is longer than what is decoded at once."""
    records = [{"title": f"t{number}", "prompt": "x" * 2000} for number in range(width)]
    file = {
        "license": "MIT",
        "authors": [{"name": "Ann"}],
        "ko": [["짧은", "글"]],
        "Food": records,
        "links": [{"url": "u"}],
    }
    outcome = read(write_json(tmp_path / "p.json", file))
    assert outcome.faults == []
    assert [prompt.title for prompt in outcome.prompts] == ["짧은", *(record["title"] for record in records)]
    assert {prompt.licence for prompt in outcome.prompts} == {"MIT"}
    assert outcome.prompts[-1].tags == ("food",)


def test_a_long_object_of_names_and_texts_streams(tmp_path: Path) -> None:
    outcome = read(write_json(tmp_path / "p.json", {f"name {number}": "word " * 400 for number in range(2500)}))
    assert (outcome.found, outcome.prompts[2499].title) == (2500, "name 2499")


def test_a_record_that_is_too_long_is_rejected_and_the_others_go_on(tmp_path: Path) -> None:
    long = {"title": "long", "prompt": "one", "notes": ["x" * 1000] * 9000}
    outcome = read(write_json(tmp_path / "p.json", [long, {"title": "t", "prompt": "two"}]))
    assert titles(outcome) == [("t", "two")]
    assert outcome.faults == [(1, "is over 4 million characters long, and no list of prompts; shorten it")]


def test_lists_of_messages_are_conversations_not_records(tmp_path: Path) -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    for name, file in {"one.json": chat, "many.json": [chat]}.items():
        (prompt,) = read(write_json(tmp_path / name, file)).prompts
        assert prompt.prompt_text == "system:\nBe brief.\n\nuser:\nHello?"


def test_numbers_that_no_database_holds_are_kept_as_text_or_left_out(tmp_path: Path) -> None:
    digits = "9" * 5000
    outcome = read_text(
        tmp_path, "p.json", f'[{{"prompt": "a", "big": {digits}, "far": 1e999, "odd": NaN, "fine": 1.5}}]'
    )
    assert outcome.prompts[0].details == {"big": digits, "far": "1e999", "fine": 1.5}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"prompts": [{"prompt": "a"}', "is not readable JSON"),
        ('[{"prompt": "a"} {"prompt": "b"}]', "',' is missing before '{'"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested too deeply"),
        (json.dumps([{"prompt": "x" * 9_000_000}]), "a text of over 4 million characters"),
    ],
)
def test_json_that_cannot_be_read_says_why(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(UnreadableFileError, match=sentence):
        read_text(tmp_path, "p.json", content)


def test_lists_below_too_many_lists_are_rejected(tmp_path: Path) -> None:
    assert read_text(tmp_path, "p.json", "[" * 40 + '"a"' + "]" * 40).faults == [
        (1, "lies below more than 8 lists and objects")
    ]
