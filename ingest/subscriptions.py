"""Load billing records: spans of subscriptions, from which every person's FREE or PRO follows.

A record is a span in which nothing changed. A later export may close an open span or move its period's end on;
plan, price and state of a recorded span are history and stay, and so does an end: an older export changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, text

from ingest.batch import BatchResult, open_batch
from ingest.errors import RecordError
from ingest.readers import Row
from ingest.sources import Address, open_sources
from ingest.staging import Progress, Staging, no_progress
from ingest.values import choice, money, optional_moment, optional_text, required_moment, required_text
from schema.database import connect
from schema.models import BatchKind, BillingInterval, SubscriptionStatus

COLUMNS = {
    "external_id": "text",
    "external_user": "text",
    "email": "text",
    "plan": "text",
    "status": "text",
    "started_at": "timestamptz",
    "current_period_end": "timestamptz",
    "canceled_at": "timestamptz",
    "ended_at": "timestamptz",
    "amount": "numeric",
    "currency": "text",
    "billing_interval": "text",
    # Filled by the merge:
    "user_id": "bigint",
}
YEARS = (2000, 2100)
OVERLAP = "overlaps another span of the same person; close that one first"
SHOWN = ("external_id", "external_user", "plan", "status", "started_at", "ended_at", "amount", "currency")

PEOPLE = """
UPDATE staged_subscriptions AS s SET user_id = u.id
FROM library.users AS u
WHERE
    s.outcome IS NULL
    AND (u.external_id = s.external_user OR (s.external_user IS NULL AND lower(u.email) = lower(s.email)))
"""

UNKNOWN = """
UPDATE staged_subscriptions AS s SET
    outcome = 'rejected',
    reason = CASE
        WHEN s.user_id IS NULL THEN 'names a person the library does not know'
        ELSE 'names the plan ''' || s.plan || ''', which the library does not know'
    END
WHERE
    s.outcome IS NULL
    AND (s.user_id IS NULL OR NOT EXISTS (SELECT FROM library.plans AS p WHERE p.code = s.plan))
"""

# Of several records of a span, the one that knows most: an end, else the latest period.
REPEATED = """
UPDATE staged_subscriptions AS s SET outcome = 'duplicates'
FROM (
    SELECT staged_id, row_number() OVER (
        PARTITION BY external_id, started_at
        ORDER BY ended_at IS NULL, current_period_end DESC NULLS LAST, staged_id DESC
    ) AS place
    FROM staged_subscriptions WHERE outcome IS NULL
) AS n
WHERE n.staged_id = s.staged_id AND n.place > 1
"""

KNOWN = """
UPDATE staged_subscriptions AS s SET
    outcome = CASE
        WHEN (k.user_id, k.plan, k.status, k.amount, k.currency, k.billing_interval)
            IS DISTINCT FROM (s.user_id, s.plan, s.status, s.amount, s.currency, s.billing_interval) THEN 'rejected'
        WHEN k.ended_at <> s.ended_at THEN 'rejected'
        WHEN k.ended_at IS NULL AND (
            s.ended_at IS NOT NULL
            OR s.current_period_end > k.current_period_end
            OR (k.current_period_end IS NULL AND s.current_period_end IS NOT NULL)
            OR (k.canceled_at IS NULL AND s.canceled_at IS NOT NULL)
        ) THEN 'updated'
        ELSE 'unchanged'
    END
FROM library.subscriptions AS k
WHERE s.outcome IS NULL AND k.external_id = s.external_id AND k.started_at = s.started_at
"""

REWRITES_HISTORY = """
UPDATE staged_subscriptions
SET reason = 'gives another person, plan, price, state or end for a span that is recorded; a change starts a new span'
WHERE outcome = 'rejected' AND reason IS NULL
"""

MOVED_ON = """
UPDATE library.subscriptions AS k SET
    ended_at = s.ended_at,
    canceled_at = CASE
        WHEN s.current_period_end > k.current_period_end THEN s.canceled_at
        ELSE coalesce(s.canceled_at, k.canceled_at)
    END,
    current_period_end = greatest(s.current_period_end, k.current_period_end),
    batch_id = :batch_id
FROM staged_subscriptions AS s
WHERE s.outcome = 'updated' AND k.external_id = s.external_id AND k.started_at = s.started_at
"""

OVERLAPS_RECORDED = """
UPDATE staged_subscriptions AS s SET outcome = 'rejected', reason = :overlap
WHERE s.outcome IS NULL AND EXISTS (
    SELECT FROM library.subscriptions AS k
    WHERE k.user_id = s.user_id AND tstzrange(k.started_at, k.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

# New spans are taken in the order of the files; these two run in turn until every one is decided.
FREE_OF_EARLIER = """
UPDATE staged_subscriptions AS s SET outcome = 'inserted'
WHERE s.outcome IS NULL AND NOT EXISTS (
    SELECT FROM staged_subscriptions AS o
    WHERE
        o.outcome IS NULL AND o.user_id = s.user_id AND o.staged_id < s.staged_id
        AND tstzrange(o.started_at, o.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

OVERLAPS_ACCEPTED = """
UPDATE staged_subscriptions AS s SET outcome = 'rejected', reason = :overlap
WHERE s.outcome IS NULL AND EXISTS (
    SELECT FROM staged_subscriptions AS o
    WHERE
        o.outcome = 'inserted' AND o.user_id = s.user_id
        AND tstzrange(o.started_at, o.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

UNDECIDED = "SELECT EXISTS (SELECT FROM staged_subscriptions WHERE outcome IS NULL)"

NEW = """
INSERT INTO library.subscriptions (
    external_id, user_id, plan, status, started_at, current_period_end, canceled_at, ended_at,
    amount, currency, billing_interval, is_trial, batch_id
)
SELECT
    external_id, user_id, plan, status, started_at, current_period_end, canceled_at, ended_at,
    amount, currency, billing_interval, status = 'TRIALING', :batch_id
FROM staged_subscriptions WHERE outcome = 'inserted' ORDER BY staged_id
"""

# Unpaid and paused subscriptions give no access; a past-due one still does, as long as billing tries again.
STATUS_OF_PEOPLE = """
WITH paying AS (
    SELECT DISTINCT k.user_id
    FROM library.subscriptions AS k
    INNER JOIN library.plans AS p ON p.code = k.plan
    WHERE
        p.tier = 'PRO' AND k.status IN ('TRIALING', 'ACTIVE', 'PAST_DUE')
        AND k.started_at <= now() AND (k.ended_at IS NULL OR k.ended_at > now())
), due AS (
    SELECT u.id, CASE WHEN paying.user_id IS NULL THEN 'FREE' ELSE 'PRO' END AS tier
    FROM library.users AS u
    LEFT JOIN paying ON paying.user_id = u.id
    WHERE EXISTS (SELECT FROM library.subscriptions AS k WHERE k.user_id = u.id)
)
UPDATE library.users AS u SET subscription_status = due.tier
FROM due
WHERE due.id = u.id AND u.subscription_status <> due.tier
"""


def load_subscriptions(
    engine: Engine, paths: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load spans and bring every person's FREE or PRO up to date, in one transaction.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
    """
    with (
        open_batch(engine, BatchKind.SUBSCRIPTIONS, paths, root=root) as batch,
        open_sources(paths, root=root) as sources,
    ):
        staging = Staging(batch, "staged_subscriptions", COLUMNS, SHOWN)
        staging.load(sources, _staged, progress)
        for statement in (PEOPLE, UNKNOWN, REPEATED, KNOWN, REWRITES_HISTORY):
            batch.run(statement)
        batch.run(MOVED_ON, batch_id=batch.id)
        batch.run(OVERLAPS_RECORDED, overlap=OVERLAP)
        while batch.connection.scalar(text(UNDECIDED)):
            batch.run(FREE_OF_EARLIER)
            batch.run(OVERLAPS_ACCEPTED, overlap=OVERLAP)
        batch.run(NEW, batch_id=batch.id)
        batch.run(STATUS_OF_PEOPLE)
        staging.settle()
    return batch.result


def refresh_subscription_status(engine: Engine) -> None:
    """Bring every person's FREE or PRO up to date with the clock: spans end without a record saying so."""
    with connect(engine) as connection:
        connection.execute(text(STATUS_OF_PEOPLE))


def _staged(row: Row) -> Sequence[Any]:
    fields = row.fields
    user, email = optional_text(fields, "user_id"), optional_text(fields, "email", 320)
    if user is None and email is None:
        raise RecordError("names no person (user_id or email)")
    started_at = required_moment(fields, "started_at")
    ended_at = optional_moment(fields, "ended_at")
    if ended_at is not None and ended_at <= started_at:
        raise RecordError("ends before it starts")
    if not YEARS[0] <= started_at.year <= YEARS[1]:
        raise RecordError(f"starts in the year {started_at.year}")
    currency = required_text(fields, "currency").upper()
    if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
        raise RecordError(f"has the currency '{currency[:20]}'; write its three letters, like USD")
    values = {
        "external_id": required_text(fields, "subscription_id"),
        "external_user": user,
        "email": email,
        "plan": required_text(fields, "plan").upper(),
        "status": choice(fields, "status", SubscriptionStatus),
        "started_at": started_at,
        "current_period_end": optional_moment(fields, "current_period_end"),
        "canceled_at": optional_moment(fields, "canceled_at"),
        "ended_at": ended_at,
        "amount": money(fields, "amount"),
        "currency": currency,
        "billing_interval": choice(fields, "billing_interval", BillingInterval),
    }
    return [values.get(column) for column in COLUMNS]
