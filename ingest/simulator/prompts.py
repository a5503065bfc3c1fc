"""The prompts that a simulation is about: by default the starter collection's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COLLECTION = "promptory-starter"
STARTER = Path(__file__).parents[1] / "starter" / COLLECTION


@dataclass(frozen=True, slots=True)
class SimulatedPrompt:
    """What the simulator needs to know of a prompt; `key` is `collection/key`, `author` an imported contributor."""

    key: str
    title: str
    tags: tuple[str, ...]
    language: str | None
    is_pro: bool
    author: str | None = None


def starter_prompts() -> Iterator[SimulatedPrompt]:
    """The prompts of the starter collection, keyed as `promptory import` keys them."""
    for path in sorted(STARTER.glob("*.json")):
        for record in json.loads(path.read_text(encoding="utf-8")):
            yield SimulatedPrompt(
                key=f"{COLLECTION}/{record['key']}",
                title=record["title"],
                tags=tuple(record["tags"]),
                language=record["language"],
                is_pro=record["access"] == "PRO",
                author=record["author"],
            )
