"""Open WebUI's prompt export: `[{"command": "/summary", "title": ..., "content": ...}]`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without


def _matches(fields: Fields) -> bool:
    return isinstance(fields.get("command"), str) and isinstance(fields.get("content"), str)


def _to_fields(fields: Fields) -> dict[str, Any]:
    ours = without(fields, "command", "content")
    return ours | {"key": fields["command"].removeprefix("/"), "prompt": fields["content"]}


OPEN_WEBUI = Shape("Open WebUI", frozenset({"command"}), _matches, _to_fields)
