"""README.md and README.ko.md say the same: what a translation must not change is the same in both, part by part."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from schema.settings import Settings

ROOT = Path(__file__).parents[1]
ENGLISH, KOREAN = ROOT / "README.md", ROOT / "README.ko.md"

FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s+# .*")
# What a picture says: the text of a node, and that of an arrow.
LABEL = re.compile(r"\[\(.*?\)\]|\[.*?\]|\{\{.*?\}\}|(?<=-\. ).*?(?= \.->)")
LINK = re.compile(r"\]\(([^)]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
DIGITS = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True)
class Part:
    """What is under a heading, without the words; `level` 0 is above them all."""

    level: int
    blocks: list[tuple[str, str]]
    links: Counter[str]
    code: Counter[str]
    tables: list[list[tuple[list[str], list[str]]]]
    paragraphs: int


def parts_of(readme: Path) -> list[Part]:
    text = "\n" + readme.read_text(encoding="utf-8")
    # A comment in a shell's block looks like a heading.
    hidden = FENCED.sub(lambda found: " " * len(found[0]), text)
    starts = [0, *(found.start() for found in re.finditer(r"\n#+ ", hidden)), len(text)]
    return [part_of(text[first:last]) for first, last in pairwise(starts)]


def part_of(text: str) -> Part:
    heading = re.match(r"\n(#+) ", text)
    prose = FENCED.sub("", text)
    tables = [found.splitlines() for found in re.findall(r"(?:^\|.*\n)+", prose, re.MULTILINE)]
    return Part(
        level=len(heading[1]) if heading else 0,
        blocks=[(kind, without_words(kind, block)) for kind, block in FENCED.findall(text)],
        # Each of the two leads to the other, and shows pages in its language.
        links=Counter(
            "the other" if link in (ENGLISH.name, KOREAN.name) else link.replace("/readme-ko/", "/readme/")
            for link in LINK.findall(prose)
        ),
        code=Counter(CODE.findall(prose)),
        tables=[[row_of(line) for line in lines] for lines in tables],
        paragraphs=len(re.findall(r"\n\n+(?=\S)", prose)),
    )


def without_words(kind: str, block: str) -> str:
    return COMMENT.sub("", block) if kind == "sh" else LABEL.sub("[]", block)


def row_of(line: str) -> tuple[list[str], list[str]]:
    """The code of each cell but the last, which is prose, and the numbers of those cells."""
    cells = line.split("|")[1:-2]
    return [code for cell in cells for code in CODE.findall(cell)], [n for cell in cells for n in DIGITS.findall(cell)]


def test_the_two_readmes_are_in_step() -> None:
    english, korean = parts_of(ENGLISH), parts_of(KOREAN)
    assert [part.level for part in korean] == [part.level for part in english]
    for one, other in zip(english, korean, strict=True):
        assert other == one


@pytest.mark.parametrize("readme", [ENGLISH, KOREAN], ids=["English", "Korean"])
def test_a_readme_leads_to_what_there_is_and_names_every_setting(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (ROOT / link).exists()] == []
    rows = "\n".join(line for line in text.splitlines() if line.startswith(("| `PRO", "| `SENTRY", "| `JAVA")))
    known = {field.validation_alias or f"PROMPTORY_{name.upper()}" for name, field in Settings.model_fields.items()}
    assert sorted(re.findall(r"`((?:PROMPTORY|SENTRY|JAVA)_\w+)`", rows)) == sorted(map(str, known))
