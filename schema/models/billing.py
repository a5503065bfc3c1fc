"""Plans and subscriptions. History is spans: a change of plan, price or state closes one and opens the next.

Spans come as such from our own exports, or follow from what Stripe tells (`BillingEvent`).
"""

import enum
from decimal import Decimal

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
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


class BillingEventKind(enum.StrEnum):
    """What the billing system told: a subscription's state as it changed or as an export shows it, or of money."""

    SUBSCRIPTION = "SUBSCRIPTION"
    EXPORT = "EXPORT"
    INVOICE = "INVOICE"
    REFUND = "REFUND"


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
    `canceled_at` is when the person asked to leave; access lasts until `ended_at`. `amount` is paid every
    `interval_count` billing intervals: 3 with MONTH is a quarter.
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
    interval_count: Mapped[int] = mapped_column(Integer, server_default="1")
    is_trial: Mapped[bool]
    batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    __table_args__ = (
        UniqueConstraint("external_id", "started_at"),
        CheckConstraint("status IN ('TRIALING', 'ACTIVE', 'PAST_DUE', 'UNPAID', 'PAUSED')", name="status"),
        CheckConstraint("billing_interval IN ('MONTH', 'YEAR')", name="billing_interval"),
        CheckConstraint("interval_count > 0", name="interval_count"),
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


class PlanPrice(Base):
    """What the billing system calls a plan: the id of a price or a product, a lookup key, a nickname."""

    __tablename__ = "plan_prices"

    price: Mapped[str] = mapped_column(Text, primary_key=True)
    plan: Mapped[str] = mapped_column(ForeignKey(f"{LIBRARY}.plans.code"), index=True)


class BillingCustomer(Base):
    """The person that a customer of the billing system is, and when that was told."""

    __tablename__ = "billing_customers"

    customer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), index=True)
    told_at: Mapped[Moment]


class BillingEvent(Base):
    """What the billing system told of a moment, in our terms; spans and refunds are derived from all of them.

    `status` is null where the subscription gives nothing: incomplete, or ended. `sequence` orders what bears the same
    second. Of a refund, `amount` is all that was given back of the charge so far.
    """

    __tablename__ = "billing_events"

    event_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[BillingEventKind] = mapped_column(one_of(BillingEventKind))
    occurred_at: Mapped[Moment]
    sequence: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[str | None] = mapped_column(Text)
    subscription_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[SubscriptionStatus | None] = mapped_column(one_of(SubscriptionStatus))
    prices: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    billing_interval: Mapped[BillingInterval | None] = mapped_column(one_of(BillingInterval))
    interval_count: Mapped[int | None] = mapped_column(Integer)
    current_period_end: Mapped[Moment | None]
    canceled_at: Mapped[Moment | None]
    charge_id: Mapped[str | None] = mapped_column(Text)
    invoice_id: Mapped[str | None] = mapped_column(Text)
    batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    __table_args__ = (
        CheckConstraint("kind IN ('SUBSCRIPTION', 'EXPORT', 'INVOICE', 'REFUND')", name="kind"),
        CheckConstraint("status IN ('TRIALING', 'ACTIVE', 'PAST_DUE', 'UNPAID', 'PAUSED')", name="status"),
        CheckConstraint("billing_interval IN ('MONTH', 'YEAR')", name="billing_interval"),
        CheckConstraint("interval_count > 0", name="interval_count"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint(
            "status IS NULL OR num_nulls(amount, currency, billing_interval, interval_count) = 0",
            name="state_has_price",
        ),
        CheckConstraint("kind = 'REFUND' OR subscription_id IS NOT NULL", name="names_a_subscription"),
        CheckConstraint("kind <> 'REFUND' OR num_nulls(charge_id, amount, currency) = 0", name="refunds_name_a_charge"),
        Index("ix_billing_events_subscription_id_occurred_at", "subscription_id", "occurred_at"),
    )


class Refund(Base):
    """Money given back of a charge; it changes no recurring revenue. `refunded_in_all` is the charge's sum so far."""

    __tablename__ = "refunds"

    charge_id: Mapped[str] = mapped_column(Text, primary_key=True)
    refunded_in_all: Mapped[Decimal] = mapped_column(Numeric(12, 2), primary_key=True)
    refunded_at: Mapped[Moment]
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(CHAR(3))
    user_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.users.id", ondelete="CASCADE"), index=True)
    subscription_id: Mapped[str | None] = mapped_column(Text)
    batch_id: Mapped[int] = mapped_column(ForeignKey(f"{LIBRARY}.import_batches.id"), index=True)

    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)
