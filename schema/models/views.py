"""Views of the marts that analysts saved."""

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Created, Key


class SavedView(Base):
    """A question to the marts under a name. Its owner sees it; every analyst does where it is shared."""

    __tablename__ = "saved_views"

    id: Mapped[Key]
    owner_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    question: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_shared: Mapped[bool] = mapped_column(Boolean, server_default="false")
    saved_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("octet_length(question::text) <= 100000", name="question"),
    )
