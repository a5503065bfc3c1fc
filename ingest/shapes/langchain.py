"""LangChain's prompts, saved (`{"_type": "prompt", ...}`) or serialised (`{"lc": 1, "id": [...], "kwargs": {...}}`)."""

from typing import Any

from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.shapes.base import Shape, given, without
from ingest.shapes.messages import Message, as_text

_KINDS = frozenset({"prompt", "few_shot", "chat"})
_ROLES = {"System": "system", "Human": "user", "AI": "assistant", "Messages": "placeholder"}
_ENVELOPE = ("lc", "type", "id", "kwargs", "name", "graph")
_SPENT = (
    "_type",
    "name",
    "template",
    "messages",
    "prefix",
    "suffix",
    "input_variables",
    "partial_variables",
    "metadata",
)


def _matches(fields: Fields) -> bool:
    if fields.get("lc") == 1:
        return isinstance(fields.get("kwargs"), dict) and "Prompt" in _class_of(fields)
    kind = fields.get("_type")
    return isinstance(kind, str) and kind in _KINDS


def _to_fields(fields: Fields) -> dict[str, Any]:
    inner = _arguments(fields)
    text = _text_of(inner)
    if text is None:
        raise RecordError("is a LangChain prompt without a template in it")
    metadata = inner.get("metadata")
    hub = metadata if isinstance(metadata, dict) else {}
    ours = given(
        prompt=text,
        title=inner.get("name") or hub.get("lc_hub_repo"),
        author=hub.get("lc_hub_owner"),
        variables=inner.get("partial_variables"),
        input_variables=inner.get("input_variables"),
        metadata=metadata,
    )
    around = without(fields, *_ENVELOPE) if inner is not fields else {}
    return around | without(inner, *_SPENT) | ours


def _text_of(inner: Fields) -> str | None:
    """The text of a template, of a chat's messages, or of what stands around examples."""
    if isinstance(inner.get("template"), str):
        return str(inner["template"])
    if isinstance(inner.get("messages"), list):
        return as_text([_message(one) for one in inner["messages"] if isinstance(one, dict)])
    around = [part for part in (inner.get("prefix"), inner.get("suffix")) if isinstance(part, str)]
    return "\n\n".join(around) if around else None


def _message(message: Fields) -> Message:
    inner, kind = _arguments(message), _class_of(message)
    role = next((role for prefix, role in _ROLES.items() if kind.startswith(prefix)), inner.get("role", "user"))
    prompt = inner.get("prompt")
    if "variable_name" in inner:
        return Message("placeholder", f"{{{inner['variable_name']}}}")
    text = _text_of(_arguments(prompt)) if isinstance(prompt, dict) else inner.get("content", inner.get("template"))
    return Message(str(role), text if isinstance(text, str) else "")


def _arguments(value: Fields) -> Fields:
    inner = value.get("kwargs")
    return inner if isinstance(inner, dict) else value


def _class_of(value: Fields) -> str:
    """The name of its class, the last part of its id (`["langchain", "prompts", "chat", "ChatPromptTemplate"]`)."""
    path = value.get("id")
    return str(path[-1]) if isinstance(path, list) and path else ""


LANGCHAIN = Shape("LangChain", frozenset({"lc", "_type"}), _matches, _to_fields)
