"""Documents that list prompts, and the many more that do not."""

from pathlib import Path

import pytest

from tests.ingest.documents.reading import read, read_files, write


def gallery(language: str, *prompts: tuple[int, str, str]) -> str:
    """A gallery of image prompts with badges and HTML around; each is (id, title, text)."""
    label, about, author = {"en": ("Prompt", "Description", "Author"), "ko": ("프롬프트", "설명", "작성자")}[language]
    parts = [
        f"### No. {number}: {title}\n\n![Language-EN](https://img.shields.io/badge/Language-EN-blue)\n\n"
        f"#### 📖 {about}\n\nAbout {title}.\n\n#### 📝 {label}\n\n```\n{text}\n```\n\n#### Images\n\n"
        f'<div align="center">\n<img src="https://x.example/{own}.jpg" width="700">\n</div>\n\n'
        f"- **{author}:** [@kim](https://x.example/kim)\n- **Source:** [Post](https://x.example/p)\n\n"
        f"**[Try](https://x.example/g?id={own})**\n\n---\n"
        for number, (own, title, text) in enumerate(prompts, start=1)
    ]
    head = '<a href="x"><img src="cover.png"></a>\n\n# Gallery\n\n![License: CC BY 4.0](https://img.shields.io/badge/l)\n\n'
    return head + "## Featured\n\n" + parts[0] + "\n## All\n\n" + "\n".join(parts[1:]) + "\n## License\n\nSee above.\n"


def test_a_gallery_in_two_languages_is_linked_and_keeps_what_stands_around(tmp_path: Path) -> None:
    english = gallery(
        "en", (71, "Fox", 'A fox in {argument name="colour" default="red"}.'), (85, "Owl", "An owl.\n\nAt night.")
    )
    korean = gallery(
        "ko", (71, "여우", "붉은 여우 한 마리가 눈밭을 걷는다."), (85, "올빼미", "밤의 올빼미 한 마리가 난다.")
    )
    found = read_files(tmp_path, {"README.md": english, "README_ko-KR.md": korean})
    assert found.formats == {"markdown collection": 4}
    fox, owl, korean_fox, korean_owl = found.prompts
    assert (fox.title, fox.description, fox.prompt_text) == (
        *("Fox", "About Fox."),
        'A fox in {argument name="colour" default="red"}.',
    )
    assert (fox.key, fox.translation_key) == ("README/71", "README/71")
    assert (korean_fox.key, korean_fox.translation_key) == ("README/71.ko-KR", "README/71")
    assert (owl.translation_key, korean_owl.translation_key) == ("README/85", "README/85")
    assert (korean_fox.language, korean_fox.title, korean_fox.contributors) == ("ko", "여우", ("kim",))
    assert (fox.agent_type, fox.licence, fox.contributors) == ("IMAGE", "CC BY 4.0", ("kim",))
    assert fox.details["images"] == ["https://x.example/71.jpg"]
    assert (fox.details["Source"], fox.details["badges"]) == ("https://x.example/p", ["Language-EN"])
    assert fox.variables == [{"name": "colour", "syntax": "{argument}", "default": "red"}]
    assert owl.prompt_text == "An owl.\n\nAt night."


def test_numbers_link_translations_but_are_no_keys(tmp_path: Path) -> None:
    text = "# Prompts\n\n## 1. Cat\n\n### Prompt\n\nA cat sits.\n\n## 2. Dog\n\n### Prompt\n\n> A dog\n> runs.\n"
    cat, dog = read_files(tmp_path, {"list.md": text}).prompts
    assert (cat.key, cat.translation_key, cat.title) == (None, "list/1", "Cat")
    assert (cat.prompt_text, dog.prompt_text) == ("A cat sits.", "A dog\nruns.")


def test_quotes_below_headings_are_prompts(tmp_path: Path) -> None:
    prompt = "I want you to act as a {}. I will ask, and you answer."
    sections = (
        f"## Act as a {one}\n\nContributed by: [@kim](x.example)\n\n> {prompt.format(one)}\n> Second line.\n\n"
        for one in ("cook", "judge", "guide dog")
    )
    found = read_files(tmp_path, {"README.md": "# Awesome Prompts\n\n## Contents\n\n- [x](#x)\n\n" + "".join(sections)})
    assert [prompt.title for prompt in found.prompts] == ["Act as a cook", "Act as a judge", "Act as a guide dog"]
    assert found.prompts[0].prompt_text == f"{prompt.format('cook')}\nSecond line."
    assert found.prompts[0].contributors == ("kim",)
    assert found.prompts[0].agent_type == "LLM"


def test_a_table_with_a_column_of_prompts_is_a_collection(tmp_path: Path) -> None:
    rows = (
        "| Title | Prompt | Category |\n|---|---|---|\n"
        "| Mail | Write a polite mail to {name} \\| short<br>Sign it. | work |\n"
        "| Poem | `Write a poem about the sea.` | fun |\n"
    )
    mail, poem = read_files(tmp_path, {"README.md": f"# Things\n\n{rows}"}).prompts
    assert (mail.title, mail.tags) == ("Mail", ("work",))
    assert mail.prompt_text == "Write a polite mail to {name} | short\nSign it."
    assert poem.prompt_text == "Write a poem about the sea."


def test_prompts_folded_away_are_found(tmp_path: Path) -> None:
    folded = "".join(
        f"<details>\n<summary><b>{title}</b></summary>\n\n{body}\n\n</details>\n\n"
        for title, body in (
            ("Cook", "```\nYou cook for five people tonight.\n```"),
            ("Judge", "You judge fairly, and you\nexplain each verdict."),
            ("요리사", "당신은 다섯 사람을 위해 요리하는 요리사입니다."),
        )
    )
    found = read_files(tmp_path, {"README.md": f"# My prompts\n\n{folded}"})
    assert [(prompt.title, prompt.prompt_text) for prompt in found.prompts] == [
        ("Cook", "You cook for five people tonight."),
        ("Judge", "You judge fairly, and you\nexplain each verdict."),
        ("요리사", "당신은 다섯 사람을 위해 요리하는 요리사입니다."),
    ]


PROSE = "Please describe the picture in your own words."


def sections(title: str, *bodies: str) -> str:
    """A document with a section for each body."""
    return f"# {title}\n\n" + "\n\n".join(f"## Part {number}\n\n{body}" for number, body in enumerate(bodies))


@pytest.mark.parametrize(
    "text",
    [
        sections("Prompt tool", *(f"```{code}\nrun it with all the options\n```" for code in ("bash", "python", "sh"))),
        sections("Prompt tool", *(f"```\n{it} run it all the way\n```" for it in ("pip", "$ prompt", "npm"))),
        sections("A library", *[f"> {PROSE}"] * 3),
        sections("Prompting guide", *[f"```\n{PROSE}\n```"] * 3),
        sections("Prompts", *[f"> {PROSE}"] * 2),
        sections("Prompts", *[f"> {PROSE}"] * 3, *["Only words."] * 5),
        "# Index\n\n| Prompt | by |\n|---|---|\n" + "| [One of the prompts that are here](a.md) | x |\n" * 3,
        "# Options\n\n| Prompt | Default |\n|---|---|\n| --yes | no |\n| --all | no |\n",
        "# FAQ\n\n" + f"<details><summary>Why?</summary>\n\n{PROSE}\n\n</details>\n\n" * 4,
        sections("Agents", *["### [**one**](one.md)\n\nText.\n\n**Use when:** it is needed."] * 4),
    ],
)
def test_an_ordinary_readme_is_no_collection(tmp_path: Path, text: str) -> None:
    found = read_files(tmp_path, {"README.md": text})
    assert (found.prompts, list(found.passed_over)) == ([], ["README.md"])


def test_a_prompt_that_is_blank_leaves_its_place_to_a_rejection(tmp_path: Path) -> None:
    rows = "| A | Say hello to everyone in town. |\n| B | |\n| C | Say good bye to everyone here. |\n"
    found = read(write(tmp_path, "prompts.md", f"# Prompts\n\n| Title | Prompt |\n|---|---|\n{rows}"))
    assert [prompt.title for prompt in found.prompts] == ["A", "C"]
    assert found.rejected == {"prompts.md": "has no prompt text"}
