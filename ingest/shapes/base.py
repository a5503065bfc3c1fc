"""What a shape is: it tells a record by its fields and puts what they mean under our names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingest.readers import Fields


@dataclass(frozen=True, slots=True)
class Shape:
    """A record format of another product.

    `to_fields` returns the record under the names of `ingest.fields.ALIASES` (key, title, prompt, description, tags,
    author, type, language, negative_prompt, licence, model, popularity, translation_key, ...); what it leaves under
    other names is kept as details. It raises RecordError for a record that cannot be used.
    `matches` is called for each record: it looks at a few keys and types, no more.
    """

    name: str
    matches: Callable[[Fields], bool]
    to_fields: Callable[[Fields], dict[str, Any]]
