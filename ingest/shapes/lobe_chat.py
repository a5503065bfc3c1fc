"""LobeChat's agents: `{"identifier": ..., "config": {"systemRole": ...}, "meta": {"title": ..., "tags": ...}}`."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, given, without


def _matches(fields: Fields) -> bool:
    config = fields.get("config")
    return isinstance(config, dict) and "systemRole" in config


def _to_fields(fields: Fields) -> dict[str, Any]:
    """A translation comes with keys of its own, which its file's name told (`ingest/readers/file_names.py`)."""
    config, meta = fields["config"], fields.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    tags = [tag for tag in (*_listed(meta.get("tags")), meta.get("category")) if tag]
    identifier = fields.get("identifier")
    ours = given(
        key=identifier,
        translation_key=identifier,
        prompt=config["systemRole"],
        title=meta.get("title"),
        description=meta.get("description"),
        tags=tags,
        model=config.get("model"),
    )
    kept = given(config=without(config, "systemRole", "model"), meta=without(meta, "title", "description", "tags"))
    return without(fields, "identifier", "config", "meta") | kept | ours


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


LOBE_CHAT = Shape("LobeChat", frozenset({"config"}), _matches, _to_fields)
