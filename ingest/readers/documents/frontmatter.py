"""Frontmatter: the fields between two `---` lines at the head of a document, be they valid YAML or not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ingest.errors import UnreadableFileError
from ingest.readers.yaml_loader import load_documents

MAX_CHARACTERS = 1_000_000
_OPENED = re.compile(r"\s*---[ \t]*\n")
_CLOSED = re.compile(r"^---[ \t]*$\n?", re.MULTILINE)
_ENTRY = re.compile(r"^\w[\w .-]{0,60}:(?:[ \t]|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """A text without its frontmatter, and what stood there."""

    fields: dict[str, Any]
    body: str


def split(text: str) -> Document | None:
    """The frontmatter and the text after it, to the byte; None where `text` (with LF line ends) has no frontmatter.

    A rule (`---`) above prose is none.
    """
    opened = _OPENED.match(text)
    closed = _CLOSED.search(text, opened.end(), opened.end() + MAX_CHARACTERS) if opened else None
    if opened is None or closed is None:
        return None
    block = text[opened.end() : closed.start()]
    fields = fields_of(block)
    return Document(fields, text[closed.end() :]) if fields or not block.strip() else None


def fields_of(block: str) -> dict[str, Any]:
    """The fields of a YAML mapping; where it is not valid, entry by entry, and what YAML cannot read as it stands."""
    try:
        loaded = load_yaml(block)
    except UnreadableFileError:
        return dict(_field(entry) for entry in _entries(block))
    return loaded if isinstance(loaded, dict) else {}


def load_yaml(text: str) -> Any:
    """The first document of a YAML text, of JSON's types only.

    Raises:
        UnreadableFileError: it is not valid, or too much for any description of a prompt.
    """
    return next(load_documents(text, "frontmatter"), None)


def _entries(block: str) -> Iterator[str]:
    """A top-level `name: value` with the lines that belong to it."""
    begins = [entry.start() for entry in _ENTRY.finditer(block)]
    for begin, following in pairwise([*begins, len(block) + 1]):
        yield block[begin : following - 1]


def _field(entry: str) -> tuple[str, Any]:
    try:
        loaded = load_yaml(f"{entry}\n")
    except UnreadableFileError:
        loaded = None
    if isinstance(loaded, dict) and len(loaded) == 1:
        return next(iter(loaded.items()))
    name, _, value = entry.partition(":")
    lines = [line.strip() for line in value.split("\n") if line.strip()]
    if lines and all(line.startswith("- ") for line in lines):
        return name.strip(), [_unquoted(line[2:].strip()) for line in lines]
    return name.strip(), _unquoted("\n".join(lines))


def _unquoted(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value
