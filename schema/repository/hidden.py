"""Prompts that a person does not want to be recommended."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from schema.models import HiddenPrompt
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.tables import prompt_cards


def hide_prompt(session: Session, user_id: int, prompt_id: int) -> None:
    """Recommend the prompt no more to the person, who must be the session's viewer; hiding it again changes nothing."""
    values = {"user_id": user_id, "prompt_id": prompt_id}
    session.execute(insert(HiddenPrompt).values(values).on_conflict_do_nothing())


def unhide_prompt(session: Session, user_id: int, prompt_id: int) -> None:
    """Let the prompt be recommended again to the person, who must be the session's viewer."""
    session.execute(delete(HiddenPrompt).where(HiddenPrompt.user_id == user_id, HiddenPrompt.prompt_id == prompt_id))


def hidden_prompts(session: Session, user_id: int, *, take: int = 50) -> list[PromptCard]:
    """The `take` prompts that the person, who must be the session's viewer, hid last, the newest first."""
    check_page(0, take)
    statement = (
        select_cards()
        .join(HiddenPrompt, HiddenPrompt.prompt_id == prompt_cards.c.id)
        .where(HiddenPrompt.user_id == user_id)
        .order_by(HiddenPrompt.hidden_at.desc(), HiddenPrompt.prompt_id)
        .limit(take)
    )
    return [to_card(row) for row in session.execute(statement)]
