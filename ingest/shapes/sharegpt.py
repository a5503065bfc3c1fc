"""ShareGPT's conversations: `{"conversations": [{"from": "human", "value": ...}, ...], "system": ...}`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without
from ingest.shapes.messages import Message, messages_in, opened


def _matches(fields: Fields) -> bool:
    return bool(messages_in(fields.get("conversations")))


def _to_fields(fields: Fields) -> dict[str, Any]:
    system, messages = fields.get("system"), messages_in(fields["conversations"])
    told = [Message("system", system)] if isinstance(system, str) else []
    return without(fields, "conversations", "system") | opened([*told, *messages])


SHAREGPT = Shape("ShareGPT", frozenset({"conversations"}), _matches, _to_fields)
