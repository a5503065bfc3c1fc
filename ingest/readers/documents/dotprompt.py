"""Dotprompt: frontmatter and a Handlebars template. `x.variant.prompt` is a variant of x, `_x.prompt` a partial."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.base import Row, key_of
from ingest.readers.documents.base import has_words, row_of, with_lf
from ingest.readers.documents.folders import variables_of
from ingest.readers.documents.frontmatter import Document, split
from ingest.readers.documents.handlebars import fault_of, partials_of
from ingest.sources import SourceFile

_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)+(?=---[ \t]*\n)")
_LICENCE = re.compile(r"SPDX-License-Identifier:[ \t]*(\S{1,60})")


class DotpromptReader:
    """One prompt a file."""

    name = "dotprompt"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        return file.ending == ".prompt" and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt; a template that is broken carries a fault, and so does a partial."""
        text = with_lf(file.read_text())
        comments = _COMMENTS.match(text)
        text = text[comments.end() :] if comments else text
        document = split(text) or Document({}, text)
        licence = _LICENCE.search(comments[0]) if comments else None
        title, _, variant = file.stem.partition(".")
        fault = "is a partial, which other prompts include" if is_partial(file) else _fault(document.body)
        fields = document.fields | ({"variant": variant} if variant else {}) | _of_template(document, fault)
        row = row_of(document, fields, title=title, key=key_of(file), licence=licence[1] if licence else None)
        yield Row(row.number, row.fields, row.fault or fault)


def is_partial(file: SourceFile) -> bool:
    """Whether a file is a piece that prompts include."""
    return file.ending == ".prompt" and file.name.startswith("_")


def _fault(body: str) -> str | None:
    return fault_of(body) or (None if has_words(body) else "has no text of its own, only placeholders")


def _of_template(document: Document, fault: str | None) -> dict[str, Any]:
    inputs = document.fields.get("input")
    defaults = inputs.get("default") if isinstance(inputs, dict) else None
    partials = [] if fault else partials_of(document.body)
    return variables_of(defaults) | ({"partials": partials} if partials else {})
