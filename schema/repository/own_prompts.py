"""Prompts that a person wrote: change them, tag them, delete them and take that back.

The functions that are asked here, of migrations 0017 and 0019, act for the session's viewer, on prompts of theirs.
"""

import enum
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from schema.errors import PromptoryError
from schema.models import AgentType, Prompt, Tier
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.prompts import as_duplicate, written
from schema.repository.tables import prompt_cards
from schema.text import content_hash

RESTORABLE = timedelta(days=30)
"""So long the person who deleted a prompt can have it back."""

_REVISE = """
SELECT library.revise_prompt(
    :prompt_id, :seen, :title, :description, :body, :hash, cast(:variables AS jsonb), :agent_type, :access, :language
)
"""


class Change(enum.StrEnum):
    """What became of a change that somebody asked for."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    GONE = "gone"
    OVERTAKEN = "overtaken"
    SHARED = "shared"


class ChangeRefusedError(PromptoryError):
    """A prompt is not the viewer's to change, or not in this way."""


@dataclass(frozen=True, slots=True)
class DeletedPrompt:
    """A prompt that its author deleted, and until when they can have it back."""

    id: int
    title: str
    restorable_until: datetime


def own_prompts(session: Session, user_id: int, *, skip: int = 0, take: int = 20) -> list[PromptCard]:
    """The prompts that a person wrote, those changed last first, `take` (1 to 100) after the first `skip`."""
    check_page(skip, take)
    cards = prompt_cards.c
    statement = (
        select_cards()
        .where(cards.created_by == user_id)
        .order_by(cards.updated_at.desc(), cards.id.desc())
        .offset(skip)
        .limit(take)
    )
    return [to_card(row) for row in session.execute(statement)]


def deleted_prompts(session: Session, user_id: int, *, take: int = 50) -> list[DeletedPrompt]:
    """The `take` prompts that the session's viewer, `user_id`, deleted last and can still have back."""
    check_page(0, take)
    statement = (
        select(Prompt.id, Prompt.title, Prompt.archived_at)
        .where(
            Prompt.created_by == user_id,
            Prompt.merged_into.is_(None),
            Prompt.archived_at > func.now() - RESTORABLE,
        )
        .order_by(Prompt.archived_at.desc(), Prompt.id)
        .limit(take)
    )
    found = session.execute(statement)
    return [DeletedPrompt(one, title, at + RESTORABLE) for one, title, at in found if at is not None]


def update_prompt(
    session: Session,
    prompt_id: int,
    *,
    seen: datetime,
    title: str,
    prompt_text: str,
    description: str | None,
    variables: list[dict[str, Any]],
    agent_type: AgentType,
    access: Tier,
    language: str | None,
) -> bool:
    """Change a prompt of the session's viewer; what it was is a version from then on. False where nothing differs.

    `seen` is the prompt's `updated_at` as the viewer saw it.

    Raises:
        DuplicatePromptError: another prompt has this text already (outer white space aside).
        ChangeRefusedError: it is not theirs, was changed since, or collections hold its text.
        PromptoryError: title or text is empty.
    """
    title, body = written(title, prompt_text)
    values = {
        "prompt_id": prompt_id,
        "seen": seen,
        "title": title,
        "description": description,
        "body": body,
        "hash": content_hash(body),
        "variables": json.dumps(variables, ensure_ascii=False),
        "agent_type": agent_type.value,
        "access": access.value,
        "language": language,
    }
    try:
        return _done(session.execute(text(_REVISE), values).scalar_one()) is Change.SAVED
    except IntegrityError as error:
        raise as_duplicate(session, error) from None


def tag_prompt(session: Session, prompt_id: int, tags: tuple[str, ...]) -> None:
    """Give a prompt of the session's viewer these tags, by their normalised names, and no others.

    Raises:
        ChangeRefusedError: it is not theirs, or deleted.
    """
    values = {"prompt_id": prompt_id, "names": list(tags)}
    statement = text("SELECT library.tag_prompt(:prompt_id, cast(:names AS text[]))")
    is_done: bool | None = session.scalar(statement, values)
    _done(Change.SAVED if is_done else Change.GONE)


def set_picture(session: Session, prompt_id: int, key: str | None) -> None:
    """Give a prompt of the session's viewer the picture that the store has under this key, or none.

    Raises:
        ChangeRefusedError: it is not theirs, or deleted.
    """
    statement = text("SELECT library.set_own_picture(:prompt_id, :key)")
    is_done: bool | None = session.scalar(statement, {"prompt_id": prompt_id, "key": key})
    _done(Change.SAVED if is_done else Change.GONE)


def delete_prompt(session: Session, prompt_id: int) -> None:
    """Archive a prompt of the session's viewer; they can have it back for as long as RESTORABLE says.

    Raises:
        ChangeRefusedError: it is not theirs, deleted already, or collections hold its text.
    """
    _done(session.execute(text("SELECT library.delete_prompt(:id)"), {"id": prompt_id}).scalar_one())


def restore_prompt(session: Session, prompt_id: int) -> bool:
    """Take the deletion of a prompt of the session's viewer back; False where it is too late, or not theirs."""
    values = {"id": prompt_id, "within": RESTORABLE}
    return bool(session.execute(text("SELECT library.restore_prompt(:id, :within)"), values).scalar_one())


def _done(outcome: str) -> Change:
    change = Change(outcome)
    if change is Change.GONE:
        raise ChangeRefusedError("This prompt is not there any more, or it is somebody else's.")
    if change is Change.OVERTAKEN:
        raise ChangeRefusedError("This prompt was changed since you opened it. Load the page again.")
    if change is Change.SHARED:
        raise ChangeRefusedError("Collections hold this text, too, so it stays. Write a new prompt instead.")
    return change
