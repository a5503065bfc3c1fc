"""PromptSource's templates: `{"id", "name", "jinja", "metadata": {"languages": [...]}, "reference"}`.

Their data set and its subset stand above the templates, and come with each of them.
"""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, given, without


def _matches(fields: Fields) -> bool:
    return isinstance(fields.get("jinja"), str)


def _to_fields(fields: Fields) -> dict[str, Any]:
    """The template stays whole, to the byte; what follows `|||` in it is the answer that a model should give."""
    text, metadata = fields["jinja"], fields.get("metadata")
    languages = metadata.get("languages") if isinstance(metadata, dict) else None
    ours = given(
        prompt=text,
        language=languages[0] if isinstance(languages, list) and len(languages) == 1 else None,
        tags=[name for name in (fields.get("dataset"), fields.get("subset")) if name],
        parts="input ||| target" if "|||" in text else "input",
    )
    return without(fields, "jinja") | ours


PROMPTSOURCE = Shape("PromptSource", frozenset({"jinja"}), _matches, _to_fields)
