"""FastChat's prompts for judges: `{"name": ..., "system_prompt": ..., "prompt_template": ..., "category": ...}`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without
from ingest.shapes.messages import Message, as_text


def _matches(fields: Fields) -> bool:
    return isinstance(fields.get("prompt_template"), str) and isinstance(fields.get("system_prompt"), str)


def _to_fields(fields: Fields) -> dict[str, Any]:
    messages = [Message("system", fields["system_prompt"]), Message("user", fields["prompt_template"])]
    ours = {"key": fields.get("name"), "prompt": as_text(messages)}
    return without(fields, "system_prompt", "prompt_template") | ours


FASTCHAT_JUDGE = Shape("FastChat judge", frozenset({"prompt_template"}), _matches, _to_fields)
