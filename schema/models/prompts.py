"""Prompts, where they came from, what they were before, and how they are tagged and liked."""

import enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schema.models.base import LIBRARY, Base, Created, Key, Moment, one_of
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
    """One prompt: one body, however many collections hold it. `content_hash` is SHA-256 of the normalised body.

    `variables` are those found in the text, as `{"name", "syntax"}` and where known `"default"`. `archived_at` hides a
    prompt; `merged_into` is the prompt that stands for it, where a curator said that the two are the same. `batch_id`
    is the import that brought it. `image_key` names its picture in the store (`schema.pictures`).
    """

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
    negative_prompt: Mapped[str | None] = mapped_column(Text)
    variables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    translation_of: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="SET NULL"))
    archived_at: Mapped[Moment | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    creator: Mapped[User | None] = relationship()

    __table_args__ = (
        CheckConstraint("agent_type IN ('LLM', 'IMAGE')", name="agent_type"),
        CheckConstraint("access IN ('FREE', 'PRO')", name="access"),
        CheckConstraint("octet_length(content_hash) = 32", name="content_hash"),
        CheckConstraint(r"image_key ~ '^[0-9a-f]{64}\.webp$'", name="image_key"),
        CheckConstraint("merged_into IS NULL OR archived_at IS NOT NULL", name="merged_is_archived"),
        Index("ix_prompts_created_at", "created_at"),
        Index("ix_prompts_translation_of", "translation_of", postgresql_where=text("translation_of IS NOT NULL")),
        Index("ix_prompts_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )


class PromptVersion(Base):
    """What a prompt was before it was changed; version 1 is the oldest.

    `replaced_by_batch_id` is the import that changed it, None where the person did who wrote it.
    """

    __tablename__ = "prompt_versions"

    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    prompt_text: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    replaced_by_batch_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)
    replaced_at: Mapped[Created]


class PromptSource(Base):
    """A record of a collection that holds a prompt's body.

    Its identity is the collection and `source_key`: the record's own key, or the hash of its body.
    `occurrence` tells apart the records of one collection that share a key and a body.
    The prompt's title, description and tags follow its primary source. `origin` is the file that was imported, or the
    folder or archive that `file` was in. Sources of a collection that share a `translation_key` are one prompt in
    several languages. `vanished_batch_id` is the import of a newer version of the origin that lacked the record.
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
    origin: Mapped[str] = mapped_column(Text)
    row_number: Mapped[int] = mapped_column(Integer)
    first_batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)
    last_batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)
    licence: Mapped[str | None] = mapped_column(Text)
    translation_key: Mapped[str | None] = mapped_column(Text)
    vanished_batch_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"))

    __table_args__ = (
        UniqueConstraint("collection_id", "source_key", "occurrence"),
        Index("uq_prompt_sources_primary", "prompt_id", unique=True, postgresql_where=text("is_primary")),
        Index(
            "ix_prompt_sources_translation",
            "collection_id",
            "translation_key",
            postgresql_where=text("translation_key IS NOT NULL"),
        ),
        Index(
            "ix_prompt_sources_vanished_batch_id",
            "vanished_batch_id",
            postgresql_where=text("vanished_batch_id IS NOT NULL"),
        ),
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


class HiddenPrompt(Base):
    """A person does not want to be recommended a prompt."""

    __tablename__ = "hidden_prompts"

    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), primary_key=True)
    prompt_id: Mapped[int] = mapped_column(
        ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    hidden_at: Mapped[Created]


class PromptSignature(Base):
    """What a text's neighbours are found by: the bands of its MinHash. `content_hash` says of which text."""

    __tablename__ = "prompt_signatures"

    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    bands: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    __table_args__ = (Index("ix_prompt_signatures_bands", "bands", postgresql_using="gin"),)


class Decision(enum.StrEnum):
    """What a curator said of two prompts that are nearly the same."""

    KEPT = "KEPT"
    MERGED = "MERGED"


class NearDuplicate(Base):
    """Two prompts whose texts are nearly the same, the older one first; `similarity` is Jaccard's, 0 to 1.

    `merged_id` is the one of the two that was merged into the other.
    """

    __tablename__ = "near_duplicates"

    prompt_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    similarity: Mapped[float] = mapped_column(Double)
    decision: Mapped[Decision | None] = mapped_column(one_of(Decision))
    merged_id: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[Moment | None]
    found_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("prompt_id < other_id", name="order"),
        CheckConstraint("similarity BETWEEN 0 AND 1", name="similarity"),
        CheckConstraint("decision IN ('KEPT', 'MERGED')", name="decision"),
        CheckConstraint(
            "CASE WHEN decision = 'MERGED' THEN merged_id IN (prompt_id, other_id) ELSE merged_id IS NULL END",
            name="merged_id",
        ),
    )
