"""Stripe's objects as its API writes them, with what it writes beside that no library should keep."""

from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]


def seconds(moment: str) -> int:
    """A UTC moment as Stripe writes it."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


def item(
    price: str = "pro_monthly",
    amount: int | None = 1200,
    *,
    interval: str = "month",
    count: int = 1,
    quantity: int = 1,
    currency: str = "usd",
    **more: Any,
) -> dict[str, Any]:
    """An item of a subscription, with a price known by its lookup key."""
    recurring = {"interval": interval, "interval_count": count, "usage_type": "licensed"}
    told = {"id": f"price_{price}", "object": "price", "lookup_key": price, "unit_amount": amount, "currency": currency}
    return {
        "id": "si_1",
        "object": "subscription_item",
        "quantity": quantity,
        "price": told | {"recurring": recurring} | more,
    }


def subscription(
    at: str,
    status: str = "active",
    *items: dict[str, Any],
    kind: str = "updated",
    key: str = "sub_1",
    event: str | None = None,
    user: str | None = "ann@example.com",
    **more: Any,
) -> Event:
    """An event of a subscription, at a moment."""
    its_object = {
        "id": key,
        "object": "subscription",
        "customer": f"cus_{key}",
        "status": status,
        "items": {"object": "list", "data": list(items or [item()])},
        "metadata": {"user_id": user, "note": "call +1 555 0100"} if user else {},
        "default_payment_method": {"card": {"last4": "4242"}, "billing_details": {"name": "Ann Private"}},
    }
    return envelope(f"customer.subscription.{kind}", at, its_object | more, event)


def envelope(event_type: str, at: str, its_object: dict[str, Any], event: str | None = None) -> Event:
    """An event around an object."""
    event_id = event or f"evt_{event_type}_{its_object['id']}_{at}"
    return {
        "id": event_id,
        "object": "event",
        "api_version": "2025-08-27.basil",
        "created": seconds(at),
        "type": event_type,
        "data": {"object": its_object},
    }


def refund(at: str, in_all: int, *, charge: str = "ch_1", customer: str = "cus_sub_1", **more: Any) -> Event:
    """A refund: Stripe writes what was given back of the charge so far."""
    its_object = {
        "id": charge,
        "object": "charge",
        "customer": customer,
        "currency": "usd",
        "amount": 9900,
        "amount_refunded": in_all,
        "payment_method_details": {"card": {"last4": "4242"}},
        "billing_details": {"name": "Ann Private", "phone": "+1 555 0100", "address": {"line1": "1 Private Road"}},
    }
    return envelope("charge.refunded", at, its_object | more, f"evt_{charge}_{in_all}")
