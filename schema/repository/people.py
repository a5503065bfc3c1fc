"""Accounts: sign-in, and making one."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from schema.database import connect
from schema.models import Tier, User, UserRole
from schema.passwords import hash_password, verify_password


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and what they may do."""

    id: int
    name: str
    email: str | None
    role: UserRole
    subscription_status: Tier

    @property
    def is_curator(self) -> bool:
        """Whether this person imports collections and sees the metrics."""
        return self.role is UserRole.ADMIN


def authenticate(session: Session, email: str, password: str) -> int | None:
    """The id of the account with this e-mail address and password, or None; takes as long either way."""
    found = session.execute(text("SELECT user_id, password_hash FROM library.credentials(:email)"), {"email": email})
    row = found.one_or_none()
    if not verify_password(password, row.password_hash if row else None):
        return None
    return int(row.user_id) if row else None


def fetch_account(session: Session) -> Account | None:
    """The account of the session's own viewer; None for a visitor, or if the account is gone."""
    columns = (User.id, User.name, User.email, User.role, User.subscription_status)
    row = session.execute(select(*columns).where(User.id == func.library.viewer_id())).one_or_none()
    return Account(*row) if row else None


def ensure_account(engine: Engine, *, email: str, name: str, password: str, role: UserRole, tier: Tier) -> None:
    """Make an account, or give the one with this address this password, role and tier; for set-up, as ingest."""
    values = {"name": name, "password_hash": hash_password(password), "role": role, "subscription_status": tier}
    statement = postgresql.insert(User).values(email=email, **values)
    statement = statement.on_conflict_do_update(index_elements=[func.lower(User.email)], set_=values)
    with connect(engine) as connection:
        connection.execute(statement)


def find_user_id(session: Session, email: str) -> int | None:
    """The id of the person with this address, whatever its case."""
    found: int | None = session.scalar(text("SELECT user_id FROM library.credentials(:email)"), {"email": email})
    return found
