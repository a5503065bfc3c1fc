"""Stripe's amounts and prices: minor units by currency, and what the items of a subscription come to.

Currencies by their decimals: https://docs.stripe.com/currencies#minor-units. ISK and UGX have none, yet Stripe writes
them with two, so they are not among those without.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ingest.billing.shape import currency_code, interval_count
from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.values import optional_integer, optional_text, required_text
from schema.models import BillingInterval

_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_WITH_THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
_CENT = Decimal("0.01")
_MONTHS = {BillingInterval.MONTH: 1, BillingInterval.YEAR: 12}
MAX_ITEMS = 100
MAX_MINOR = 10**14


@dataclass(frozen=True, slots=True)
class Interval:
    """How often is paid: every `count` months or years."""

    unit: BillingInterval
    count: int

    @property
    def months(self) -> int:
        """The same in months."""
        return _MONTHS[self.unit] * self.count


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a subscription costs at its interval, before discounts and taxes, and all names of its prices in order."""

    amount: Decimal
    currency: str
    interval: Interval
    prices: list[str]


def major_units(minor: Decimal, currency: str) -> Decimal:
    """An amount in Stripe's smallest unit as people write it, to two decimals."""
    if currency in _WITHOUT_DECIMALS:
        return rounded(minor)
    return rounded(minor / (1000 if currency in _WITH_THREE_DECIMALS else 100))


def rounded(amount: Decimal) -> Decimal:
    """To two decimals, halves away from zero, as Stripe rounds."""
    if not amount.is_finite() or not 0 <= amount < 10**10:
        raise RecordError(f"has the amount {str(amount)[:40]}, which is not an amount of money")
    return amount.quantize(_CENT, ROUND_HALF_UP)


def interval_of(unit: str, count: int) -> Interval:
    """Months or years; the library keeps no subscription by the day or the week."""
    try:
        return Interval(BillingInterval(unit.upper()), count)
    except ValueError:
        raise RecordError(f"renews by the {unit[:20]}; only subscriptions by the month or year are kept") from None


def agreed(subscription: Fields) -> Agreed:
    """What a subscription object says of its price.

    Several items are added up at the interval of the first: a yearly add-on of a monthly plan counts a twelfth.
    """
    items = list(_items(subscription))
    if not items:
        raise RecordError("has no price")
    (first, _), currency = items[0], currency_code(required_text(items[0][0], "currency"))
    interval = _interval(first)
    minor = Decimal(0)
    for price, quantity in items:
        if currency_code(required_text(price, "currency")) != currency:
            raise RecordError("has prices in several currencies")
        minor += _unit_amount(price) * quantity * interval.months / _interval(price).months
    names = [name for price, _ in items for name in _names(price)]
    return Agreed(major_units(minor, currency), currency, interval, list(dict.fromkeys(names)))


def _items(subscription: Fields) -> Iterator[tuple[dict[str, Any], int]]:
    """Price and quantity of each item; older objects have one `plan` of their own instead."""
    held = subscription.get("items")
    listed = held.get("data") if isinstance(held, dict) else None
    for item in listed[:MAX_ITEMS] if isinstance(listed, list) and listed else [subscription]:
        price = (item.get("price") or item.get("plan")) if isinstance(item, dict) else None
        if isinstance(price, dict):
            quantity = optional_integer(item, "quantity")
            yield price, 1 if quantity is None else quantity


def _interval(price: Fields) -> Interval:
    recurring = price.get("recurring")
    told = recurring if isinstance(recurring, dict) else price
    return interval_of(required_text(told, "interval"), interval_count(told))


def _unit_amount(price: Fields) -> Decimal:
    """In the smallest unit. What is paid by use is not agreed beforehand: it counts nothing."""
    recurring = price.get("recurring")
    if (recurring if isinstance(recurring, dict) else price).get("usage_type") == "metered":
        return Decimal(0)
    for name in ("unit_amount_decimal", "unit_amount", "amount_decimal", "amount"):
        if price.get(name) is not None:
            return _minor(price, name)
    raise RecordError("has a price in tiers, whose amount the record does not tell")


def _minor(price: Fields, name: str) -> Decimal:
    told = str(price[name])[:40]
    try:
        amount = Decimal(told)
    except InvalidOperation:
        raise RecordError(f"has the {name} '{told}', which is not a number") from None
    if not amount.is_finite() or not 0 <= amount <= MAX_MINOR:
        raise RecordError(f"has the {name} {told}, which is not an amount of money")
    return amount


def _names(price: Fields) -> Iterator[str]:
    """What a price is called, the surest first: its id, its lookup key, its nickname, its product."""
    product = price.get("product")
    named = (
        {**price, "product_name": product.get("name"), "product": product.get("id")}
        if isinstance(product, dict)
        else price
    )
    for name in ("id", "lookup_key", "nickname", "product", "product_name"):
        told = optional_text(named, name)
        if told:
            yield told
