"""One prompt with all that its reader may see of it: text, versions, sources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from schema.models import Collection, Prompt, PromptSource, PromptVersion, UserPromptLike
from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.tables import archived_prompts, merged_into, prompt_cards, prompt_collections


@dataclass(frozen=True, slots=True)
class PromptDetail:
    """A prompt that lists show; what belongs to its text is empty where the viewer may not read that.

    `variables` are as `Prompt` has them; `versions` counts what it was before. Likes and owning are the viewer's.
    """

    card: PromptCard
    negative_prompt: str | None
    variables: list[dict[str, Any]]
    updated_at: datetime
    versions: int
    is_liked: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Archived:
    """A prompt that lists no longer show; `head_id` is the one that stands for it, where there is one."""

    head_id: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """What a prompt was, and until when."""

    version: int
    replaced_at: datetime
    title: str
    description: str | None
    prompt_text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A collection that holds a prompt. `licences` are those of its records, or else the collection's own."""

    collection: str
    source_url: str | None
    owner: str | None
    licences: tuple[str, ...]


def fetch_prompt(session: Session, prompt_id: int) -> PromptDetail | None:
    """The prompt as the session's viewer may see it; None where lists do not show it."""
    viewer = func.library.viewer_id()
    liked = (
        select(UserPromptLike.prompt_id)
        .where(
            UserPromptLike.user_id == viewer,
            UserPromptLike.prompt_id == merged_into(prompt_id),
        )
        .exists()
    )
    versions = select(func.count()).select_from(PromptVersion).where(PromptVersion.prompt_id == prompt_id)
    cards = prompt_cards.c
    statement = (
        select_cards()
        .add_columns(
            Prompt.negative_prompt,
            Prompt.variables,
            cards.updated_at,
            versions.scalar_subquery().label("versions"),
            liked.label("is_liked"),
            func.coalesce(cards.created_by == viewer, False).label("is_own"),
        )
        .where(cards.id == prompt_id)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    values = row._mapping
    return PromptDetail(
        card=to_card(row),
        negative_prompt=values["negative_prompt"],
        variables=values["variables"] or [],
        updated_at=values["updated_at"],
        versions=values["versions"],
        is_liked=values["is_liked"],
        is_own=values["is_own"],
    )


def find_archived(session: Session, prompt_id: int) -> Archived | None:
    """What became of a prompt that lists no longer show; None where there is none of this id."""
    columns = archived_prompts.c
    row = session.execute(select(columns.head_id).where(columns.prompt_id == prompt_id)).one_or_none()
    return Archived(row.head_id) if row else None


def fetch_versions(session: Session, prompt_id: int, *, skip: int = 0, take: int = 10) -> list[Version]:
    """What a prompt was, the newest first, `take` (1 to 100) after the first `skip`; nothing of a locked one."""
    check_page(skip, take)
    v = PromptVersion
    statement = (
        select(v.version, v.replaced_at, v.title, v.description, v.prompt_text)
        .where(v.prompt_id == prompt_id)
        .order_by(v.version.desc())
        .offset(skip)
        .limit(take)
    )
    return [Version(*row) for row in session.execute(statement)]


def fetch_sources(session: Session, prompt_id: int, *, take: int = 20) -> list[Source]:
    """The first `take` (1 to 100) collections that hold a prompt, by name."""
    check_page(0, take)
    held = prompt_collections.c
    licences = func.array_agg(PromptSource.licence.distinct(), type_=ARRAY(Text)).filter(
        PromptSource.licence.is_not(None)
    )
    statement = (
        select(Collection.name, Collection.source_url, Collection.owner, Collection.licence, licences)
        .select_from(prompt_collections)
        .join(Collection, Collection.id == held.collection_id)
        .outerjoin(
            PromptSource,
            and_(
                PromptSource.prompt_id == held.prompt_id,
                PromptSource.collection_id == held.collection_id,
                PromptSource.vanished_batch_id.is_(None),
            ),
        )
        .where(held.prompt_id == prompt_id)
        .group_by(Collection.id)
        .order_by(Collection.name)
        .limit(take)
    )
    return [
        Source(name, url, owner, tuple(sorted(filter(None, of_records or [licence]))))
        for name, url, owner, licence, of_records in session.execute(statement)
    ]
