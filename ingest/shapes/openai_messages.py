"""OpenAI's messages, as its training files and API have them: `{"messages": [{"role": ..., "content": ...}, ...]}`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without
from ingest.shapes.messages import as_text, messages_in, opened


def _matches(fields: Fields) -> bool:
    return bool(messages_in(fields.get("messages")))


def _to_fields(fields: Fields) -> dict[str, Any]:
    """With an answer at their end the messages are a conversation; without one, they are all to be sent."""
    messages = messages_in(fields["messages"])
    ours = opened(messages) if messages[-1].role == "assistant" else {"prompt": as_text(messages)}
    return without(fields, "messages") | ours


OPENAI_MESSAGES = Shape("messages", frozenset({"messages"}), _matches, _to_fields)
