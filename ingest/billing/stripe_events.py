"""Stripe's events, as its API, its webhooks and its command line write them: one JSON object each.

Shapes by https://docs.stripe.com/api/events, before and after version 2025-03-31 (basil), which moved billing periods
to the items and an invoice's subscription to its parent.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ingest.billing.shape import Kind, Shape, currency_code, is_user_id, sensible
from ingest.billing.stripe_amounts import MAX_MINOR, agreed, major_units
from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.values import optional_integer, optional_moment, optional_text, required_moment, required_text
from schema.models import SubscriptionStatus

GIVES_NOTHING = frozenset(("incomplete", "incomplete_expired", "canceled"))
_INVOICES = frozenset(("invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed"))
_CUSTOMERS = frozenset(("customer.created", "customer.updated", "checkout.session.completed"))
# Of events in the same second, the creation is the first and the end the last.
_SEQUENCE = {"customer.subscription.created": 0, "customer.subscription.deleted": 2}
# What is kept of an object, at any depth: no names, addresses, telephone numbers or cards.
_KEPT = frozenset(
    (
        *("id", "type", "created", "object", "data", "customer", "status", "canceled_at", "items"),
        *("current_period_end", "quantity", "price", "plan", "lookup_key", "nickname", "product", "unit_amount"),
        *("unit_amount_decimal", "amount", "amount_decimal", "currency", "recurring", "interval", "interval_count"),
        *("usage_type", "subscription", "parent", "subscription_details", "charge", "invoice", "amount_refunded"),
        *("client_reference_id", "metadata"),
    )
)
_SUBSCRIPTION = "customer.subscription."


def _recognises(fields: Fields) -> bool:
    data = fields.get("data")
    return "type" in fields and isinstance(data, dict) and isinstance(data.get("object"), dict)


def _kept(fields: Fields) -> dict[str, Any]:
    kept: dict[str, Any] = _without_private(fields)
    its_object = fields["data"]["object"]
    address = _address(its_object)
    if address and not _user_id(its_object):
        kept["data"]["object"]["email"] = address
    return kept


def _without_private(value: Any, name: str = "") -> Any:
    if isinstance(value, list):
        return [_without_private(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if name == "metadata":
        return {key: inner for key, inner in value.items() if is_user_id(key)}
    kept = {key: _without_private(inner, key) for key, inner in value.items() if key in _KEPT and inner is not None}
    return kept | {"name": value["name"]} if name == "product" and "name" in value else kept


def _address(its_object: Fields) -> Any:
    """The e-mail address of the person, wherever an object has it."""
    for name in ("email", "customer_email", "receipt_email"):
        if its_object.get(name):
            return its_object[name]
    for name in ("customer_details", "billing_details", "customer"):
        inner = its_object.get(name)
        if isinstance(inner, dict) and inner.get("email"):
            return inner["email"]
    return None


def _user_id(its_object: Fields) -> Any:
    details = _inner(_inner(its_object, "parent"), "subscription_details") or _inner(its_object, "subscription_details")
    for holder in (its_object, details, _inner(its_object, "customer")):
        for key, value in _inner(holder, "metadata").items():
            if is_user_id(key) and value not in (None, ""):
                return value
    return its_object.get("client_reference_id")


def _inner(fields: Fields, name: str) -> dict[str, Any]:
    inner = fields.get(name)
    return inner if isinstance(inner, dict) else {}


def _reference(fields: Fields, name: str) -> str | None:
    """The id of another object, which may stand there whole."""
    value = fields.get(name)
    return optional_text(value, "id") if isinstance(value, dict) else optional_text(fields, name)


def _staged(fields: Fields) -> dict[str, Any]:
    event_type = required_text(fields, "type")
    its_object = fields["data"]["object"]
    told = _told(event_type, its_object)
    if told is None:
        return {"kind": Kind.OTHER}
    return {
        "event_id": required_text(fields, "id"),
        "occurred_at": sensible(required_moment(fields, "created"), "happened"),
        "sequence": _SEQUENCE.get(event_type, 1),
        "customer_id": _reference(its_object, "customer"),
        "external_user": optional_text({"user_id": _user_id(its_object)}, "user_id"),
        "email": optional_text({"email": _address(its_object)}, "email", 320),
        **told,
    }


def _told(event_type: str, its_object: Fields) -> dict[str, Any] | None:
    """What an event tells of, or None where it is nothing to us."""
    if event_type.startswith(_SUBSCRIPTION) and its_object.get("object", "subscription") == "subscription":
        return _subscription(event_type, its_object)
    if event_type in _INVOICES and _invoiced(its_object):
        return {
            "kind": Kind.INVOICE,
            "external_id": _invoiced(its_object),
            "invoice_id": required_text(its_object, "id"),
            "charge_id": _reference(its_object, "charge"),
        }
    if event_type == "charge.refunded":
        return _refund(its_object)
    if event_type in _CUSTOMERS and (_user_id(its_object) or _address(its_object)):
        customer = _reference(its_object, "customer" if event_type.startswith("checkout.") else "id")
        return {"kind": Kind.CUSTOMER, "customer_id": customer} if customer else None
    return None


def _subscription(event_type: str, its_object: Fields) -> dict[str, Any]:
    told = {"kind": Kind.SUBSCRIPTION, "external_id": required_text(its_object, "id")}
    status = stripe_status(required_text(its_object, "status"))
    if status is None or event_type == f"{_SUBSCRIPTION}deleted":
        return told
    price = agreed(its_object)
    return told | {
        "status": status,
        "amount": price.amount,
        "currency": price.currency,
        "billing_interval": price.interval.unit,
        "interval_count": price.interval.count,
        "prices": price.prices,
        "current_period_end": _period_end(its_object),
        "canceled_at": optional_moment(its_object, "canceled_at"),
    }


def stripe_status(name: str) -> SubscriptionStatus | None:
    """Stripe's status in our terms; None for one that gives nothing."""
    if name.casefold() in GIVES_NOTHING:
        return None
    try:
        return SubscriptionStatus(name.upper())
    except ValueError:
        known = ", ".join((*(status.lower() for status in SubscriptionStatus), *sorted(GIVES_NOTHING)))
        raise RecordError(f"has the status '{name[:40]}'; it must be one of {known}") from None


def _period_end(its_object: Fields) -> datetime | None:
    items = _inner(its_object, "items").get("data")
    holders = [its_object, *(item for item in (items if isinstance(items, list) else []) if isinstance(item, dict))]
    return max(filter(None, (optional_moment(holder, "current_period_end") for holder in holders)), default=None)


def _invoiced(its_object: Fields) -> str | None:
    """The subscription that an invoice is of."""
    parent = _inner(_inner(its_object, "parent"), "subscription_details")
    return _reference(its_object, "subscription") or _reference(parent, "subscription")


def _refund(its_object: Fields) -> dict[str, Any]:
    currency = currency_code(required_text(its_object, "currency"))
    minor = optional_integer(its_object, "amount_refunded", MAX_MINOR)
    if not minor:
        raise RecordError("is a refund of nothing (amount_refunded)")
    return {
        "kind": Kind.REFUND,
        "charge_id": required_text(its_object, "id"),
        "invoice_id": _reference(its_object, "invoice"),
        "amount": major_units(Decimal(minor), currency),
        "currency": currency,
    }


STRIPE_EVENTS = Shape("Stripe events", _recognises, _kept, _staged)
