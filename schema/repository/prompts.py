"""Fetch and create prompts. Each function is one statement on a session that acts for its viewer."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from schema.errors import PromptoryError
from schema.models import AgentType, Prompt, PromptTag, Tag, Tier
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.tables import prompt_cards
from schema.text import content_hash, normalise_body


class DuplicatePromptError(PromptoryError):
    """The library has a prompt with this text already."""


def fetch_prompts(session: Session, *, skip: int = 0, take: int = 20) -> list[PromptCard]:
    """The library's prompts, newest first, `take` (1 to 100) of them after the first `skip`.

    Prompts of one moment are in order of id. The text is None where the viewer may not read it.
    """
    check_page(skip, take)
    cards = prompt_cards.c
    statement = select_cards().order_by(cards.created_at.desc(), cards.id.desc()).offset(skip).limit(take)
    return [to_card(row) for row in session.execute(statement)]


def pro_prompts_with_tag(session: Session, tag: str, *, skip: int = 0, take: int = 20) -> list[PromptCard]:
    """Prompts with a tag (its normalised name) that only Pro users may read, most liked first.

    The creator's name comes with each; ties are in order of id. Whoever may not read them sees all but the text.
    """
    check_page(skip, take)
    cards = prompt_cards.c
    tagged = select(PromptTag.prompt_id).join(Tag, Tag.id == PromptTag.tag_id).where(Tag.name == tag)
    statement = (
        select_cards()
        .where(cards.access == Tier.PRO, cards.id.in_(tagged))
        .order_by(cards.likes.desc(), cards.id)
        .offset(skip)
        .limit(take)
    )
    return [to_card(row) for row in session.execute(statement)]


def create_prompt(
    session: Session,
    user_id: int,
    *,
    title: str,
    prompt_text: str,
    description: str | None = None,
    agent_type: AgentType = AgentType.LLM,
    access: Tier = Tier.FREE,
    language: str | None = None,
    variables: list[dict[str, Any]] | None = None,
) -> int:
    """Create a prompt for the person `user_id`, who must be the session's viewer, and return its id.

    Raises:
        DuplicatePromptError: the library has this text already (outer white space aside).
        PromptoryError: title or text is empty, or the viewer is somebody else.
    """
    title, body = written(title, prompt_text)
    statement = (
        insert(Prompt)
        .values(
            title=title,
            description=description,
            prompt_text=body,
            agent_type=agent_type,
            created_by=user_id,
            access=access,
            language=language,
            content_hash=content_hash(body),
            variables=variables or [],
        )
        .returning(Prompt.id)
    )
    try:
        return session.execute(statement).scalar_one()
    except IntegrityError as error:
        raise as_duplicate(session, error) from None
    except ProgrammingError as error:
        session.rollback()
        if "row-level security" in str(error.orig):
            raise PromptoryError("A prompt can be created only by the person it is for.") from None
        raise


def find_prompt_with_text(session: Session, prompt_text: str) -> int | None:
    """The id of the prompt that has this text (outer white space aside), where the viewer may read it."""
    hashed = content_hash(normalise_body(prompt_text))
    found: int | None = session.scalar(select(Prompt.id).where(Prompt.content_hash == hashed))
    return found


def written(title: str, prompt_text: str) -> tuple[str, str]:
    """Title and text as the library keeps them.

    Raises:
        PromptoryError: one of them is empty.
    """
    title, body = title.strip(), normalise_body(prompt_text)
    if not body.strip() or not title:
        raise PromptoryError("A prompt needs a title and a text.")
    return title, body


def as_duplicate(session: Session, error: IntegrityError) -> Exception:
    """What to raise of a fault of writing a text: that another prompt has it, where that is the fault."""
    session.rollback()
    if "uq_prompts_content_hash" in str(error.orig):
        return DuplicatePromptError("The library has a prompt with this text already.")
    return error
