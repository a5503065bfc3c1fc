"""Nothing that people read is left in one language only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from streamlit.testing.v1 import AppTest

from dashboard.translation import LANGUAGES, LOCALES, catalogue, known, speaking
from dashboard.translation.faults import translated
from tests.dashboard.driver import open_app, page_of, settled, shown_text, signed_in

ROOT = Path(__file__).parents[2]
PAGES = [
    *("prompt", "my_library", "rankings", "tags", "creators", "engagement", "subscriptions"),
    *("search_quality", "explore"),
    *("import_prompts", "duplicates", "export", "pipeline", "users"),
]
TOLD_BY_POSITION = {
    *("title", "header", "subheader", "caption", "markdown", "info", "warning", "error", "success", "toast"),
    *("button", "download_button", "link_button", "form_submit_button", "checkbox", "toggle", "radio", "expander"),
    *(
        "text_input",
        "text_area",
        "number_input",
        "date_input",
        "selectbox",
        "multiselect",
        "segmented_control",
        "pills",
    ),
    *("heading", "pick", "pick_several"),
    *("file_uploader", "metric", "tabs", "popover", "status", "spinner", "dialog", "choose", "figure", "TextColumn"),
    *("NumberColumn", "DateColumn", "DatetimeColumn", "CheckboxColumn", "LineChartColumn", "ProgressColumn"),
}
TOLD_BY_NAME = {"label", "title", "help", "placeholder", "label_title", "value_title", "series_title", "against"}
NO_WORDS = re.compile(r":[a-z_]+/[a-z_]+:|:[a-z]+(-badge)?(?=\[)|&nbsp;")


def code_says() -> set[str]:
    """The messages that Babel finds in the code, each in its singular."""
    with (LOCALES / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, *_rest in found}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_message_is_translated_and_nothing_else_is_kept(code: str) -> None:
    entries = {one.id if isinstance(one.id, str) else one.id[0]: one for one in catalogue(code) if one.id}
    assert set(entries) == code_says(), "run `make messages`, and translate what is new"
    for english, entry in entries.items():
        forms = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        assert forms, english
        for text in forms:
            assert text, f"'{english}' is not translated"
            assert placeholders(english) - {"count"} == placeholders(text) - {"count"}, english
        assert not entry.fuzzy, f"the translation of '{english}' is a guess"


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)\}", text))


def bare_texts(path: Path) -> Iterator[str]:
    """Texts that a page hands to Streamlit without a translation."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).startswith(("log.", "charts.bars")):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        shown = [keyword.value for keyword in node.keywords if keyword.arg in TOLD_BY_NAME]
        if name in TOLD_BY_POSITION:
            shown += node.args[:1]
        for text in shown:
            parts = text.values if isinstance(text, ast.JoinedStr) else [text]
            said = "".join(
                part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            if re.search(r"[^\W\d_]{2,}", NO_WORDS.sub("", said)):
                yield f"{path.relative_to(ROOT)}:{text.lineno}: {said}"


def test_no_page_shows_a_text_that_is_not_marked() -> None:
    assert [text for path in (ROOT / "dashboard").rglob("*.py") for text in bare_texts(path)] == []


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_korean_from_its_title_to_its_columns(page: str) -> None:
    app = korean(signed_in("curator@example.com", "curator-password"))
    page_of(app, page)
    assert known_english(app) == []


@pytest.mark.usefixtures("warehouse")
def test_the_address_tells_the_language_and_the_switch_changes_it() -> None:
    app = open_app(lang="ko")
    assert app.title[0].value == "둘러보기"
    assert "이달의 인기" in [heading.value for heading in app.subheader]
    app.segmented_control(key="lang").set_value("en")
    assert settled(app).title[0].value == "Discover"
    assert open_app().title[0].value == "Discover", "another session is not asked for Korean"


@pytest.mark.usefixtures("warehouse")
def test_a_korean_link_finds_the_same_in_english() -> None:
    korean_text, english_text = (shown_text(open_app(lang=code, type="IMAGE")) for code in ("ko", "en"))
    total = re.search(r"of (\d+) prompts", english_text)
    assert total
    assert f"프롬프트 {total[1]}개 중" in korean_text


def korean(app: AppTest) -> AppTest:
    app.segmented_control(key="lang").set_value("ko")
    return settled(app)


def known_english(app: AppTest) -> list[str]:
    """Texts on a page that the catalogue has another word for."""
    english = {str(one.id) for one in catalogue("ko") if one.id and one.string != one.id}
    elements = [*app.title, *app.subheader, *app.caption, *app.info, *app.markdown]
    labelled = [*app.button, *app.selectbox, *app.text_input, *app.checkbox, *app.metric]
    texts = [
        *(str(getattr(one, "value", "")) for one in elements),
        *(str(getattr(one, "label", "")) for one in labelled),
    ]
    return [text for text in texts if text in english]


@pytest.mark.parametrize(
    ("sentence", "korean_sentence"),
    [
        ("has no title", "title 값이 없습니다"),
        ("has no prompt text", "프롬프트 본문이 없습니다"),
        (
            "a.csv is not readable CSV at line 3: line contains NUL.",
            "a.csv은(는) 3행에서 읽을 수 없는 CSV입니다: line contains NUL.",
        ),
        (
            "Import 7 was undone already; there is nothing to undo.",
            "가져오기 7: 이미 되돌렸습니다. 되돌릴 것이 없습니다.",
        ),
        ("opens '{{' in line 2 of its text and never closes it", "본문 2행에서 ‘{{’을(를) 열고 닫지 않았습니다"),
        ("Something that nobody wrote down.", "Something that nobody wrote down."),
        (
            "Spark ran out of memory; give it more than 1g (PROMPTORY_SPARK_MEMORY)",
            "Spark의 메모리가 모자랐습니다. 1g보다 많이 주세요(PROMPTORY_SPARK_MEMORY)",
        ),
        (
            "The Spark job 7 was ended from outside (signal 9); what was computed before stands.",
            "Spark 작업 7: 밖에서 끝냈습니다(신호 9). 이전에 계산한 것은 그대로입니다.",
        ),
    ],
)
def test_a_fault_is_told_by_its_template(sentence: str, korean_sentence: str) -> None:
    with speaking("ko"):
        assert translated(sentence) == korean_sentence
    with speaking("en"):
        assert translated(sentence) == sentence


def test_a_browsers_language_is_taken_where_there_is_a_catalogue() -> None:
    assert [known(code) for code in ("ko-KR", "ko", "en-GB", "fr-FR", None)] == ["ko", "ko", "en", "en", "en"]
