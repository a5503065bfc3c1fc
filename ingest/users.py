"""Load the application's accounts: one record a person, known by the application's own id."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from ingest.batch import BatchResult, open_batch
from ingest.errors import RecordError
from ingest.readers import Row
from ingest.sources import Address, open_sources
from ingest.staging import Progress, Staging, no_progress
from ingest.values import required_moment, required_text
from schema.models import BatchKind

COLUMNS = {"external_id": "text", "email": "text", "name": "text", "created_at": "timestamptz"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

REPEATED = """
UPDATE staged_users AS s SET outcome = 'duplicates'
FROM (
    SELECT staged_id, row_number() OVER (PARTITION BY external_id ORDER BY staged_id DESC) AS from_last
    FROM staged_users WHERE outcome IS NULL
) AS n
WHERE n.staged_id = s.staged_id AND n.from_last > 1
"""

ADDRESS_TAKEN = """
UPDATE staged_users AS s SET outcome = 'rejected', reason = 'has an e-mail address that another account has'
WHERE
    s.outcome IS NULL
    AND (
        EXISTS (
            SELECT FROM library.users AS u
            WHERE lower(u.email) = lower(s.email) AND u.external_id IS DISTINCT FROM s.external_id
        )
        OR s.staged_id IN (
            SELECT staged_id FROM (
                SELECT staged_id, row_number() OVER (PARTITION BY lower(email) ORDER BY staged_id) AS place
                FROM staged_users WHERE outcome IS NULL
            ) AS n
            WHERE place > 1
        )
    )
"""

KNOWN = """
UPDATE staged_users AS s SET
    outcome = CASE WHEN (u.email, u.name) IS DISTINCT FROM (s.email, s.name) THEN 'updated' ELSE 'unchanged' END
FROM library.users AS u
WHERE s.outcome IS NULL AND u.external_id = s.external_id
"""

UPDATED = """
UPDATE library.users AS u SET email = s.email, name = s.name
FROM staged_users AS s
WHERE s.outcome = 'updated' AND u.external_id = s.external_id
"""

NEW = """
WITH chosen AS (
    UPDATE staged_users SET outcome = 'inserted' WHERE outcome IS NULL RETURNING *
)
INSERT INTO library.users (external_id, email, name, created_at)
SELECT external_id, email, name, created_at FROM chosen ORDER BY staged_id
"""


def load_users(
    engine: Engine, paths: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load accounts (user_id, email, name, created_at); the last record of a person in the files counts.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
    """
    with open_batch(engine, BatchKind.USERS, paths, root=root) as batch, open_sources(paths, root=root) as sources:
        staging = Staging(batch, "staged_users", COLUMNS, ("external_id", "name"))
        staging.load(sources, _staged, progress)
        for statement in (REPEATED, ADDRESS_TAKEN, KNOWN, UPDATED, NEW):
            batch.run(statement)
        staging.settle()
    return batch.result


def _staged(row: Row) -> Sequence[Any]:
    email = required_text(row.fields, "email", 320)
    if not _EMAIL.fullmatch(email):
        raise RecordError("has an e-mail address that is not one")
    user_id = required_text(row.fields, "user_id")
    if user_id.startswith("contributor:"):
        raise RecordError("has a user_id that begins with 'contributor:', which is kept for imported authors")
    return user_id, email, required_text(row.fields, "name"), required_moment(row.fields, "created_at")
