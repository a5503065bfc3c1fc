"""Spans as they stand in our own exports: what is recorded of one is history.

A later export may close an open span or move its period's end on; plan, price and state of a recorded span stay, and so
does an end: an older export changes nothing.
"""

from typing import Any

from sqlalchemy import text

from ingest.batch import Batch
from ingest.billing.shape import Kind, Shape, currency_code, interval_count, sensible
from ingest.columns import Fields
from ingest.errors import RecordError
from ingest.values import choice, money, optional_moment, optional_text, required_moment, required_text
from schema.models import BillingInterval, SubscriptionStatus

OVERLAP = "overlaps another span of the same person; close that one first"
_FIELDS = (
    *("subscription_id", "user_id", "email", "plan", "status", "started_at", "current_period_end", "canceled_at"),
    *("ended_at", "amount", "currency", "billing_interval", "interval_count"),
)

UNKNOWN_PLANS = """
UPDATE staged_billing AS s SET
    outcome = 'rejected', reason = 'names the plan ''' || s.plan || ''', which the library does not know'
WHERE
    s.outcome IS NULL AND s.kind = 'SPAN' AND NOT EXISTS (SELECT FROM library.plans AS p WHERE p.code = s.plan)
"""

# From a subscription's first event on, its events speak.
FIRST_EVENTS = """
CREATE TEMPORARY TABLE first_events ON COMMIT DROP AS
SELECT e.subscription_id, min(e.occurred_at) AS first_at
FROM library.billing_events AS e
WHERE
    e.kind IN ('SUBSCRIPTION', 'EXPORT')
    AND e.subscription_id IN (SELECT s.external_id FROM staged_billing AS s WHERE s.outcome IS NULL AND s.kind = 'SPAN')
GROUP BY 1
"""
TOLD_BY_EVENTS = """
UPDATE staged_billing AS s SET
    outcome = 'rejected',
    reason = 'is of a subscription that Stripe''s records tell of from then on; spans may only say what was before'
FROM first_events AS f
WHERE s.outcome IS NULL AND s.kind = 'SPAN' AND f.subscription_id = s.external_id AND s.started_at >= f.first_at
"""
BEFORE_EVENTS = """
UPDATE staged_billing AS s SET ended_at = f.first_at
FROM first_events AS f
WHERE
    s.outcome IS NULL AND s.kind = 'SPAN' AND f.subscription_id = s.external_id
    AND (s.ended_at IS NULL OR s.ended_at > f.first_at)
"""

# Of several records of a span, the one that knows most: an end, else the latest period.
REPEATED = """
UPDATE staged_billing AS s SET outcome = 'duplicates'
FROM (
    SELECT staged_id, row_number() OVER (
        PARTITION BY external_id, started_at
        ORDER BY ended_at IS NULL, current_period_end DESC NULLS LAST, staged_id DESC
    ) AS place
    FROM staged_billing WHERE outcome IS NULL AND kind = 'SPAN'
) AS n
WHERE n.staged_id = s.staged_id AND n.place > 1
"""

KNOWN = """
UPDATE staged_billing AS s SET
    outcome = CASE
        WHEN
            (k.user_id, k.plan, k.status, k.amount, k.currency, k.billing_interval, k.interval_count)
            IS DISTINCT FROM
            (s.user_id, s.plan, s.status, s.amount, s.currency, s.billing_interval, s.interval_count) THEN 'rejected'
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
WHERE s.outcome IS NULL AND s.kind = 'SPAN' AND k.external_id = s.external_id AND k.started_at = s.started_at
"""

REWRITES_HISTORY = """
UPDATE staged_billing
SET reason = 'gives another person, plan, price, state or end for a span that is recorded; a change starts a new span'
WHERE kind = 'SPAN' AND outcome = 'rejected' AND reason IS NULL
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
FROM staged_billing AS s
WHERE s.kind = 'SPAN' AND s.outcome = 'updated' AND k.external_id = s.external_id AND k.started_at = s.started_at
"""

OVERLAPS_RECORDED = """
UPDATE staged_billing AS s SET outcome = 'rejected', reason = :overlap
WHERE s.outcome IS NULL AND s.kind = 'SPAN' AND EXISTS (
    SELECT FROM library.subscriptions AS k
    WHERE k.user_id = s.user_id AND tstzrange(k.started_at, k.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

# New spans are taken in the order of the files; these two run in turn until every one is decided.
FREE_OF_EARLIER = """
UPDATE staged_billing AS s SET outcome = 'inserted'
WHERE s.outcome IS NULL AND s.kind = 'SPAN' AND NOT EXISTS (
    SELECT FROM staged_billing AS o
    WHERE
        o.outcome IS NULL AND o.kind = 'SPAN' AND o.user_id = s.user_id AND o.staged_id < s.staged_id
        AND tstzrange(o.started_at, o.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

OVERLAPS_ACCEPTED = """
UPDATE staged_billing AS s SET outcome = 'rejected', reason = :overlap
WHERE s.outcome IS NULL AND s.kind = 'SPAN' AND EXISTS (
    SELECT FROM staged_billing AS o
    WHERE
        o.outcome = 'inserted' AND o.kind = 'SPAN' AND o.user_id = s.user_id
        AND tstzrange(o.started_at, o.ended_at) && tstzrange(s.started_at, s.ended_at)
)
"""

UNDECIDED = "SELECT EXISTS (SELECT FROM staged_billing WHERE outcome IS NULL AND kind = 'SPAN')"

NEW = """
INSERT INTO library.subscriptions (
    external_id, user_id, plan, status, started_at, current_period_end, canceled_at, ended_at,
    amount, currency, billing_interval, interval_count, is_trial, batch_id
)
SELECT
    external_id, user_id, plan, status, started_at, current_period_end, canceled_at, ended_at,
    amount, currency, billing_interval, interval_count, status = 'TRIALING', :batch_id
FROM staged_billing WHERE kind = 'SPAN' AND outcome = 'inserted' ORDER BY staged_id
"""


def take_spans(batch: Batch) -> None:
    """Decide what becomes of each staged span, and record the new ones."""
    if not batch.connection.scalar(text(UNDECIDED)):
        return
    for statement in (FIRST_EVENTS, TOLD_BY_EVENTS, BEFORE_EVENTS, REPEATED, KNOWN, REWRITES_HISTORY):
        batch.run(statement)
    batch.run(MOVED_ON, batch_id=batch.id)
    batch.run(OVERLAPS_RECORDED, overlap=OVERLAP)
    while batch.connection.scalar(text(UNDECIDED)):
        batch.run(FREE_OF_EARLIER)
        batch.run(OVERLAPS_ACCEPTED, overlap=OVERLAP)
    batch.run(NEW, batch_id=batch.id)


def _kept(fields: Fields) -> dict[str, Any]:
    """The columns that we know; the address only where nothing else names the person."""
    kept = {name: fields[name] for name in _FIELDS if fields.get(name) not in (None, "")}
    return {name: value for name, value in kept.items() if name != "email" or "user_id" not in kept}


def _staged(fields: Fields) -> dict[str, Any]:
    user, email = optional_text(fields, "user_id"), optional_text(fields, "email", 320)
    if user is None and email is None:
        raise RecordError("names no person (user_id or email)")
    started_at = required_moment(fields, "started_at")
    ended_at = optional_moment(fields, "ended_at")
    if ended_at is not None and ended_at <= started_at:
        raise RecordError("ends before it starts")
    return {
        "kind": Kind.SPAN,
        "external_id": required_text(fields, "subscription_id"),
        "external_user": user,
        "email": email,
        "plan": required_text(fields, "plan").upper(),
        "status": choice(fields, "status", SubscriptionStatus),
        "started_at": sensible(started_at, "starts"),
        "current_period_end": optional_moment(fields, "current_period_end"),
        "canceled_at": optional_moment(fields, "canceled_at"),
        "ended_at": ended_at,
        "amount": money(fields, "amount"),
        "currency": currency_code(required_text(fields, "currency")),
        "billing_interval": choice(fields, "billing_interval", BillingInterval),
        "interval_count": interval_count(fields),
    }


SPANS = Shape(None, lambda _fields: True, _kept, _staged)
