"""One prompt under headings, in one language or two, with fences of its own inside or none around."""

from pathlib import Path

from tests.ingest.documents.reading import read, read_files, write


def test_a_system_message_below_a_title_is_a_prompt_of_its_folders_category(tmp_path: Path) -> None:
    found = read_files(
        tmp_path, {"prompts/games/chess.md": "# Chess Coach\n\n## System Message\n\nYou coach.\n\n## Rules\n1"}
    )
    prompt = found.only
    assert (prompt.key, prompt.title, prompt.tags) == ("prompts/games/chess", "Chess Coach", ("games",))
    assert prompt.prompt_text == "\nYou coach.\n\n## Rules\n1"


def test_headings_in_two_languages_say_what_is_what(tmp_path: Path) -> None:
    text = (
        "# 번역가 | Translator |\n\n## Description | 설명\n글을 옮깁니다.\n\n---\n\n"
        "## 📝 Prompt | 프롬프트 내용\n\n```\n# 번역가\n당신은 번역가입니다.\n```\n예시\n```\n\n"
        "## Tags\n안의 제목\n끝\n```\n\n---\n\n"
        "## Example Output | 예시 출력\n```\n## 결과\n좋음\n```\n\n## Tags | 태그\n#번역 #translation\n"
    )
    prompt = read_files(tmp_path, {"한국어/Language_언어/번역가.md": text}).only
    assert prompt.prompt_text == "# 번역가\n당신은 번역가입니다.\n```\n예시\n```\n\n## Tags\n안의 제목\n끝"
    assert (prompt.title, prompt.description) == ("번역가 | Translator", "글을 옮깁니다.")
    assert prompt.tags == ("language", "언어", "번역", "translation")
    assert prompt.details == {"example output": "```\n## 결과\n좋음\n```"}
    assert prompt.language == "ko"


def test_the_text_below_the_title_describes_where_nothing_else_does(tmp_path: Path) -> None:
    prompt = read(
        write(tmp_path, "cat.md", "# Cat\n\nFor cat lovers.\n\n### Prompt\n\nYou purr.\n\n### Tags\n\na, b\n")
    ).only
    assert (prompt.description, prompt.tags) == ("For cat lovers.", ("a", "b"))
    assert prompt.prompt_text.strip() == "You purr."


def test_an_example_of_how_to_write_a_prompt_is_none(tmp_path: Path) -> None:
    found = read_files(tmp_path, {"how-to.md": "# How to add one\n\n```markdown\n# Title\n\n## Prompt\ntext\n```\n"})
    assert (found.prompts, set(found.passed_over)) == ([], {"how-to.md"})
