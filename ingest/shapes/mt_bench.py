"""MT-bench's questions: `{"question_id": 81, "category": ..., "turns": [...]}`; the first turn is the prompt."""

from typing import Any

from ingest.columns import Fields
from ingest.shapes.base import Shape, without


def _matches(fields: Fields) -> bool:
    turns = fields.get("turns")
    return isinstance(turns, list) and bool(turns) and all(isinstance(turn, str) for turn in turns)


def _to_fields(fields: Fields) -> dict[str, Any]:
    first, *after = fields["turns"]
    ours = {"key": fields.get("question_id"), "prompt": first, "turns_after": after or None}
    return without(fields, "turns", "question_id") | ours


MT_BENCH = Shape("MT-bench", frozenset({"turns"}), _matches, _to_fields)
