"""Messages as one text: the one way in which conversations, chat templates and lists of messages become a prompt."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ingest.errors import RecordError

_OTHER_NAMES = {
    "human": "user",
    "gpt": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
}
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "placeholder", *_OTHER_NAMES})


class Message(NamedTuple):
    """What one side says. `role` is system, user, assistant or what else the source calls it."""

    role: str
    content: str


def messages_in(value: object) -> list[Message]:
    """The messages of `[{"role", "content"}]` or `[{"from", "value"}]`; [] where the value is not all messages."""
    if not isinstance(value, list) or not all(map(is_message, value)):
        return []
    return [_message(one) for one in value]


def is_message(value: object) -> bool:
    """Whether a value is a message: someone who takes part in chats, and what is said."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("from"), str):
        return "value" in value
    role = value.get("role") or value.get("type")
    says = "content" in value or role == "placeholder" or "tool_calls" in value
    return says and isinstance(role, str) and role.casefold() in _ROLES


def as_text(messages: Sequence[Message]) -> str:
    """One text of messages: of a single one its content as it is, of several a section a role, as in Prompty."""
    said = [message for message in messages if message.content.strip()]
    if len(said) == 1:
        return said[0].content
    return "\n\n".join(f"{role}:\n{content.strip(chr(10))}" for role, content in said)


def opened(messages: Sequence[Message]) -> dict[str, Any]:
    """The fields of a conversation: its prompt is the user's first turn, after what the system was told.

    Raises:
        RecordError: the user says nothing in it.
    """
    first = next((number for number, message in enumerate(messages) if message.role == "user"), None)
    if first is None:
        raise RecordError("is a conversation in which nobody asks anything")
    told = [message for message in messages[:first] if message.role in ("system", "developer")]
    after = [message._asdict() for message in messages[first + 1 :]]
    return {"prompt": as_text([*told, messages[first]]), "turns_after": after or None}


def _message(value: dict[str, Any]) -> Message:
    role = str(value.get("from") or value.get("role") or value.get("type")).casefold()
    if role == "placeholder":
        return Message(role, f"{{{{{value.get('name', '')}}}}}")
    return Message(_OTHER_NAMES.get(role, role), _content(value.get("content", value.get("value"))))


def _content(content: object) -> str:
    """A content's text; of several parts, those that are text."""
    if isinstance(content, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in content)
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
