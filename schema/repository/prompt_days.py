"""A prompt's use by day, from the marts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.repository.tables import merged_into, prompt_daily
from schema.repository.warehouse import reading_marts


@dataclass(frozen=True, slots=True)
class PromptDay:
    """Views, copies and likes of one prompt on a UTC day."""

    activity_date: date
    views: int
    copies: int
    likes: int


def last_prompt_day(session: Session) -> date | None:
    """The newest UTC day on which any prompt was used; None before any.

    Raises:
        WarehouseNotBuiltError: the mart does not exist yet.
    """
    with reading_marts():
        newest: date | None = session.scalar(select(func.max(prompt_daily.c.activity_date)))
    return newest


def prompt_days(session: Session, prompt_id: int, last_day: date, length: int) -> list[PromptDay]:
    """The use of a prompt, and of those merged into it, on each of the `length` days up to `last_day`, oldest first.

    Days without any use are among them, with zeros.

    Raises:
        WarehouseNotBuiltError: the mart does not exist yet.
    """
    days, first_day = prompt_daily.c, last_day - timedelta(days=length - 1)
    statement = (
        select(days.activity_date, func.sum(days.views), func.sum(days.copies), func.sum(days.likes))
        .where(days.prompt_id == merged_into(prompt_id), days.activity_date.between(first_day, last_day))
        .group_by(days.activity_date)
    )
    with reading_marts():
        rows: Sequence[Any] = session.execute(statement).all()
    found = {day: PromptDay(day, int(views), int(copies), int(likes)) for day, views, copies, likes in rows}
    every_day = (first_day + timedelta(days=number) for number in range(length))
    return [found.get(day, PromptDay(day, 0, 0, 0)) for day in every_day]
