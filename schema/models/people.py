"""People: those who sign in, and the contributors of imported collections, who cannot."""

import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Created, Key, one_of


class UserRole(enum.StrEnum):
    """What a person may do: read, or also curate and administer."""

    USER = "USER"
    ADMIN = "ADMIN"


class Duty(enum.StrEnum):
    """What a person does for the library beside reading; an admin does all of it."""

    CURATOR = "CURATOR"
    ANALYST = "ANALYST"


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


class UserDuty(Base):
    """A duty that an admin has given to a person."""

    __tablename__ = "user_duties"

    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), primary_key=True)
    duty: Mapped[Duty] = mapped_column(one_of(Duty), primary_key=True)
    granted_at: Mapped[Created]

    __table_args__ = (CheckConstraint("duty IN ('CURATOR', 'ANALYST')", name="duty"),)
