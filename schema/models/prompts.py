"""Prompts, where they came from, what they were before, and how they are tagged and liked."""

import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schema.models.base import LIBRARY, Base, Created, Key, one_of
from schema.models.people import Tier, User


class AgentType(enum.StrEnum):
    """What a prompt is given to: a language model or an image generator."""

    LLM = "LLM"
    IMAGE = "IMAGE"


class Collection(Base):
    """A prompt collection as a curator knows it: a name, a source, a licence, an owner."""

    __tablename__ = "collections"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(Text, unique=True)
    source_url: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Created]


class Prompt(Base):
    """One prompt: one body, however many collections hold it. `content_hash` is SHA-256 of the normalised body."""

    __tablename__ = "prompts"

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    prompt_text: Mapped[str] = mapped_column(Text)
    agent_type: Mapped[AgentType] = mapped_column(one_of(AgentType), server_default="LLM")
    created_by: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.users.id"), index=True)
    access: Mapped[Tier] = mapped_column(one_of(Tier), server_default="FREE")
    language: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    image_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Created]
    updated_at: Mapped[Created]

    creator: Mapped[User | None] = relationship()

    __table_args__ = (
        CheckConstraint("agent_type IN ('LLM', 'IMAGE')", name="agent_type"),
        CheckConstraint("access IN ('FREE', 'PRO')", name="access"),
        CheckConstraint("octet_length(content_hash) = 32", name="content_hash"),
        Index("ix_prompts_created_at", "created_at"),
    )


class PromptVersion(Base):
    """What a prompt was before an import changed it; version 1 is the oldest."""

    __tablename__ = "prompt_versions"

    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    prompt_text: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    replaced_by_batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)
    replaced_at: Mapped[Created]


class PromptSource(Base):
    """A record of a collection that holds a prompt's body.

    Its identity is the collection and `source_key`: the record's own key, or the hash of its body.
    `occurrence` tells apart the records of one collection that share a key and a body.
    The prompt's title, description and tags follow its primary source.
    """

    __tablename__ = "prompt_sources"

    id: Mapped[Key]
    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), index=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.collections.id"))
    source_key: Mapped[str] = mapped_column(Text)
    occurrence: Mapped[int] = mapped_column(Integer)
    is_primary: Mapped[bool]
    title: Mapped[str] = mapped_column(Text)
    contributors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    record_hash: Mapped[bytes] = mapped_column(LargeBinary)
    file: Mapped[str] = mapped_column(Text)
    row_number: Mapped[int] = mapped_column(Integer)
    first_batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)
    last_batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    __table_args__ = (
        UniqueConstraint("collection_id", "source_key", "occurrence"),
        Index("uq_prompt_sources_primary", "prompt_id", unique=True, postgresql_where=text("is_primary")),
    )


class Tag(Base):
    """A tag; its name is stored normalised (NFKC, case-folded, words joined by hyphens)."""

    __tablename__ = "tags"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(Text, unique=True)


class PromptTag(Base):
    """A prompt carries a tag."""

    __tablename__ = "prompt_tags"

    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.tags.id"), primary_key=True)

    __table_args__ = (Index("ix_prompt_tags_tag_id_prompt_id", "tag_id", "prompt_id"),)


class UserPromptLike(Base):
    """A person likes a prompt: state derived from the activity ledger, in order of time."""

    __tablename__ = "user_prompt_likes"

    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    liked_at: Mapped[Created]

    __table_args__ = (Index("ix_user_prompt_likes_prompt_id_user_id", "prompt_id", "user_id"),)
