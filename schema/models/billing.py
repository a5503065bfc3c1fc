"""Plans and subscriptions. History is spans: a change of plan, price or state closes one and opens the next."""

import enum
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schema.models.base import LIBRARY, Base, Key, Moment, one_of
from schema.models.people import Tier


class BillingInterval(enum.StrEnum):
    """How often a subscription renews."""

    MONTH = "MONTH"
    YEAR = "YEAR"


class SubscriptionStatus(enum.StrEnum):
    """State of a subscription during a span; Stripe's states that give or withhold access."""

    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"


class Plan(Base):
    """What can be bought. `amount` is the list price; a subscription carries what was really agreed."""

    __tablename__ = "plans"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    tier: Mapped[Tier] = mapped_column(one_of(Tier))
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(CHAR(3))
    billing_interval: Mapped[BillingInterval | None] = mapped_column(one_of(BillingInterval))

    __table_args__ = (
        CheckConstraint("tier IN ('FREE', 'PRO')", name="tier"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("billing_interval IN ('MONTH', 'YEAR')", name="billing_interval"),
    )


class Subscription(Base):
    """A span in which a person's subscription did not change: [started_at, ended_at).

    `external_id` is the billing system's id, shared by the spans of one subscription.
    `canceled_at` is when the person asked to leave; access lasts until `ended_at`.
    No two spans of a person overlap.
    """

    __tablename__ = "subscriptions"

    id: Mapped[Key]
    external_id: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), index=True)
    plan: Mapped[str] = mapped_column(ForeignKey(f"{LIBRARY}.plans.code"), index=True)
    status: Mapped[SubscriptionStatus] = mapped_column(one_of(SubscriptionStatus))
    started_at: Mapped[Moment]
    current_period_end: Mapped[Moment | None]
    canceled_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(CHAR(3))
    billing_interval: Mapped[BillingInterval] = mapped_column(one_of(BillingInterval))
    is_trial: Mapped[bool]
    batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    __table_args__ = (
        UniqueConstraint("external_id", "started_at"),
        CheckConstraint("status IN ('TRIALING', 'ACTIVE', 'PAST_DUE', 'UNPAID', 'PAUSED')", name="status"),
        CheckConstraint("billing_interval IN ('MONTH', 'YEAR')", name="billing_interval"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("ended_at > started_at", name="span"),
        CheckConstraint("is_trial = (status = 'TRIALING')", name="trial"),
        # btree_gist is not everywhere; a one-value int8range compares users with core PostgreSQL alone.
        ExcludeConstraint(
            (text("int8range(user_id, user_id, '[]')"), "&&"),
            (text("tstzrange(started_at, ended_at)"), "&&"),
            name="ex_subscriptions_no_overlap",
            using="gist",
        ),
    )
