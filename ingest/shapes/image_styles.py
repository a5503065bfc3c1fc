"""Styles of image tools (A1111's styles.csv, Fooocus, SDXL): `name, prompt, negative_prompt`; `{prompt}` is a slot."""

from typing import Any

from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.shapes.base import Shape


def _matches(fields: Fields) -> bool:
    return "prompt" in fields and isinstance(fields.get("negative_prompt"), str)


def _to_fields(fields: Fields) -> dict[str, Any]:
    """A style is known by its name.

    Raises:
        RecordError: it has nothing to say but what shall not be in the picture.
    """
    prompt = fields["prompt"] or ""
    if isinstance(prompt, str) and not prompt.replace("{prompt}", "").strip():
        what = "a negative prompt only" if fields["negative_prompt"].strip() else "no words of its own"
        raise RecordError(f"is a style with {what}; there is nothing in it to use as a prompt")
    named = {"key": fields.get("name")} if "id" not in fields else {}
    return {"type": "image", **named, **fields}


IMAGE_STYLE = Shape("image style", frozenset({"negative_prompt"}), _matches, _to_fields)
