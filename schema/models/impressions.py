"""What was shown to readers, what they opened of it, and how well recommendations foresee what people like."""

import enum
import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Date, Double, ForeignKey, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Created, Moment, one_of

_BY_MONTH = {"postgresql_partition_by": "RANGE (shown_at)"}


class Surface(enum.StrEnum):
    """Where a list of prompts is shown."""

    SEARCH = "search"
    FOR_YOU = "for_you"
    TRENDING = "trending"
    SIMILAR = "similar"
    NEW = "new"


class Action(enum.StrEnum):
    """What a reader did with a prompt of a list."""

    OPEN = "open"
    COPY = "copy"


class ShownList(Base):
    """A list that was shown; `user_id` is None for a visitor. `search_event_id` is the ledger's event of a search."""

    __tablename__ = "shown_lists"

    list_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    shown_at: Mapped[Moment] = mapped_column(primary_key=True)
    surface: Mapped[Surface] = mapped_column(one_of(Surface))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="SET NULL"), index=True)
    search_event_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        CheckConstraint("surface IN ('search', 'for_you', 'trending', 'similar', 'new')", name="surface"),
        CheckConstraint("search_event_id IS NULL OR surface = 'search'", name="only_a_search_names_one"),
        _BY_MONTH,
    )


class Impression(Base):
    """A prompt in a shown list: its place (1 is the first of the first page), and why it is there, if that was said."""

    __tablename__ = "impressions"

    list_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    shown_at: Mapped[Moment] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(
        ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    place: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (CheckConstraint("place >= 1", name="place"), _BY_MONTH)


class ImpressionClick(Base):
    """A reader opened or copied a prompt of a list, the first time."""

    __tablename__ = "impression_clicks"

    list_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    shown_at: Mapped[Moment] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(
        ForeignKey(f"{LIBRARY}.prompts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    action: Mapped[Action] = mapped_column(one_of(Action), primary_key=True)
    clicked_at: Mapped[Created]

    __table_args__ = (CheckConstraint("action IN ('open', 'copy')", name="action"), _BY_MONTH)


class RecommendationNight(Base):
    """How well the likes of the `test_days` UTC days up to `last_date` were foreseen from what was before them.

    `recall` and `ndcg` are means over `people`, of lists of 20; `coverage` is the share of `prompts` in any list. Those
    of `popular` are of the most liked prompts.
    """

    __tablename__ = "recommendation_nights"

    last_date: Mapped[date] = mapped_column(Date, primary_key=True)
    test_days: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    prompts: Mapped[int] = mapped_column(Integer)
    recall: Mapped[float] = mapped_column(Double)
    ndcg: Mapped[float] = mapped_column(Double)
    coverage: Mapped[float] = mapped_column(Double)
    popular_recall: Mapped[float] = mapped_column(Double)
    popular_ndcg: Mapped[float] = mapped_column(Double)
    popular_coverage: Mapped[float] = mapped_column(Double)
    measured_at: Mapped[Created]
