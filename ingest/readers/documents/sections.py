"""One prompt under headings that say what is what, in one or two languages: Description, Prompt, Tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.readers.base import Row, key_of
from ingest.readers.documents.base import MARKDOWN, heading_of, row_of, sample_of, with_lf
from ingest.readers.documents.frontmatter import Document
from ingest.sources import SourceFile

PROMPT = frozenset(
    {
        *("prompt", "the prompt", "prompt text", "prompt template", "system prompt", "system message"),
        *("프롬프트", "프롬프트 내용", "시스템 프롬프트", "提示词", "提示詞", "系统提示词", "プロンプト", "промпт"),
    }
)
DESCRIPTION = frozenset(
    {"description", "about", "summary", "overview", "설명", "소개", "描述", "说明", "簡介", "説明", "概要", "описание"}
)
_EXAMPLE = frozenset(
    {
        *("example output", "example outputs", "sample output", "output example", "expected output", "example"),
        *("examples", "예시 출력", "출력 예시", "예시", "示例", "示例输出", "例", "出力例", "пример"),
    }
)
_TAGS = frozenset({"tags", "태그", "标签", "標籤", "タグ", "теги"})
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_NOT_WORDS = re.compile(r"[^\w\s|/-]+")
_TAG = re.compile(r"#([^\s#,]{1,64})")
_NOTHING = ("", "---")
_NO_CATEGORIES = frozenset({"", "prompts", "prompt", "src", "docs", "data", "en", "english"})


def is_named(heading: str, names: frozenset[str]) -> bool:
    """Whether a heading is one of `names`, in any of its languages (`Prompt | 프롬프트 내용`), whatever its emoji."""
    parts = _NOT_WORDS.sub("", heading).casefold().split("|")
    return any(part.strip() in names for part in parts)


@dataclass(frozen=True, slots=True)
class _Heading:
    line: int
    level: int
    text: str


class SectionsReader:
    """Markdown with exactly one heading that says that the prompt follows, below a title."""

    name = "markdown sections"

    def recognises(self, file: SourceFile) -> bool:
        """By its headings."""
        if file.ending not in MARKDOWN:
            return False
        text = sample_of(file)
        return heading_of(text) is not None and _prompt_heading(text.split("\n")) is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        text = with_lf(file.read_text())
        lines = text.split("\n")
        start = _prompt_heading(lines)
        if start is None:  # there are more of them beyond what it was recognised by
            yield Row(1, {"title": heading_of(text)}, "has several headings that say that a prompt follows")
            return
        end = _end(lines, start)
        fields = _about(lines, start) | _after(lines, end, start.level)
        fields["tags"] = [*_categories(file), *fields.get("tags", [])]
        yield row_of(
            Document({}, _unfenced(lines[start.line + 1 : end])), fields, title=heading_of(text), key=key_of(file)
        )


def _headings(lines: list[str], start: int = 0, end: int | None = None) -> Iterator[_Heading]:
    for number, line in enumerate(lines[start:end], start=start):
        match = _HEADING.match(line)
        if match:
            yield _Heading(number, len(match[1]), match[2].strip(" #|"))


def _prompt_heading(lines: list[str]) -> _Heading | None:
    """The only heading that says that a prompt follows; none where it stands in an example of how to write one."""
    found = [heading for heading in _headings(lines) if heading.level > 1 and is_named(heading.text, PROMPT)]
    if len(found) != 1 or sum(map(_is_fence, lines[: found[0].line])) % 2:
        return None
    return found[0]


def _end(lines: list[str], start: _Heading) -> int:
    """Where the prompt ends: at the next part of the document, which a fenced prompt closes its fence before.

    Prompts hold headings and pairs of fences of their own, unescaped, so that only a known heading counts, and of a
    fenced prompt one after an even number of fences.
    """
    is_fenced = _is_fence(next((line for line in lines[start.line + 1 :] if line.strip()), ""))
    fences, is_closed, likely = 0, not is_fenced, len(lines)
    for number, line in enumerate(lines[start.line + 1 :], start=start.line + 1):
        if is_fenced and _is_fence(line):
            fences, is_closed = fences + 1, True
        elif is_closed and _is_part(line, start.level):
            if fences % 2 == 0:
                return number
            likely = min(likely, number)
        elif is_fenced and line.strip() not in _NOTHING:
            is_closed = False
    return likely


def _is_part(line: str, level: int) -> bool:
    """Whether a line is a heading that says that what follows is no prompt."""
    match = _HEADING.match(line)
    return match is not None and len(match[1]) == level and is_named(match[2], _EXAMPLE | _TAGS)


def _unfenced(lines: list[str]) -> str:
    """The prompt without the fence around it, and without a rule that parts it from what follows."""
    last = next((number for number in reversed(range(len(lines))) if lines[number].strip() not in _NOTHING), -1)
    lines = lines[: last + 1]
    fences = [number for number, line in enumerate(lines) if _is_fence(line)]
    if len(fences) > 1 and not "".join(lines[: fences[0]]).strip():
        lines = lines[fences[0] + 1 : fences[-1]]
    return "\n".join(lines)


def _is_fence(line: str) -> bool:
    return line.startswith(("```", "~~~"))


def _about(lines: list[str], start: _Heading) -> dict[str, Any]:
    """What stands before the prompt: under a heading of description, or below the title."""
    headings = list(_headings(lines, 0, start.line))
    described = next((one for one in headings if is_named(one.text, DESCRIPTION)), headings[0])
    end = next((one.line for one in headings if one.line > described.line), start.line)
    text = "\n".join(lines[described.line + 1 : end]).strip().removesuffix("---").strip()
    return {"description": text} if text else {}


def _after(lines: list[str], end: int, level: int) -> dict[str, Any]:
    """What stands after the prompt: its tags, and an example of what comes out."""
    headings = [one for one in _headings(lines, end) if _is_part(lines[one.line], level)]
    ends = [*(one.line for one in headings[1:]), len(lines)]
    found: dict[str, Any] = {}
    for heading, until in zip(headings, ends, strict=False):
        text = "\n".join(lines[heading.line + 1 : until]).strip()
        if is_named(heading.text, _TAGS):
            found["tags"] = _TAG.findall(text) or [tag.strip(" -*`") for tag in re.split(r"[,\n]", text)]
        else:
            found["example output"] = text
    return found


def _categories(file: SourceFile) -> list[str]:
    """The category that a folder names, in one language or two (`Academic_학술`)."""
    if file.named or file.folder.casefold() in _NO_CATEGORIES:
        return []
    return [file.folder] if file.folder.isascii() else file.folder.split("_")
