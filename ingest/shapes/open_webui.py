"""Open WebUI's prompt export: `[{"command": "/summary", "title": ..., "content": ...}]`."""

from typing import Any

from ingest.readers import Fields
from ingest.shapes.base import Shape


def _matches(fields: Fields) -> bool:
    return isinstance(fields.get("command"), str) and isinstance(fields.get("content"), str)


def _to_fields(fields: Fields) -> dict[str, Any]:
    ours = dict(fields)
    ours["key"] = ours.pop("command").removeprefix("/")
    ours["prompt"] = ours.pop("content")
    return ours


OPEN_WEBUI = Shape("Open WebUI", _matches, _to_fields)
