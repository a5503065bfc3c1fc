"""What the shapes of billing records share: the columns they are staged in, and values that all of them have."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.values import optional_integer

TABLE = "staged_billing"
COLUMNS = {
    "kind": "text",
    "external_id": "text",
    "external_user": "text",
    "email": "text",
    "customer_id": "text",
    "status": "text",
    "amount": "numeric",
    "currency": "text",
    "billing_interval": "text",
    "interval_count": "integer",
    "current_period_end": "timestamptz",
    "canceled_at": "timestamptz",
    # Of spans:
    "plan": "text",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    # Of what Stripe tells; the arrays hold the moments that one record of an export tells of:
    "event_id": "text",
    "occurred_at": "timestamptz",
    "sequence": "smallint",
    "prices": "text[]",
    "charge_id": "text",
    "invoice_id": "text",
    "moments": "timestamptz[]",
    "states": "text[]",
    "period_ends": "timestamptz[]",
    "cancellations": "timestamptz[]",
    # The record as JSON, as it is kept where it is refused:
    "kept": "text",
    # Filled by the merge:
    "user_id": "bigint",
}
YEARS = (2000, 2100)
MAX_INTERVALS = 120


class Kind(StrEnum):
    """What a record is. Of a customer only the person matters; what is other is passed over."""

    SPAN = "SPAN"
    SUBSCRIPTION = "SUBSCRIPTION"
    EXPORT = "EXPORT"
    INVOICE = "INVOICE"
    REFUND = "REFUND"
    CUSTOMER = "CUSTOMER"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of billing records.

    `kept` is the record without what must be stored nowhere; reading it again gives what reading the record gave.
    `staged` gives values for COLUMNS, or raises RecordError.
    """

    name: str | None
    recognises: Callable[[Fields], bool]
    kept: Callable[[Fields], dict[str, Any]]
    staged: Callable[[Fields], dict[str, Any]]


def currency_code(value: str) -> str:
    """Three capital letters, as ISO 4217 has them."""
    code = value.upper()
    if len(code) != 3 or not code.isalpha() or not code.isascii():
        raise RecordError(f"has the currency '{value[:20]}'; write its three letters, like USD")
    return code


def sensible(moment: datetime, told: str) -> datetime:
    """The moment, if a subscription can have been then; `told` is the verb for what is of that moment."""
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise RecordError(f"{told} in the year {moment.year}")
    return moment


def interval_count(fields: Fields, name: str = "interval_count") -> int:
    """How many intervals are between two payments; 1 where it is not said."""
    count = optional_integer(fields, name, MAX_INTERVALS)
    if count == 0:
        raise RecordError(f"has the {name} 0; it must be at least 1")
    return count or 1


def is_user_id(name: str) -> bool:
    """Whether metadata of this name holds the application's own id of a person."""
    folded = name.strip().casefold().replace("_", "").replace("-", "").replace(" ", "")
    return folded in ("userid", "uid", "appuserid")
