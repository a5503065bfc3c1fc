"""GitHub Models' prompt files: `name, description, model, modelParameters, messages, testData, evaluators`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without
from ingest.shapes.messages import as_text, messages_in

_ITS_OWN = frozenset({"modelParameters", "testData", "evaluators", "responseFormat", "jsonSchema"})


def _matches(fields: Fields) -> bool:
    named = "name" in fields and "model" in fields
    return (named or not _ITS_OWN.isdisjoint(fields)) and bool(messages_in(fields.get("messages")))


def _to_fields(fields: Fields) -> dict[str, Any]:
    """All of its messages are to be sent, also answers: they are examples."""
    return without(fields, "messages") | {"prompt": as_text(messages_in(fields["messages"]))}


GITHUB_MODELS = Shape("GitHub Models", frozenset({"messages"}), _matches, _to_fields)
