"""The prompts that a Markdown document lists: in sections, in a table, or folded away in `<details>`.

Most Markdown lists none: a README has fences, quotes and tables too. What counts is several parts of one shape.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ingest.readers.documents.outline import Block, Section, blocks_of, sections_of
from ingest.readers.documents.section_fields import MARKUP, prompt_of
from ingest.readers.documents.sections import PROMPT, is_named

_LEAST = 3
_LEAST_SHARE = 0.6
_LEVELS = range(1, 6)
_ABOUT_PROMPTS = re.compile(r"prompt|act as|프롬프트|提示[词詞]|プロンプト|промпт", re.IGNORECASE)
_GUIDE = re.compile(r"guide|tutorial|handbook|course|docs|가이드|튜토리얼|指南|教程|ガイド|руководство", re.IGNORECASE)
_TEXT_FENCES = frozenset({"", "text", "txt", "plain", "plaintext", "md", "markdown", "prompt"})
_COMMAND = re.compile(
    r"\s*(?:[$#>] ?\S|(?:sudo|pip3?|npm|npx|pnpm|yarn|git|curl|wget|docker|cd|brew|apt|python3?|node|uv|cargo|go)\s)"
)
_DETAILS = re.compile(r"<details[^<>]{0,200}>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*<summary[^<>]{0,200}>([^\n]{1,400}?)</summary>", re.IGNORECASE)
_LINK_ONLY = re.compile(r"\s*!?\[[^\]\n]*\]\([^)\n]*\)\s*")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)


def prompts_in(text: str, subject: str) -> list[dict[str, Any]]:
    """The prompts in the shape that holds most of them; none where no shape is consistent.

    `subject` is what the file's name says of it. Where neither it nor the title speaks of prompts, only what is
    labelled as one counts; a guide's examples are none.
    """
    blocks = blocks_of(text)
    title = next((block.text for block in blocks if block.kind == "heading"), "")
    sections = list(sections_of(blocks))
    about = f"{title} {subject}"
    found = [_labelled(sections), _tabled(blocks)]
    if _ABOUT_PROMPTS.search(about) and not _GUIDE.search(about):
        found += [_bare(sections), _folded(text)]
    return max(found, key=len)


def _labelled(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections with just one heading `Prompt` directly below."""
    found = []
    for section in sections:
        inner = [one for one in section.below() if not one.parent and is_named(one.title, PROMPT)]
        body = _text_of(inner[0].own) if len(inner) == 1 else ""
        if body.strip():
            found.append(prompt_of(section, body))
    return found if len(found) > 1 else []


def _bare(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections of one level, most of which hold just one fence or quote, of prose."""
    best: list[dict[str, Any]] = []
    for level in _LEVELS:
        of_level = [section for section in sections if section.level == level]
        found = [(section, bodies[0]) for section in of_level if len(bodies := _bodies(section)) == 1]
        parents = {section.parent for section, _ in found}
        among = sum(section.parent in parents for section in of_level)
        if len(found) >= max(_LEAST, _LEAST_SHARE * among):
            best = max(best, [prompt_of(section, body) for section, body in found], key=len)
    return best


def _bodies(section: Section) -> list[str]:
    """Fences and quotes of prose; where there is program code, none."""
    blocks = [block for block in section.own if block.kind in ("code", "quote")]
    if any(block.info.partition(" ")[0].lower() not in _TEXT_FENCES for block in blocks):
        return []
    return [block.text for block in blocks if _is_prose(block.text)]


def _tabled(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The rows of tables with a column for the prompt, where that holds prose rather than links."""
    found: list[dict[str, Any]] = []
    for header, *rows in (block.cells for block in blocks if block.cells):
        names = [MARKUP.sub("", name).strip() for name in header]
        column = next((place for place, name in enumerate(names) if is_named(name, PROMPT)), None)
        if column is None or len(names) < 2:
            continue
        texts = [row[column] for row in rows if row[column : column + 1] != ("",)]
        prose = [text for text in texts if _is_prose(text) and not _LINK_ONLY.fullmatch(text)]
        if len(texts) > 1 and len(prose) >= _LEAST_SHARE * len(texts):
            names[column] = "prompt"
            found += [dict(zip(names, map(_cell, row), strict=False)) for row in rows]
    return found


def _cell(text: str) -> str:
    text = _BREAK.sub("\n", text).strip()
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "`" and "`" not in text[1:-1] else text


def _folded(text: str) -> list[dict[str, Any]]:
    """`<details><summary>title</summary>prompt</details>`, with or without a fence or quote around the prompt."""
    found = []
    for piece in _DETAILS.split(text)[1:]:
        summary = _SUMMARY.match(piece)
        if summary:
            inner = blocks_of(piece[summary.end() :].partition("</details>")[0].strip())
            body = _text_of([replace(block, kind="text") if block.kind == "html" else block for block in inner])
            if _is_prose(body):
                found.append({"title": MARKUP.sub("", summary[1]).strip(), "prompt": body})
    return found if len(found) >= _LEAST else []


def _text_of(blocks: Sequence[Block]) -> str:
    """The first fence or quote, or else all text."""
    body = next((block for block in blocks if block.kind in ("code", "quote")), None)
    return body.text if body else "\n\n".join(block.text for block in blocks if block.kind == "text")


def _is_prose(text: str) -> bool:
    is_long = len(text.split()) >= 5 or sum(ord(character) > 0x2E80 for character in text[:200]) >= 12
    return is_long and not _COMMAND.match(text)
