"""The real collections, by counts taken from MANIFEST.tsv or counted by hand."""

from collections import Counter
from pathlib import Path

import pytest

from tests.ingest.formats.reading import Outcome, read

COUNTS = [
    ("prompts_chat/prompts.csv", "csv", 1529, 0),
    ("prompts_chat/history/prompts_2022-12-20.csv", "csv", 132, 0),
    ("prompts_chat/history/prompts_2023-06-01.csv", "csv", 163, 0),
    ("prompts_chat/history/prompts_2026-02-22.csv", "csv", 1282, 0),
    ("prompts_chat/forks/prompts.xlsx", "xlsx", 169, 0),
    ("chatgpt_shortcut/prompt_en.json", "json: ChatGPT-Shortcut", 288, 10),
    ("chatgpt_shortcut/prompt_ko.json", "json: ChatGPT-Shortcut", 278, 0),
    ("chatgpt_shortcut/prompt_zh.json", "json: ChatGPT-Shortcut", 288, 0),
    ("fabric/scripts/pattern_descriptions/pattern_descriptions.json", "json", 255, 255),
    ("plexpt_zh/prompts-zh.json", "json", 124, 0),
    ("plexpt_zh/prompts-zh-TW.json", "json", 124, 0),
    ("nextchat/prompts.json", "json", 121 + 123 + 163 + 1, 1),
    ("lobe_agents/src", "json: LobeChat", 64, 0),
    ("lobe_agents/locales", "json: LobeChat", 64, 0),
    ("gh_models/examples", "yaml: GitHub Models", 6, 0),
    ("promptsource/templates", "yaml: PromptSource", 369, 0),
    ("sdxl_styler/sdxl_styles_sai.json", "json: image style", 17, 0),
    ("sdxl_styler/sdxl_styles_twri.json", "json: image style", 89, 0),
    ("sdxl_styler/sdxl_styles_base.json", "json: image style", 1, 1),
    ("personality_csv/languages/prompts_ar-AR.csv", "csv", 248, 0),
    ("personality_csv/languages/prompts_en-US.csv", "csv", 253, 0),
    ("personality_csv/languages/prompts_fr-FR_bk.csv", "csv", 72, 21),
    ("fastchat/data/dummy_conversation.json", "json: ShareGPT", 500, 0),
    ("fastchat/fastchat/llm_judge/data/mt_bench/question.jsonl", "jsonl: MT-bench", 80, 0),
    ("fastchat/fastchat/llm_judge/data/vicuna_bench/question.jsonl", "jsonl: MT-bench", 80, 0),
    ("fastchat/fastchat/llm_judge/data/judge_prompts.jsonl", "jsonl: FastChat judge", 8, 0),
    ("llamafactory/data/alpaca_zh_demo.json", "json: Alpaca", 1000, 0),
    ("llamafactory/data/identity.json", "json: Alpaca", 91, 0),
]


@pytest.mark.parametrize(("path", "kind", "found", "rejected"), COUNTS, ids=[path for path, *_ in COUNTS])
def test_every_record_is_found(collections: Path, path: str, kind: str, found: int, rejected: int) -> None:
    outcome = read(collections / path)
    assert set(outcome.formats) == {kind}
    assert (outcome.found, len(outcome.faults)) == (found, rejected)


def test_nextchat_repeats_collections_that_are_there(collections: Path) -> None:
    nextchat = bodies(read(collections / "nextchat" / "prompts.json"))
    chinese = bodies(read(collections / "plexpt_zh" / "prompts-zh.json"))
    english = bodies(read(collections / "prompts_chat" / "history" / "prompts_2023-06-01.csv"))
    assert (len(nextchat & chinese), len(nextchat & english)) == (120, 162)


def test_translations_are_linked_with_what_they_translate(collections: Path) -> None:
    shortcut = collections / "chatgpt_shortcut"
    english, korean, chinese = (links(read(shortcut / f"prompt_{code}.json")) for code in ("en", "ko", "zh"))
    assert (len(english), len(korean), len(chinese)) == (278, 278, 288)
    assert (len(english & korean), len(english & chinese)) == (278, 278)
    agents = collections / "lobe_agents"
    assert links(read(agents / "src")) == links(read(agents / "locales"))
    twins = [links(read(collections / "plexpt_zh" / f"prompts-{code}.json")) for code in ("zh", "zh-TW")]
    assert (twins[0] == twins[1], len(twins[0])) == (True, 124)


def test_languages_are_those_that_the_collections_are_in(collections: Path) -> None:
    def languages(path: str) -> Counter[str | None]:
        return Counter(prompt.language for prompt in read(collections / path).prompts)

    assert languages("nextchat/prompts.json") == {"zh": 121, "zh-Hant": 123, "en": 163}
    assert languages("plexpt_zh/prompts-zh-TW.json") == {"zh-Hant": 124}
    assert languages("chatgpt_shortcut/prompt_ko.json") == {"ko": 278}
    assert languages("lobe_agents/locales") == {"ko": 64}


def bodies(outcome: Outcome) -> set[bytes]:
    return {prompt.content_hash for prompt in outcome.prompts}


def links(outcome: Outcome) -> set[str]:
    return {prompt.translation_key for prompt in outcome.prompts if prompt.translation_key}
