"""Alpaca's tasks: `{"instruction": ..., "input": ..., "output": ..., "system": ...}`; the answer is a detail."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without
from ingest.shapes.messages import Message, as_text


def _matches(fields: Fields) -> bool:
    return isinstance(fields.get("instruction"), str) and ("output" in fields or "input" in fields)


def _to_fields(fields: Fields) -> dict[str, Any]:
    asked = (fields["instruction"], fields.get("input"))
    user = "\n\n".join(part for part in asked if isinstance(part, str) and part.strip())
    system = fields.get("system")
    told = [Message("system", system)] if isinstance(system, str) else []
    return without(fields, "instruction", "input", "system") | {"prompt": as_text([*told, Message("user", user)])}


ALPACA = Shape("Alpaca", frozenset({"instruction"}), _matches, _to_fields)
