"""Recommendations: from the neighbours of what suited a person, their tags, what is hot, and a few new prompts."""

import enum
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CTE, BigInteger, BindParameter, Integer, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from schema.models import Prompt
from schema.repository import candidates as parts
from schema.repository.arrangement import Candidate, arrange
from schema.repository.cards import PromptCard, card_columns, check_page, to_card
from schema.repository.tables import prompt_cards
from schema.repository.warehouse import reading_marts

MOST_OF_A_CREATOR = 2
# How many times the page to choose from, so that what is alike can make room.
CHOICE = 3


class Reason(enum.StrEnum):
    """Why a prompt is recommended; the first three name the prompt that it goes with."""

    LIKED = "liked"
    COPIED = "copied"
    VIEWED = "viewed"
    TAGS = "tags"
    NEW = "new"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A prompt and why it is recommended: with which prompt it goes, or None where the reason is another."""

    card: PromptCard
    because_of: str | None
    reason: Reason = Reason.POPULAR


def recommended_prompts(session: Session, user_id: int, *, take: int = 5) -> list[Recommendation]:
    """The `take` prompts that suit the person best, who must be the session's viewer; deterministic, ties by id.

    Never one that they like, made or hid, nor one that they may not read; at most two of one creator. The score is
    that of neighbours, in proportion to the best, and 0.2 times that of tags. Where two are alike by their tags the
    lesser makes room (MMR). The fifth and tenth place of ten go to prompts of the last thirty days. What is hot this
    week fills up, and is all that a visitor sees.

    Raises:
        WarehouseNotBuiltError: the marts do not exist yet.
    """
    check_page(0, take)
    with reading_marts():
        rows = session.execute(_statement(), {"viewer": user_id, "take": take}).all()
    return [_recommendation(row, is_new) for row, is_new in arrange([(_candidate(row), row) for row in rows], take)]


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    return Candidate(row.score, frozenset(row.tags or ()), row.place_of_new)


def _recommendation(row: Row[*tuple[Any, ...]], is_new: bool) -> Recommendation:
    if row.because_of is not None:
        return Recommendation(to_card(row), row.because_of, _of_strength(row.because_strength))
    if is_new:
        return Recommendation(to_card(row), None, Reason.NEW)
    return Recommendation(to_card(row), None, Reason.TAGS if row.score else Reason.POPULAR)


def _of_strength(strength: float) -> Reason:
    if strength == 1:
        return Reason.LIKED
    return Reason.COPIED if strength == parts.COPY_SIGNAL else Reason.VIEWED


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    """The statement with the parameters `viewer` and `take`; putting it together takes longer than running it."""
    user_id, take = bindparam("viewer", type_=BigInteger), bindparam("take", type_=Integer)
    signals = parts.signals_of(user_id)
    walks, own_tags = parts.walks_from(signals), parts.tags_of(signals)
    by_neighbours, popular, newest = parts.neighbours_of(walks), parts.popular(), parts.newest()
    found = parts.candidates(user_id, by_neighbours, own_tags, popular, newest)
    scored = _scored(found, by_neighbours, parts.tag_scores(found, own_tags), popular, newest)
    chosen = _chosen(scored, take)
    because, other = _because(walks, chosen), aliased(prompt_cards)
    return (
        select(
            *card_columns(),
            chosen.c.score,
            chosen.c.place_of_new,
            other.c.title.label("because_of"),
            signals.c.strength.label("because_strength"),
        )
        .select_from(chosen)
        .join(prompt_cards, prompt_cards.c.id == chosen.c.prompt_id)
        .join(Prompt, Prompt.id == chosen.c.prompt_id)
        .outerjoin(because, because.c.prompt_id == chosen.c.prompt_id)
        .outerjoin(signals, signals.c.prompt_id == because.c.because)
        .outerjoin(other, other.c.id == because.c.because)
        .order_by(chosen.c.place)
    )


def _scored(found: CTE, by_neighbours: CTE, by_tags: CTE, popular: CTE, newest: CTE) -> CTE:
    """The candidates with their scores, 0 to 1.2, and which of a creator's they are."""
    near, tags = by_neighbours.c.score, by_tags.c.score
    score = func.coalesce(near / func.max(near).over(), 0) + parts.TAG_WEIGHT * func.coalesce(
        tags / func.max(tags).over(), 0
    )
    scores = (
        select(
            found.c.prompt_id,
            found.c.created_by,
            score.label("score"),
            func.coalesce(tags, 0).label("tag_score"),
            popular.c.place.label("popular_place"),
            newest.c.prompt_id.is_not(None).label("is_new"),
        )
        .outerjoin(by_neighbours, by_neighbours.c.prompt_id == found.c.prompt_id)
        .outerjoin(by_tags, by_tags.c.prompt_id == found.c.prompt_id)
        .outerjoin(popular, popular.c.prompt_id == found.c.prompt_id)
        .outerjoin(newest, newest.c.prompt_id == found.c.prompt_id)
        .subquery()
    )
    order = (scores.c.score.desc(), scores.c.popular_place.nulls_last(), scores.c.prompt_id)
    return select(
        scores,
        func.row_number().over(order_by=order).label("place"),
        func.row_number().over(partition_by=scores.c.created_by, order_by=order).label("place_of_creator"),
    ).cte("scored")


def _chosen(scored: CTE, take: BindParameter[int]) -> CTE:
    """Enough for the page to be chosen from: the best, and the new ones that carry the person's tags most."""
    c = scored.c
    allowed = select(scored).where(or_(c.created_by.is_(None), c.place_of_creator <= MOST_OF_A_CREATOR)).subquery()
    by_tags = func.row_number().over(
        partition_by=allowed.c.is_new, order_by=(allowed.c.tag_score.desc(), allowed.c.prompt_id.desc())
    )
    placed = select(
        allowed,
        func.row_number().over(order_by=allowed.c.place).label("nth"),
        by_tags.label("nth_new"),
    ).subquery()
    is_wanted_as_new = placed.c.is_new & (placed.c.nth_new <= take)
    return (
        select(
            placed.c.prompt_id,
            placed.c.score,
            placed.c.place,
            func.nullif(placed.c.nth_new * placed.c.is_new.cast(Integer), 0).label("place_of_new"),
        )
        .where(or_(placed.c.nth <= take * CHOICE, is_wanted_as_new))
        .cte("chosen")
    )


def _because(walks: CTE, chosen: CTE) -> CTE:
    """Of each chosen prompt, the signal whose neighbour it is most: prompt_id, because."""
    return (
        select(walks.c.prompt_id, walks.c.because)
        .distinct(walks.c.prompt_id)
        .where(walks.c.prompt_id.in_(select(chosen.c.prompt_id)))
        .order_by(walks.c.prompt_id, walks.c.score.desc(), walks.c.because)
        .cte("because")
    )
