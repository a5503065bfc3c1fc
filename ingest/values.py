"""Reading single values of activity, user and billing records, each fault told in words."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.errors import RecordError
from ingest.readers import Fields
from ingest.text import normalise_text


def optional_text(fields: Fields, name: str, limit: int = 200) -> str | None:
    """A text without outer white space, or None where it is missing or empty."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, (dict, list)):
        raise RecordError(f"has a list or an object as {name}; it must be one value")
    text = normalise_text(str(value)).strip()
    if len(text) > limit:
        raise RecordError(f"has a {name} of {len(text):,} characters; the limit is {limit:,}")
    return text or None


def required_text(fields: Fields, name: str, limit: int = 200) -> str:
    """As `optional_text`, but it must be there."""
    text = optional_text(fields, name, limit)
    if text is None:
        raise RecordError(f"has no {name}")
    return text


def choice(fields: Fields, name: str, choices: Iterable[str]) -> str:
    """One of `choices`, in whatever case it is written."""
    value = required_text(fields, name)
    for option in choices:
        if option.casefold() == value.casefold():
            return option
    raise RecordError(f"has the {name} '{value[:40]}'; it must be one of {', '.join(choices)}")


def optional_moment(fields: Fields, name: str) -> datetime | None:
    """A time in UTC from ISO 8601 (without an offset it is UTC) or a JSON number of seconds since 1970."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(str(value).strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise RecordError(f"has the {name} '{str(value)[:40]}'; write it like 2026-03-31T09:30:00Z") from None


def required_moment(fields: Fields, name: str) -> datetime:
    """As `optional_moment`, but it must be there."""
    moment = optional_moment(fields, name)
    if moment is None:
        raise RecordError(f"has no {name}")
    return moment


def optional_integer(fields: Fields, name: str, limit: int = 2**31 - 1) -> int | None:
    """A whole number from 0 to `limit`, also where it is written as 7.0."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        number = int(str(value).removesuffix(".0"))
    except ValueError:
        raise RecordError(f"has the {name} '{str(value)[:40]}'; it must be a whole number") from None
    if not 0 <= number <= limit:
        raise RecordError(f"has the {name} {str(number)[:40]}, which is out of range")
    return number


def money(fields: Fields, name: str) -> Decimal:
    """An amount of at most ten digits before the point and two after it."""
    value: Any = fields.get(name)
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise RecordError(f"has the {name} '{str(value)[:40]}'; write it like 12.00") from None
    if not amount.is_finite() or not 0 <= amount < 10**10 or amount != round(amount, 2):
        raise RecordError(f"has the {name} {str(value)[:40]}, which is not an amount of money")
    return amount
