"""Who is signed in, and who tries to. Both are asked through functions of the database only."""

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Created, Moment


class SignInSession(Base):
    """A session, by the SHA-256 of its token; an ended one is kept until it would have run out."""

    __tablename__ = "sign_in_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Created] = mapped_column(index=True)
    last_seen_at: Mapped[Created]
    ended_at: Mapped[Moment | None]

    __table_args__ = (CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),)


class SignInAttempt(Base):
    """Attempts of one subject, an account or a client's address, by its keyed hash, since its last success."""

    __tablename__ = "sign_in_attempts"

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[Moment] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("octet_length(subject) = 32", name="subject"),)
