"""Prompts that are nearly the same, for curators. Each function is one statement."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from schema.models import Decision, NearDuplicate, Prompt


@dataclass(frozen=True, slots=True)
class NearDuplicatePair:
    """Two prompts whose texts are alike to `similarity` (Jaccard, 0 to 1), the older one first.

    `merged_id` is the one of the two that was merged into the other.
    """

    prompt_id: int
    other_id: int
    similarity: float
    title: str
    other_title: str
    text: str
    other_text: str
    decision: Decision | None
    merged_id: int | None


def near_duplicates(
    session: Session,
    *,
    batch_id: int | None = None,
    at_least: float = 0.0,
    decision: Decision | None = None,
    take: int = 50,
) -> list[NearDuplicatePair]:
    """Pairs with that decision (None: still open), the most alike first; with `batch_id`, those that an import brought.

    A pair one of which is hidden is not open: another prompt stands for it.

    Empty for a viewer who is not a curator.
    """
    pair, one, other = NearDuplicate, aliased(Prompt), aliased(Prompt)
    statement = (
        select(
            *(pair.prompt_id, pair.other_id, pair.similarity, one.title, other.title.label("other_title")),
            *(one.prompt_text.label("text"), other.prompt_text.label("other_text"), pair.decision),
            pair.merged_id,
        )
        .join(one, one.id == pair.prompt_id)
        .join(other, other.id == pair.other_id)
        .where(pair.similarity >= at_least, _decided(decision))
        .order_by(pair.similarity.desc(), pair.prompt_id, pair.other_id)
    )
    if decision is None:
        statement = statement.where(one.archived_at.is_(None), other.archived_at.is_(None))
    if batch_id is not None:
        statement = statement.where(or_(one.batch_id == batch_id, other.batch_id == batch_id))
    return [NearDuplicatePair(**row) for row in session.execute(statement.limit(take)).mappings()]


def _decided(decision: Decision | None) -> Any:
    return NearDuplicate.decision.is_(None) if decision is None else NearDuplicate.decision == decision
