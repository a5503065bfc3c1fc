"""One event as it stands in its file, validated."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from ingest.errors import RecordError
from ingest.readers import Fields
from ingest.values import choice, optional_integer, optional_text, required_moment, required_text
from schema.models import EventType

CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_ID_CHARACTERS = 200
MAX_KEY_CHARACTERS = 400
MAX_QUERY_CHARACTERS = 2000
MAX_INTEGER = 2**31 - 1
MAX_PROMPT_ID = 2**63 - 1

ABOUT_A_PROMPT = frozenset(EventType) - {EventType.SEARCH, EventType.SIGN_IN}
BY_A_PERSON = frozenset({EventType.LIKE, EventType.UNLIKE, EventType.SIGN_IN})

STAGED = pa.schema(
    [
        ("row_number", pa.int64()),
        ("event_id", pa.string()),
        ("occurred_at", pa.timestamp("us", "UTC")),
        ("event_type", pa.string()),
        ("external_user", pa.string()),
        ("library_prompt", pa.int64()),
        ("prompt_key", pa.string()),
        ("session_id", pa.string()),
        ("query", pa.string()),
        ("result_count", pa.int64()),
        ("position", pa.int64()),
    ]
)
"""A staged event: its place in its file, and what it says, with the names that files use for people and prompts."""


def to_event(number: int, fields: Fields, latest: datetime) -> dict[str, Any]:
    """Validate a record; `latest` is the last moment that is not in the future.

    Raises:
        RecordError: it cannot be loaded; the message says why.
    """
    event_type = EventType(choice(fields, "event_type", EventType))
    occurred_at = required_moment(fields, "occurred_at")
    if occurred_at > latest:
        raise RecordError("lies in the future")
    if occurred_at < EARLIEST:
        raise RecordError("lies before the year 2000")
    user = optional_text(fields, "user_id", MAX_ID_CHARACTERS)
    key = optional_text(fields, "prompt_key", MAX_KEY_CHARACTERS)
    prompt = optional_integer(fields, "prompt_id", MAX_PROMPT_ID)
    if event_type in ABOUT_A_PROMPT and prompt is None and not key:
        raise RecordError(f"is a {event_type} without a prompt")
    if event_type in BY_A_PERSON and user is None:
        raise RecordError(f"is a {event_type} without a person")
    return {
        "row_number": number,
        "event_id": event_id_of(required_text(fields, "event_id", MAX_ID_CHARACTERS)),
        "occurred_at": occurred_at,
        "event_type": event_type.value,
        "external_user": user,
        "library_prompt": prompt,
        "prompt_key": key,
        "session_id": optional_text(fields, "session_id", MAX_ID_CHARACTERS),
        "query": optional_text(fields, "query", MAX_QUERY_CHARACTERS),
        "result_count": optional_integer(fields, "result_count", MAX_INTEGER),
        "position": optional_integer(fields, "position", MAX_INTEGER),
    }


def event_id_of(text: str) -> str:
    """A UUID as it is; any other id by its hash."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]))
