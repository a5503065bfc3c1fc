"""Stripe's export of subscriptions from its dashboard: a CSV row is what a subscription is at the time of the export.

A row tells of up to four moments: the trial's start, the start of what is agreed now (which Stripe moves with each
change of it), the start of the present period, and the end. What an earlier export said of a moment stays.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ingest.billing.shape import Kind, Shape, currency_code, interval_count, is_user_id, sensible
from ingest.billing.stripe_amounts import Interval, interval_of, rounded
from ingest.billing.stripe_events import stripe_status
from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.values import money, optional_integer, optional_moment, optional_text, required_text
from schema.models import SubscriptionStatus

_COLUMNS = frozenset(
    (
        *("id", "customer id", "customer email", "plan", "product", "product id", "product name", "plan name"),
        *("price id", "quantity", "currency", "interval", "interval count", "amount", "status", "created", "start"),
        *("start date", "current period start", "current period end", "trial start", "trial end", "canceled at"),
        "ended at",
    )
)
_PRICES = ("plan", "price id", "plan name", "product id", "product", "product name")
_METADATA = re.compile(r"(?P<name>.+?)\s*\(metadata\)")
_INTERVAL = re.compile(r"(?:every\s+)?(?P<count>\d{1,3})?\s*(?P<unit>day|week|month|year)s?", re.IGNORECASE)
_LATE = frozenset((SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED))
_TRIALING, _ACTIVE = SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE


class _Claim(NamedTuple):
    """What a row says of a moment, and from it until the next."""

    state: SubscriptionStatus | None
    period_end: datetime | None
    canceled_at: datetime | None


def _folded(column: str) -> str:
    return column.strip().casefold().removesuffix("(utc)").rstrip()


def _recognises(fields: Fields) -> bool:
    return {"id", "customer id", "status", "current period end"} <= {_folded(name) for name in fields}


def _kept(fields: Fields) -> dict[str, Any]:
    is_named = any(value and _names_person(name) for name, value in fields.items())
    return {
        name: value
        for name, value in fields.items()
        if (_folded(name) in _COLUMNS and not (is_named and _folded(name) == "customer email")) or _names_person(name)
    }


def _names_person(column: str) -> bool:
    metadata = _METADATA.fullmatch(column.strip())
    return is_user_id(metadata["name"]) if metadata else False


def _staged(fields: Fields) -> dict[str, Any]:
    row = {_folded(name): value for name, value in fields.items()}
    user = next((value for name, value in fields.items() if value and _names_person(name)), None)
    told: dict[str, Any] = {
        "kind": Kind.EXPORT,
        "external_id": required_text(row, "id"),
        "customer_id": optional_text(row, "customer id"),
        "external_user": optional_text({"user_id": user}, "user_id"),
        "email": optional_text(row, "customer email", 320),
    }
    claims = _claims(row)
    if not claims:
        return {"kind": Kind.OTHER}
    moments = [sensible(moment, "tells of something") for moment in sorted(claims)]
    interval = _interval(row)
    return told | {
        "occurred_at": moments[-1],
        "amount": rounded(_amount(row)),
        "currency": currency_code(required_text(row, "currency")),
        "billing_interval": interval.unit,
        "interval_count": interval.count,
        "prices": list(dict.fromkeys(filter(None, (optional_text(row, name) for name in _PRICES)))),
        "moments": moments,
        "states": [claims[moment].state for moment in moments],
        "period_ends": [claims[moment].period_end for moment in moments],
        "cancellations": [claims[moment].canceled_at for moment in moments],
    }


def _claims(row: Fields) -> dict[datetime, _Claim]:
    """What the row says of which moment; nothing of a subscription that never came into force."""
    status_name = required_text(row, "status")
    status = stripe_status(status_name)
    if status is None and status_name.casefold() != "canceled":
        return {}
    started_at = optional_moment(row, "start") or optional_moment(row, "start date") or optional_moment(row, "created")
    if started_at is None:
        raise RecordError("has no Start (UTC)")
    canceled_at, ended_at = optional_moment(row, "canceled at"), None
    if status is None:
        ended_at = optional_moment(row, "ended at") or canceled_at
        if ended_at is None:
            raise RecordError("is canceled, and has no Ended At (UTC)")
    present = _Claim(status or _ACTIVE, optional_moment(row, "current period end"), canceled_at)
    trial_start, trial_end = optional_moment(row, "trial start"), optional_moment(row, "trial end")
    claims: dict[datetime, _Claim] = {}
    if trial_start and trial_end and trial_start < trial_end:
        is_over = status is not _TRIALING and (ended_at is None or ended_at > trial_end)
        claims[trial_start] = _Claim(_TRIALING, trial_end, None if is_over else canceled_at)
        started_at = max(started_at, trial_end) if is_over else started_at
        if not is_over:
            return claims | ({ended_at: _Claim(None, None, None)} if ended_at and ended_at > trial_start else {})
    period_start = optional_moment(row, "current period start")
    claims[started_at] = present._replace(state=_ACTIVE) if status in _LATE else present
    if status and period_start and period_start >= started_at:
        claims[period_start] = present
    if ended_at and ended_at <= started_at:
        claims.pop(started_at)
    return claims | ({ended_at: _Claim(None, None, None)} if ended_at else {})


def _amount(row: Fields) -> Decimal:
    """The price of one, in units as people write them, times the quantity."""
    price = money({"Amount": str(row.get("amount")).replace(",", "")}, "Amount")
    quantity = optional_integer(row, "quantity")
    return price * (1 if quantity is None else quantity)


def _interval(row: Fields) -> Interval:
    told = required_text(row, "interval")
    found = _INTERVAL.fullmatch(told)
    if found is None:
        raise RecordError(f"has the Interval '{told[:40]}'; it must be month or year, or as in '3 months'")
    return interval_of(found["unit"], int(found["count"] or 0) or interval_count(row, "interval count"))


STRIPE_EXPORT = Shape("Stripe subscriptions", _recognises, _kept, _staged)
