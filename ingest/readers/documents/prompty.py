"""Prompty: frontmatter, in either of its two schemas or none, and a text with `system:` and `user:` lines."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.base import Row, key_of
from ingest.readers.documents.base import document_of, has_words, lifted, row_of
from ingest.readers.documents.folders import variables_of
from ingest.sources import SourceFile

_NO_MODEL = re.compile(r"<.*>|\$\{.*")


class PromptyReader:
    """One prompt a file."""

    name = "prompty"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        return file.ending == ".prompty" and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt; a text of placeholders alone, as of embeddings, is none."""
        document = document_of(file)
        given = _without_connections(document.fields)
        fields = lifted(given) | _of_model(given.get("model"))
        fields |= variables_of(given.get("inputs")) or variables_of(given.get("sample"))
        row = row_of(document, fields, title=file.stem, key=key_of(file))
        no_words = None if has_words(document.body) else "has no text of its own, only placeholders"
        yield Row(row.number, row.fields, row.fault or no_words)


def _of_model(model: Any) -> dict[str, Any]:
    """What the model's entry says: `{id, apiType, options}` now, `{api, configuration, parameters}` in former files."""
    if not isinstance(model, dict):
        return {}
    before = model.get("configuration")
    configuration = before if isinstance(before, dict) else {}
    names = (model.get("id"), configuration.get("model"), configuration.get("azure_deployment"))
    kind = model.get("apiType", model.get("api"))
    return {
        "model": next((name for name in names if isinstance(name, str) and not _NO_MODEL.fullmatch(name)), None),
        "provider": model.get("provider", configuration.get("type")),
        "api": kind,
        "options": model.get("options", model.get("parameters")),
        **({"type": "image"} if kind == "image" else {}),
    }


def _without_connections(value: Any) -> Any:
    """The fields without what connects to a service, which may hold a secret."""
    if isinstance(value, dict):
        return {name: _without_connections(inner) for name, inner in value.items() if name != "connection"}
    return [_without_connections(inner) for inner in value] if isinstance(value, list) else value
