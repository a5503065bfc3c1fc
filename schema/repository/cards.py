"""Prompts as lists show them: what everybody may see of a prompt, and its text where the viewer may read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text

from schema.models import Prompt, PromptTag, Tag
from schema.repository.tables import prompt_cards

MAX_TAKE = 100


@dataclass(frozen=True, slots=True)
class PromptCard:
    """A prompt in a list. `prompt_text` is None where row-level security keeps it from the viewer.

    `image_key` names its picture in the store, where it has one.
    """

    id: int
    title: str
    description: str | None
    prompt_text: str | None
    agent_type: str
    access: str
    language: str | None
    creator_name: str | None
    created_at: datetime
    likes: int
    tags: tuple[str, ...]
    image_key: str | None = None


def card_columns() -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    """The columns of a PromptCard; select them from `cards_with_text()`."""
    tags = (
        select(func.array_agg(Tag.name, type_=ARRAY(Text)))
        .select_from(PromptTag)
        .join(Tag, Tag.id == PromptTag.tag_id)
        .where(PromptTag.prompt_id == prompt_cards.c.id)
        .scalar_subquery()
    )
    c = prompt_cards.c
    return (
        *(c.id, c.title, c.description, Prompt.prompt_text, c.agent_type, c.access, c.language),
        *(c.creator_name, c.created_at, c.likes, c.image_key, tags.label("tags")),
    )


def select_cards() -> Select[*tuple[Any, ...]]:
    """A select of cards; the text comes from `library.prompts`, whose row-level security leaves it out or not."""
    return select(*card_columns()).select_from(prompt_cards).outerjoin(Prompt, Prompt.id == prompt_cards.c.id)


def to_card(row: Row[*tuple[Any, ...]]) -> PromptCard:
    """A row of `select_cards()` as a PromptCard."""
    values = row._mapping
    fields = {name: values[name] for name in PromptCard.__dataclass_fields__ if name != "tags"}
    return PromptCard(tags=tuple(sorted(values["tags"] or ())), **fields)


def check_page(skip: int, take: int) -> None:
    """Refuse a page that is out of bounds.

    Raises:
        ValueError: `skip` is negative, or `take` is not 1 to MAX_TAKE.
    """
    if skip < 0 or not 1 <= take <= MAX_TAKE:
        raise ValueError(f"skip must be at least 0 and take 1 to {MAX_TAKE}; got {skip} and {take}")
