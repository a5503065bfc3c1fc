"""Billing records: subscription spans, Stripe's exports and events, and everybody's FREE or PRO that follows."""

from ingest.billing.load import load_subscriptions, retry_subscriptions
from ingest.billing.plans import KnownPlan, known_plans, map_price
from ingest.billing.status import refresh_subscription_status

__all__ = [
    "KnownPlan",
    "known_plans",
    "load_subscriptions",
    "map_price",
    "refresh_subscription_status",
    "retry_subscriptions",
]
