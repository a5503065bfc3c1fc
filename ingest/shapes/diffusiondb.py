"""DiffusionDB's metadata and its like: a prompt with the seed, steps, guidance and sampler of the image it made."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without

_SETTINGS = frozenset({"sampler", "cfg", "cfg_scale", "step", "steps"})
_SHORT = {"p": "prompt", "se": "seed", "c": "cfg", "st": "step", "sa": "sampler"}


def _matches(fields: Fields) -> bool:
    """By the long names of its table, or by the short ones of its parts (`{"x.png": {"p": ..., "se": ...}}`)."""
    if "prompt" in fields:
        return "seed" in fields and not _SETTINGS.isdisjoint(fields)
    return fields.keys() >= _SHORT.keys()


def _to_fields(fields: Fields) -> dict[str, Any]:
    """What names a part's record names its image, not its prompt."""
    if "prompt" in fields:
        return {"type": "image", **fields}
    named = {_SHORT.get(column, column): value for column, value in fields.items()}
    return without(named, "key", "title") | {"type": "image", "image_name": named.get("title")}


DIFFUSIONDB = Shape("DiffusionDB", frozenset({"seed", "se"}), _matches, _to_fields)
