"""Markdown, mostly with frontmatter, one prompt a file: skills, agents, commands, Cursor rules, notes."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from ingest.readers.base import Row, key_of
from ingest.readers.documents.base import (
    MARKDOWN,
    document_of,
    folder_key_of,
    heading_of,
    lifted,
    row_of,
    sample_of,
)
from ingest.readers.documents.frontmatter import Document, split
from ingest.sources import SourceFile
from ingest.sources.file import SAMPLE_BYTES

_COPILOT = re.compile(r"\.(?:agent|instructions|prompt|chatmode)$")
_COMMANDS = (".claude/commands/", ".claude/agents/", ".cursor/rules/", ".github/prompts/")
_INLINE_TAG = re.compile(r"(?<![\w#/&(])#([^\W\d][\w/-]{0,63})")
_EXPORTED = frozenset({"key", "promptory_id"})
_CODE_SPAN = re.compile(r"`[^`\n]{0,500}`")


class SkillReader:
    """`SKILL.md`: a skill is its folder."""

    name = "skill"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        return file.name.lower() == "skill.md" and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        yield row_of(document, lifted(document.fields), title=file.folder, key=folder_key_of(file))


class CopilotReader:
    """`x.agent.md`, `x.instructions.md`, `x.prompt.md` and `x.chatmode.md` of GitHub Copilot."""

    name = "copilot"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        return file.ending in MARKDOWN and bool(_COPILOT.search(file.stem.lower())) and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        title = heading_of(document.body) or PurePosixPath(file.stem).stem
        yield row_of(document, lifted(document.fields), title=title, key=key_of(file))


class CursorReader:
    """Rules for Cursor: `.mdc`, whose frontmatter is seldom valid YAML, and `.cursorrules`."""

    name = "cursor rule"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        is_rule = file.ending == ".mdc" or file.name.lower().endswith(".cursorrules")
        return is_rule and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        title = file.stem if file.ending == ".mdc" else file.folder
        yield row_of(document, lifted(document.fields), title=title or file.stem, key=key_of(file))


class FrontmatterReader:
    """Any other Markdown with frontmatter, a command of Claude Code without, and this product's own export."""

    name = "markdown"

    def recognises(self, file: SourceFile) -> bool:
        """Frontmatter, or the folder that commands lie in."""
        if file.ending not in MARKDOWN or file.text_sample is None:
            return False
        if any(folder in file.label for folder in _COMMANDS) or split(sample_of(file)):
            return True
        is_cut = len(file.sample) == SAMPLE_BYTES
        return is_cut and sample_of(file).lstrip().startswith("---\n") and bool(document_of(file).fields)

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        fields = lifted(document.fields)
        if _is_note(fields):
            fields["tags"] = [*_listed(fields.get("tags")), *_inline_tags(document)]
        yield row_of(document, fields, title=heading_of(document.body) or file.stem, key=key_of(file))


def _is_note(fields: dict[str, Any]) -> bool:
    """Whether this is a note, as of Obsidian, whose text may hold tags; in an export they are but text."""
    return ("aliases" in fields or "tags" in fields) and _EXPORTED.isdisjoint(fields)


def _inline_tags(document: Document) -> list[str]:
    """The `#tags` of a text; headings and code hold none."""
    found: list[str] = []
    for number, part in enumerate(document.body.split("```")):
        if number % 2 == 0:
            found.extend(_INLINE_TAG.findall(_CODE_SPAN.sub("", part)))
    return list(dict.fromkeys(found))


def _listed(tags: Any) -> list[Any]:
    return tags if isinstance(tags, list) else [tag.strip() for tag in str(tags or "").split(",")]
