"""People as admins see them: who they are, and what they may do."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from schema.models import Duty, Tier, User, UserDuty, UserRole
from schema.repository.people import duties_of_user
from schema.repository.tables import signup_conversion_monthly
from schema.repository.warehouse import reading_marts


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can have an account; no password, and no hash of one."""

    id: int
    name: str
    email: str | None
    role: UserRole
    subscription_status: Tier
    created_at: datetime
    duties: frozenset[Duty]


def find_people(session: Session, query: str = "", *, role: UserRole | None = None, take: int = 50) -> list[Person]:
    """The `take` newest people whose name or address holds `query`, if the session's viewer is an admin."""
    columns = (User.id, User.name, User.email, User.role, User.subscription_status, User.created_at)
    statement = select(*columns, duties_of_user()).where(User.email.is_not(None))
    if query:
        statement = statement.where(
            or_(User.name.icontains(query, autoescape=True), User.email.icontains(query, autoescape=True))
        )
    if role is not None:
        statement = statement.where(User.role == role)
    rows = session.execute(statement.order_by(User.created_at.desc(), User.id.desc()).limit(take))
    return [Person(*row[:-1], frozenset(map(Duty, row[-1]))) for row in rows]


def count_people(session: Session) -> dict[str, int]:
    """How many people have an account, are Pro, and may do more than read, as far as the viewer may see them."""
    duty = select(UserDuty.user_id).where(UserDuty.user_id == User.id).exists()
    statement = select(
        func.count(),
        func.count().filter(User.subscription_status == Tier.PRO),
        func.count().filter(or_(User.role == UserRole.ADMIN, duty)),
    ).where(User.email.is_not(None))
    people, pro, staff = session.execute(statement).one()
    return {"people": people, "pro": pro, "staff": staff}


def sign_ups_by_month(session: Session) -> pd.DataFrame:
    """`signup_month` and `people` of `analytics.signup_conversion_monthly`, by month."""
    months = signup_conversion_monthly.c
    statement = select(months.signup_month, months.people).order_by(months.signup_month)
    with reading_marts():
        return pd.DataFrame(session.execute(statement).all(), columns=["signup_month", "people"])


def set_role(session: Session, user_id: int, role: UserRole, duties: frozenset[Duty]) -> bool:
    """Give somebody a role and duties; False where the viewer is no admin, changes themselves, or nobody is there."""
    values = {"user_id": user_id, "role": role.value, "duties": sorted(duty.value for duty in duties)}
    statement = text("SELECT library.set_user_role(:user_id, :role, CAST(:duties AS text[]))")
    return bool(session.execute(statement, values).scalar_one())
