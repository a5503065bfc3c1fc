"""Load application activity into the ledger, and derive likes from it.

An event names its person by the application's own id (`user_id`) and its prompt by the library's id (`prompt_id`)
or by where it came from (`prompt_key`: `collection/key`).
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from ingest.batch import BatchResult, open_batch
from ingest.errors import RecordError
from ingest.readers import Row
from ingest.sources import Address, open_sources
from ingest.staging import Progress, Staging, no_progress
from ingest.values import choice, optional_integer, optional_text, required_moment, required_text
from schema.models import BatchKind, EventType

CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_QUERY_CHARACTERS = 2000

COLUMNS = {
    "event_id": "uuid",
    "occurred_at": "timestamptz",
    "event_type": "text",
    "external_user": "text",
    "library_prompt": "bigint",
    "prompt_collection": "text",
    "prompt_key": "text",
    "session_id": "text",
    "query": "text",
    "result_count": "integer",
    "position": "integer",
    # Filled by the merge:
    "user_id": "bigint",
    "prompt_id": "bigint",
}
SHOWN = ("event_id", "occurred_at", "event_type", "external_user", "library_prompt", "prompt_collection", "prompt_key")
_ABOUT_A_PROMPT = frozenset(EventType) - {EventType.SEARCH, EventType.SIGN_IN}
_BY_A_PERSON = frozenset({EventType.LIKE, EventType.UNLIKE, EventType.SIGN_IN})

PEOPLE = """
UPDATE staged_events AS s SET user_id = u.id
FROM library.users AS u
WHERE s.outcome IS NULL AND u.external_id = s.external_user
"""

PROMPTS_BY_ID = """
UPDATE staged_events AS s SET prompt_id = p.id
FROM library.prompts AS p
WHERE s.outcome IS NULL AND p.id = s.library_prompt
"""

PROMPTS_BY_KEY = """
UPDATE staged_events AS s SET prompt_id = k.prompt_id
FROM library.prompt_sources AS k
INNER JOIN library.collections AS c ON c.id = k.collection_id
WHERE
    s.outcome IS NULL AND s.prompt_id IS NULL
    AND c.name = s.prompt_collection AND k.source_key = s.prompt_key AND k.occurrence = 1
"""

UNKNOWN = """
UPDATE staged_events SET
    outcome = 'rejected',
    reason = CASE
        WHEN user_id IS NULL AND external_user IS NOT NULL THEN 'names a person the library does not know'
        ELSE 'names a prompt the library does not know'
    END
WHERE
    outcome IS NULL
    AND (
        (user_id IS NULL AND external_user IS NOT NULL)
        OR (prompt_id IS NULL AND (library_prompt IS NOT NULL OR prompt_key IS NOT NULL))
    )
"""

REPEATED = """
UPDATE staged_events AS s SET outcome = 'duplicates'
FROM (
    SELECT staged_id, row_number() OVER (PARTITION BY event_id ORDER BY staged_id) AS occurrence
    FROM staged_events WHERE outcome IS NULL
) AS n
WHERE n.staged_id = s.staged_id AND n.occurrence > 1
"""

KNOWN = """
UPDATE staged_events AS s SET outcome = 'duplicates'
WHERE s.outcome IS NULL AND EXISTS (SELECT FROM library.activity_events AS e WHERE e.event_id = s.event_id)
"""

PARTITIONS = """
SELECT library.ensure_activity_partitions(
    cast(min(occurred_at) AT TIME ZONE 'UTC' AS date), cast(max(occurred_at) AT TIME ZONE 'UTC' AS date)
)
FROM staged_events WHERE outcome IS NULL HAVING count(*) > 0
"""

NEW = """
WITH chosen AS (
    UPDATE staged_events SET outcome = 'inserted' WHERE outcome IS NULL RETURNING *
)
INSERT INTO library.activity_events (
    event_id, occurred_at, event_type, user_id, prompt_id, session_id, query, result_count, position, batch_id
)
SELECT
    event_id, occurred_at, event_type, user_id, prompt_id, session_id, query, result_count, position, :batch_id
FROM chosen
"""

# In the order of time, so that the newest day has the highest revision.
DAYS = """
INSERT INTO library.activity_days AS d (activity_date)
SELECT DISTINCT cast(occurred_at AT TIME ZONE 'UTC' AS date) AS activity_date
FROM staged_events WHERE outcome = 'inserted'
ORDER BY 1
ON CONFLICT (activity_date) DO UPDATE SET revision = excluded.revision
"""

# The last word on each touched pair, over the whole ledger: late and out-of-order events come out right. A like whose
# event the ledger holds no longer stands until a later word.
LIKES = """
WITH touched AS (
    SELECT DISTINCT user_id, prompt_id FROM staged_events
    WHERE outcome = 'inserted' AND event_type IN ('like', 'unlike')
), last_word AS (
    SELECT DISTINCT ON (e.user_id, e.prompt_id) e.user_id, e.prompt_id, e.event_type, e.occurred_at
    FROM touched AS t
    INNER JOIN library.activity_events AS e ON e.user_id = t.user_id AND e.prompt_id = t.prompt_id
    WHERE e.event_type IN ('like', 'unlike')
    ORDER BY e.user_id, e.prompt_id, e.occurred_at DESC, e.event_id DESC
), withdrawn AS (
    DELETE FROM library.user_prompt_likes AS l USING last_word AS w
    WHERE l.user_id = w.user_id AND l.prompt_id = w.prompt_id
        AND w.event_type = 'unlike' AND w.occurred_at >= l.liked_at
)
INSERT INTO library.user_prompt_likes (user_id, prompt_id, liked_at)
SELECT user_id, prompt_id, occurred_at FROM last_word WHERE event_type = 'like'
ON CONFLICT (user_id, prompt_id) DO UPDATE SET liked_at = excluded.liked_at
WHERE user_prompt_likes.liked_at <> excluded.liked_at
"""


def load_activity(
    engine: Engine, paths: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load events; loading them again changes nothing, and their order does not matter.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
    """
    latest = datetime.now(UTC) + CLOCK_TOLERANCE
    with open_batch(engine, BatchKind.ACTIVITY, paths, root=root) as batch, open_sources(paths, root=root) as sources:
        staging = Staging(batch, "staged_events", COLUMNS, SHOWN)
        staging.load(sources, lambda row: _staged(row, latest), progress)
        for statement in (PEOPLE, PROMPTS_BY_ID, PROMPTS_BY_KEY, UNKNOWN, REPEATED, KNOWN, PARTITIONS):
            batch.run(statement)
        batch.run(NEW, batch_id=batch.id)
        batch.run(DAYS)
        batch.run(LIKES)
        staging.settle()
    return batch.result


def _staged(row: Row, latest: datetime) -> Sequence[Any]:
    fields = row.fields
    event_type = EventType(choice(fields, "event_type", EventType))
    occurred_at = required_moment(fields, "occurred_at")
    if occurred_at > latest:
        raise RecordError("lies in the future")
    if occurred_at < EARLIEST:
        raise RecordError("lies before the year 2000")
    user = optional_text(fields, "user_id")
    collection, _, key = (optional_text(fields, "prompt_key", 400) or "").partition("/")
    prompt = optional_integer(fields, "prompt_id", 2**63 - 1)
    if event_type in _ABOUT_A_PROMPT and prompt is None and not key:
        raise RecordError(f"is a {event_type} without a prompt")
    if event_type in _BY_A_PERSON and user is None:
        raise RecordError(f"is a {event_type} without a person")
    values = {
        "event_id": _event_id(required_text(fields, "event_id")),
        "occurred_at": occurred_at,
        "event_type": event_type,
        "external_user": user,
        "library_prompt": prompt,
        "prompt_collection": collection or None,
        "prompt_key": key or None,
        "session_id": optional_text(fields, "session_id"),
        "query": optional_text(fields, "query", MAX_QUERY_CHARACTERS),
        "result_count": optional_integer(fields, "result_count"),
        "position": optional_integer(fields, "position"),
    }
    return [values.get(column) for column in COLUMNS]


def _event_id(text: str) -> uuid.UUID:
    """A UUID as it is; any other id by its hash."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
