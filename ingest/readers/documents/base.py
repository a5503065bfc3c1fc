"""What the readers of documents share: a file's text, and what its name and place say of the prompt in it."""

import re
from pathlib import PurePosixPath
from typing import Any

from ingest.columns import Fields, with_defaults
from ingest.readers.base import Row
from ingest.readers.documents.frontmatter import Document, split
from ingest.sources import SourceFile

MARKDOWN = (".md", ".markdown", ".mdown")
_HEADING = re.compile(r"\s*# +(\S[^\n]{0,300})")
_ROLE = re.compile(r"^[ \t]*(?:system|user|assistant|developer|model|tool|function)[ \t]*:[ \t]*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{[^{}]{0,500}\}\}|\{%[^{}%]{0,500}%\}|\$\{[^{}]{0,500}\}")


def with_lf(text: str) -> str:
    """The text with LF line ends, which every prompt is stored with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def sample_of(file: SourceFile) -> str:
    """The beginning of a file's text with LF line ends; '' of what is no text."""
    return with_lf(file.text_sample or "")


def document_of(file: SourceFile) -> Document:
    """A file's text and frontmatter, if it has some.

    Raises:
        UnreadableFileError: it is no text, or longer than any document.
    """
    text = with_lf(file.read_text())
    return split(text) or Document({}, text)


def folder_key_of(file: SourceFile) -> str:
    """What names a prompt that is a folder."""
    parent = str(PurePosixPath(file.place).parent)
    return parent if parent != "." else file.folder or file.stem


def heading_of(body: str) -> str | None:
    """The title that a text begins with (`# Title`)."""
    heading = _HEADING.match(body)
    return heading[1].strip(" #|*") or None if heading else None


def has_words(template: str) -> bool:
    """Whether a template says anything beside its roles and placeholders."""
    return any(map(str.isalnum, _PLACEHOLDER.sub("", _ROLE.sub("", template))))


def row_of(document: Document, fields: Fields, **defaults: str | None) -> Row:
    """The one row of a document: its text, `fields`, and of `defaults` those that the fields say nothing of."""
    kept = {("prompt in frontmatter" if name == "prompt" else name): value for name, value in fields.items()}
    if not document.body.strip():
        fault = None if "prompt" in fields else "has no text after its frontmatter"
        return Row(1, with_defaults(fields, defaults), fault)
    return Row(1, with_defaults({"prompt": document.body} | kept, defaults))


def lifted(fields: Fields) -> dict[str, Any]:
    """Frontmatter with authors and tags where we look for them: `authors`, and what stands below `metadata`."""
    below = fields.get("metadata")
    inner = below if isinstance(below, dict) else {}
    found = {
        "author": fields.get("authors") or inner.get("author") or inner.get("authors"),
        "tags": inner.get("tags"),
    }
    rest = {name: value for name, value in fields.items() if name != "authors" or "author" in fields}
    return {name: value for name, value in found.items() if value and name not in rest} | rest
