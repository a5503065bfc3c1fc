"""Search over titles, tags, descriptions and the texts that the viewer may read."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from schema.models import Prompt, PromptTag, Tag
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.tables import prompt_cards

MAX_TERMS = 12


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results, and how many there are in all."""

    total: int
    cards: list[PromptCard]


def search_prompts(
    session: Session,
    query: str,
    *,
    tag: str | None = None,
    agent_type: str | None = None,
    access: str | None = None,
    language: str | None = None,
    skip: int = 0,
    take: int = 20,
) -> SearchPage:
    """Prompts that hold any word of `query`, those that hold more of its words first; all prompts for an empty query.

    A word counts 4 in the title, 3 as a tag, 2 in the description and 1 in the text. Ties go to the more liked, then
    the older prompt. A text that the viewer may not read is not searched.
    """
    check_page(skip, take)
    terms = list(dict.fromkeys(unicodedata.normalize("NFKC", query).split()))[:MAX_TERMS]
    cards = prompt_cards.c
    scores = [_score(term) for term in terms]
    score: ColumnElement[int] = sum(scores, start=literal(0))
    statement = select_cards().add_columns(func.count().over().label("total"))
    for column, wanted in ((cards.agent_type, agent_type), (cards.access, access), (cards.language, language)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if tag is not None:
        tagged = select(PromptTag.prompt_id).join(Tag, Tag.id == PromptTag.tag_id).where(Tag.name == tag)
        statement = statement.where(cards.id.in_(tagged))
    if terms:
        statement = statement.where(or_(*(one > 0 for one in scores)))
    # A prompt that holds two words at all beats one that holds one of them everywhere.
    words_held: ColumnElement[int] = sum((case((one > 0, 1), else_=0) for one in scores), start=literal(0))
    ordered = statement.order_by(words_held.desc(), score.desc(), cards.likes.desc(), cards.id)
    rows = session.execute(ordered.offset(skip).limit(take)).all()
    return SearchPage(total=rows[0].total if rows else 0, cards=[to_card(row) for row in rows])


def _score(term: str) -> ColumnElement[int]:
    """What one word brings a prompt, 0 to 10."""
    cards = prompt_cards.c
    has_tag = (
        select(literal(1))
        .select_from(PromptTag)
        .join(Tag, Tag.id == PromptTag.tag_id)
        .where(PromptTag.prompt_id == cards.id, Tag.name.contains(term.casefold(), autoescape=True))
        .exists()
    )
    parts = (
        (4, _holds(cards.title, term)),
        (3, has_tag),
        (2, _holds(cards.description, term)),
        (1, _holds(Prompt.prompt_text, term)),
    )
    return sum((case((holds, weight), else_=0) for weight, holds in parts), start=literal(0))


def _holds(column: ColumnElement[Any] | InstrumentedAttribute[Any], term: str) -> ColumnElement[bool]:
    """Whether a text holds a word; full-width letters and the like are as good as the usual ones."""
    return func.coalesce(func.normalize(column, literal_column("NFKC")).icontains(term, autoescape=True), False)
