"""Langfuse's prompts: `{"name", "version": 3, "labels": ["production"], "prompt": ..., "config": {"model"}}`."""

from typing import Any

from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.shapes.base import Shape, given, without
from ingest.shapes.messages import as_text, messages_in


def _matches(fields: Fields) -> bool:
    named = isinstance(fields.get("name"), str) and "prompt" in fields
    return named and isinstance(fields.get("labels"), list) and isinstance(fields.get("version"), int)


def _to_fields(fields: Fields) -> dict[str, Any]:
    """The version in production is the prompt; one that carries another label is a prompt beside it.

    Raises:
        RecordError: a version without a label, which Langfuse serves to nobody.
    """
    name, labels, prompt, config = fields["name"], fields["labels"], fields["prompt"], fields.get("config")
    if not labels:
        raise RecordError(f"is version {fields['version']} of '{name[:80]}', a past one: it carries no label")
    ours = given(
        key=name if "production" in labels else f"{name}@{labels[0]}",
        prompt=as_text(messages_in(prompt)) if isinstance(prompt, list) else prompt,
        model=config.get("model") if isinstance(config, dict) else None,
        version_labels=labels,
    )
    return without(fields, "labels", "prompt") | ours


LANGFUSE = Shape("Langfuse", frozenset({"labels"}), _matches, _to_fields)
