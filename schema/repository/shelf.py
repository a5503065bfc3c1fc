"""What a person liked, and what they looked at last. Both are of the session's viewer only."""

from typing import Any

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from schema.models import EventType, UserPromptLike
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.recent_uses import USES_KEPT, newest_uses
from schema.repository.tables import merged_prompts, prompt_cards

VIEWS_LOOKED_AT = USES_KEPT
"""So many of a person's last views are looked through for different prompts."""


def liked_prompts(session: Session, user_id: int, *, skip: int = 0, take: int = 20) -> list[PromptCard]:
    """The prompts that a person likes, the last liked first, `take` (1 to 100) after the first `skip`."""
    like = UserPromptLike
    return _cards(session, select(like.prompt_id, like.liked_at.label("at")).where(like.user_id == user_id), skip, take)


def viewed_prompts(session: Session, user_id: int, *, skip: int = 0, take: int = 20) -> list[PromptCard]:
    """The prompts that a person looked at, the last first, each once, `take` (1 to 100) after the first `skip`."""
    views = newest_uses(user_id, EventType.VIEW, most=VIEWS_LOOKED_AT)
    return _cards(session, select(views.c.prompt_id, views.c.at), skip, take)


def _cards(session: Session, moments: Select[*tuple[Any, ...]], skip: int, take: int) -> list[PromptCard]:
    """The cards of prompts, those of the latest moments first; a merged prompt is the one that stands for it."""
    check_page(skip, take)
    last = _last(moments.subquery())
    statement = (
        select_cards()
        .join(last, last.c.prompt_id == prompt_cards.c.id)
        .order_by(last.c.at.desc(), last.c.prompt_id)
        .offset(skip)
        .limit(take)
    )
    return [to_card(row) for row in session.execute(statement)]


def _last(moments: Subquery) -> Subquery:
    head = func.coalesce(merged_prompts.c.head_id, moments.c.prompt_id)
    return (
        select(head.label("prompt_id"), func.max(moments.c.at).label("at"))
        .select_from(moments)
        .outerjoin(merged_prompts, merged_prompts.c.prompt_id == moments.c.prompt_id)
        .group_by(head)
        .subquery()
    )
