"""Accounts: who somebody is, what they may do, and making one."""

from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Engine, Text, cast, exists, func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from schema.database import connect
from schema.models import Duty, Tier, User, UserDuty, UserRole
from schema.passwords import hash_password


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and what they may do."""

    id: int
    name: str
    email: str | None
    role: UserRole
    subscription_status: Tier
    duties: frozenset[Duty] = frozenset()

    @property
    def is_admin(self) -> bool:
        """Whether this person decides who may do what."""
        return self.role is UserRole.ADMIN

    @property
    def is_curator(self) -> bool:
        """Whether this person imports collections."""
        return self.is_admin or Duty.CURATOR in self.duties

    @property
    def is_analyst(self) -> bool:
        """Whether this person sees the metrics."""
        return self.is_admin or Duty.ANALYST in self.duties


def find_credentials(session: Session, email: str) -> tuple[int, str | None] | None:
    """The id and password hash of the account with this address, whatever its case."""
    found = session.execute(text("SELECT user_id, password_hash FROM library.credentials(:email)"), {"email": email})
    row = found.one_or_none()
    return (int(row.user_id), row.password_hash) if row else None


def fetch_account(session: Session) -> Account | None:
    """The account of the session's own viewer; None for a visitor, or if the account is gone."""
    columns = (User.id, User.name, User.email, User.role, User.subscription_status)
    row = session.execute(select(*columns, duties_of_user()).where(User.id == func.library.viewer_id())).one_or_none()
    return Account(*row[:-1], frozenset(map(Duty, row[-1]))) if row else None


def duties_of_user() -> ColumnElement[list[str]]:
    """The duties of a person as a list, in a SELECT from `users`."""
    duties = (
        select(cast(UserDuty.duty, Text)).where(UserDuty.user_id == User.id).correlate(User).order_by(UserDuty.duty)
    )
    return func.array(duties.scalar_subquery(), type_=ARRAY(Text))


def ensure_account(engine: Engine, *, email: str, name: str, password: str, role: UserRole, tier: Tier) -> None:
    """Make an account, or give the one with this address this password, role and tier; for set-up, as ingest."""
    values = {"name": name, "password_hash": hash_password(password), "role": role, "subscription_status": tier}
    statement = postgresql.insert(User).values(email=email, **values)
    statement = statement.on_conflict_do_update(index_elements=[func.lower(User.email)], set_=values)
    with connect(engine) as connection:
        connection.execute(statement)


def set_password(engine: Engine, email: str, password: str) -> bool:
    """Give the account with this address another password and end its sessions; as ingest. False: there is none."""
    statement = update(User).where(func.lower(User.email) == func.lower(email))
    with connect(engine) as connection:
        user_id = connection.scalar(statement.values(password_hash=hash_password(password)).returning(User.id))
        if user_id is None:
            return False
        connection.execute(text("SELECT library.end_sessions(:user_id)"), {"user_id": user_id})
    return True


def has_administrator(session: Session) -> bool:
    """Whether somebody is there who decides who may do what."""
    return bool(session.scalar(select(exists().where(User.role == UserRole.ADMIN))))


def find_user_id(session: Session, email: str) -> int | None:
    """The id of the person with this address, whatever its case."""
    found = find_credentials(session, email)
    return found[0] if found else None
