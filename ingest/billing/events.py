"""Keep what Stripe tells: each event once, and of each moment that an export tells of what was first said of it."""

from ingest.batch import Batch
from ingest.billing.prices import plans_of_prices

REPEATED = """
UPDATE staged_billing AS s SET outcome = 'duplicates'
FROM (
    SELECT staged_id, row_number() OVER (PARTITION BY event_id ORDER BY staged_id) AS place
    FROM staged_billing WHERE outcome IS NULL AND kind IN ('SUBSCRIPTION', 'INVOICE', 'REFUND')
) AS n
WHERE n.staged_id = s.staged_id AND n.place > 1
"""

KNOWN = """
UPDATE staged_billing AS s SET outcome = 'unchanged'
FROM library.billing_events AS e
WHERE s.outcome IS NULL AND s.kind IN ('SUBSCRIPTION', 'INVOICE', 'REFUND') AND e.event_id = s.event_id
"""

UNKNOWN_PRICES = f"""
WITH known AS ({plans_of_prices("SELECT DISTINCT prices FROM staged_billing WHERE prices IS NOT NULL")})
UPDATE staged_billing AS s SET
    outcome = 'rejected',
    reason = coalesce(
        'has the price ''' || s.prices[1] || ''', which stands for no plan yet; say which: promptory plans map '''
        || s.prices[1] || ''' PLAN',
        'names no plan'
    )
WHERE
    s.outcome IS NULL AND (s.status IS NOT NULL OR s.kind = 'EXPORT') AND s.kind IN ('SUBSCRIPTION', 'EXPORT')
    AND NOT EXISTS (SELECT FROM known AS k WHERE k.prices = s.prices)
"""

NEW = """
WITH chosen AS (
    UPDATE staged_billing SET outcome = 'inserted'
    WHERE outcome IS NULL AND kind IN ('SUBSCRIPTION', 'INVOICE', 'REFUND')
    RETURNING *
)
INSERT INTO library.billing_events (
    event_id, kind, occurred_at, sequence, user_id, customer_id, subscription_id, status, prices, amount, currency,
    billing_interval, interval_count, current_period_end, canceled_at, charge_id, invoice_id, batch_id
)
SELECT
    event_id, kind, occurred_at, sequence, user_id, customer_id, external_id, status, coalesce(prices, '{}'), amount,
    currency, billing_interval, interval_count, current_period_end, canceled_at, charge_id, invoice_id, :batch_id
FROM chosen
"""

CLAIMS = """
CREATE TEMPORARY TABLE staged_claims ON COMMIT DROP AS
SELECT
    s.staged_id, c.moment, c.state, c.period_end, c.cancellation,
    s.external_id || '@' || to_char(c.moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS event_id
FROM staged_billing AS s
CROSS JOIN LATERAL unnest(s.moments, s.states, s.period_ends, s.cancellations)
    AS c (moment, state, period_end, cancellation)
WHERE s.outcome IS NULL AND s.kind = 'EXPORT'
"""

NEW_CLAIMS = """
WITH added AS (
    INSERT INTO library.billing_events (
        event_id, kind, occurred_at, sequence, user_id, customer_id, subscription_id, status, prices, amount, currency,
        billing_interval, interval_count, current_period_end, canceled_at, batch_id
    )
    SELECT DISTINCT ON (c.event_id)
        c.event_id, s.kind, c.moment, 1, s.user_id, s.customer_id, s.external_id, c.state, s.prices, s.amount,
        s.currency, s.billing_interval, s.interval_count, c.period_end, c.cancellation, :batch_id
    FROM staged_claims AS c
    INNER JOIN staged_billing AS s ON s.staged_id = c.staged_id
    ORDER BY c.event_id, c.staged_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
)
UPDATE staged_billing AS s SET outcome = 'inserted'
FROM added AS a
INNER JOIN staged_claims AS c ON c.event_id = a.event_id
WHERE c.staged_id = s.staged_id
"""

# Until when is paid, and whether the person asked to leave, may change while all else stays.
MOVED_ON = """
WITH latest AS (
    SELECT DISTINCT ON (event_id) event_id, staged_id, period_end, cancellation
    FROM staged_claims ORDER BY event_id, period_end DESC NULLS LAST, staged_id DESC
), moved AS (
    UPDATE library.billing_events AS e SET
        current_period_end = l.period_end, canceled_at = l.cancellation, batch_id = :batch_id
    FROM latest AS l
    WHERE
        e.event_id = l.event_id AND e.status IS NOT NULL
        AND (e.current_period_end IS NULL OR l.period_end >= e.current_period_end)
        AND (e.current_period_end, e.canceled_at) IS DISTINCT FROM (l.period_end, l.cancellation)
    RETURNING e.event_id
)
UPDATE staged_billing AS s SET outcome = 'updated'
FROM moved AS m
INNER JOIN staged_claims AS c ON c.event_id = m.event_id
WHERE c.staged_id = s.staged_id AND s.outcome IS NULL
"""

NOTHING_NEW = "UPDATE staged_billing SET outcome = 'unchanged' WHERE outcome IS NULL AND kind = 'EXPORT'"


def keep_events(batch: Batch) -> None:
    """Keep the staged events and what the staged exports tell, if it is not known yet."""
    for statement in (REPEATED, KNOWN, UNKNOWN_PRICES):
        batch.run(statement)
    batch.run(NEW, batch_id=batch.id)
    batch.run(CLAIMS)
    batch.run(NEW_CLAIMS, batch_id=batch.id)
    batch.run(MOVED_ON, batch_id=batch.id)
    batch.run(NOTHING_NEW)
