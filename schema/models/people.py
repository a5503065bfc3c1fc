"""People: those who sign in, and the contributors of imported collections, who cannot."""

import enum

from sqlalchemy import CheckConstraint, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import Base, Created, Key, one_of


class UserRole(enum.StrEnum):
    """What a person may do: read, or also curate and administer."""

    USER = "USER"
    ADMIN = "ADMIN"


class Tier(enum.StrEnum):
    """A person's subscription, and the access that a prompt asks for."""

    FREE = "FREE"
    PRO = "PRO"


class User(Base):
    """A person. `external_id` is the application's own id, or `contributor:<handle>` for an imported author."""

    __tablename__ = "users"

    id: Mapped[Key]
    external_id: Mapped[str | None] = mapped_column(Text, unique=True)
    email: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text, deferred=True)
    role: Mapped[UserRole] = mapped_column(one_of(UserRole), server_default="USER")
    subscription_status: Mapped[Tier] = mapped_column(one_of(Tier), server_default="FREE")
    created_at: Mapped[Created]

    __table_args__ = (
        Index("uq_users_email", func.lower(email), unique=True),
        CheckConstraint("role IN ('USER', 'ADMIN')", name="role"),
        CheckConstraint("subscription_status IN ('FREE', 'PRO')", name="subscription_status"),
        CheckConstraint("password_hash IS NULL OR email IS NOT NULL", name="sign_in_needs_email"),
    )
