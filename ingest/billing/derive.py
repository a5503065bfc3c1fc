"""Derive spans and refunds from all that Stripe told of a person, in whatever order it came.

Whoever a new event is of is derived anew as a whole; what comes out as it is recorded stays untouched.
"""

from sqlalchemy import Connection, text

from ingest.billing.prices import plans_of_prices

# With an event, also those who had its subscription before.
TOUCHED = """
CREATE TEMPORARY TABLE touched_people ON COMMIT DROP AS
WITH touched AS (
    SELECT user_id, subscription_id FROM library.billing_events WHERE {touched}
), named AS (
    SELECT DISTINCT subscription_id FROM touched WHERE subscription_id IS NOT NULL
)
SELECT user_id FROM touched
UNION
SELECT e.user_id FROM library.billing_events AS e INNER JOIN named AS n ON n.subscription_id = e.subscription_id
UNION
SELECT k.user_id FROM library.subscriptions AS k INNER JOIN named AS n ON n.subscription_id = k.external_id
"""

# All that was told of their subscriptions. Where there are events, exports count for what was before the first.
TOLD = """
CREATE TEMPORARY TABLE told_states ON COMMIT DROP AS
WITH listed AS (
    SELECT DISTINCT e.subscription_id
    FROM library.billing_events AS e
    INNER JOIN touched_people AS t ON t.user_id = e.user_id
    WHERE e.kind IN ('SUBSCRIPTION', 'EXPORT')
), told AS (
    SELECT
        e.*,
        min(e.occurred_at) OVER (PARTITION BY e.subscription_id) AS first_at,
        min(e.occurred_at) FILTER (WHERE e.kind = 'SUBSCRIPTION') OVER (PARTITION BY e.subscription_id) AS first_event
    FROM library.billing_events AS e
    INNER JOIN listed AS l ON l.subscription_id = e.subscription_id
    WHERE e.kind IN ('SUBSCRIPTION', 'EXPORT')
)
SELECT DISTINCT ON (subscription_id, occurred_at) *
FROM told
WHERE kind = 'SUBSCRIPTION' OR first_event IS NULL OR occurred_at < first_event
ORDER BY subscription_id, occurred_at, sequence DESC, event_id COLLATE "C" DESC
"""

# A span goes from one change of person, plan, state or price to the next.
SPANS = f"""
CREATE TEMPORARY TABLE derived_spans ON COMMIT DROP AS
WITH priced AS (
    {plans_of_prices("SELECT DISTINCT prices FROM told_states")}
), states AS (
    SELECT
        s.*, p.plan,
        CASE WHEN s.status IS NOT NULL THEN jsonb_build_array(
            s.user_id, p.plan, s.status, s.amount, s.currency, s.billing_interval, s.interval_count
        ) END AS state
    FROM told_states AS s
    LEFT JOIN priced AS p ON p.prices = s.prices
), changes AS (
    SELECT *, state IS DISTINCT FROM lag(state) OVER (PARTITION BY subscription_id ORDER BY occurred_at) AS is_change
    FROM states
), numbered AS (
    SELECT *, count(*) FILTER (WHERE is_change) OVER (PARTITION BY subscription_id ORDER BY occurred_at) AS span_no
    FROM changes
), spans AS (
    SELECT
        subscription_id AS external_id, user_id, plan, status, amount, currency, billing_interval, interval_count,
        first_at,
        min(occurred_at) AS started_at,
        lead(min(occurred_at)) OVER (PARTITION BY subscription_id ORDER BY min(occurred_at)) AS ended_at,
        (array_agg(current_period_end ORDER BY occurred_at DESC))[1] AS current_period_end,
        (array_agg(canceled_at ORDER BY occurred_at DESC))[1] AS canceled_at,
        (array_agg(batch_id ORDER BY occurred_at))[1] AS batch_id
    FROM numbered
    GROUP BY
        subscription_id, span_no, first_at,
        user_id, plan, status, amount, currency, billing_interval, interval_count
)
SELECT
    s.*, tstzrange(s.started_at, s.ended_at) AS during,
    CASE WHEN s.status IN ('ACTIVE', 'PAST_DUE') THEN 2 WHEN s.status = 'TRIALING' THEN 1 ELSE 0 END AS weight
FROM spans AS s
INNER JOIN touched_people AS t ON t.user_id = s.user_id
WHERE s.status IS NOT NULL
"""

FIRST_TOLD = """
CREATE TEMPORARY TABLE first_told ON COMMIT DROP AS
SELECT DISTINCT subscription_id AS external_id, first_at FROM told_states
"""

# Spans of files hold until the subscription's first event.
CLOSE_FILED = """
UPDATE library.subscriptions AS k SET ended_at = f.first_at
FROM first_told AS f
WHERE
    k.external_id = f.external_id AND k.started_at < f.first_at
    AND (k.ended_at IS NULL OR k.ended_at > f.first_at)
"""

# Of two subscriptions of a person at once one counts: what spans of files say; then the paid one before a trial, and
# both before what gives nothing; then the newer. The other counts before and after.
WANTED = """
CREATE TEMPORARY TABLE wanted_spans ON COMMIT DROP AS
WITH taken AS (
    SELECT s.external_id, s.started_at, o.during
    FROM derived_spans AS s
    INNER JOIN derived_spans AS o
        ON o.user_id = s.user_id AND o.external_id <> s.external_id AND o.during && s.during
    WHERE (o.weight, o.first_at, o.external_id COLLATE "C") > (s.weight, s.first_at, s.external_id COLLATE "C")
    UNION ALL
    SELECT s.external_id, s.started_at, tstzrange(k.started_at, k.ended_at)
    FROM derived_spans AS s
    INNER JOIN library.subscriptions AS k
        ON k.user_id = s.user_id AND tstzrange(k.started_at, k.ended_at) && s.during
    LEFT JOIN first_told AS f ON f.external_id = k.external_id
    WHERE f.external_id IS NULL OR k.started_at < f.first_at
), taken_in_all AS (
    SELECT external_id, started_at, range_agg(during) AS during FROM taken GROUP BY 1, 2
), left_over AS (
    SELECT
        s.external_id, s.user_id, s.plan, s.status, s.current_period_end, s.canceled_at, s.amount, s.currency,
        s.billing_interval, s.interval_count, s.batch_id,
        unnest(tstzmultirange(s.during) - coalesce(t.during, tstzmultirange())) AS during
    FROM derived_spans AS s
    LEFT JOIN taken_in_all AS t ON t.external_id = s.external_id AND t.started_at = s.started_at
)
SELECT *, lower(during) AS started_at, upper(during) AS ended_at FROM left_over
"""

FORGET = """
DELETE FROM library.subscriptions AS k
USING touched_people AS t, first_told AS f
WHERE
    k.user_id = t.user_id AND f.external_id = k.external_id AND k.started_at >= f.first_at
    AND NOT EXISTS (
        SELECT FROM wanted_spans AS w
        WHERE
            w.external_id = k.external_id AND w.started_at = k.started_at
            AND (
                w.user_id, w.plan, w.status, w.current_period_end, w.canceled_at, w.ended_at,
                w.amount, w.currency, w.billing_interval, w.interval_count
            ) IS NOT DISTINCT FROM (
                k.user_id, k.plan, k.status, k.current_period_end, k.canceled_at, k.ended_at,
                k.amount, k.currency, k.billing_interval, k.interval_count
            )
    )
"""

RECORD = """
INSERT INTO library.subscriptions (
    external_id, user_id, plan, status, started_at, current_period_end, canceled_at, ended_at,
    amount, currency, billing_interval, interval_count, is_trial, batch_id
)
SELECT
    w.external_id, w.user_id, w.plan, w.status, w.started_at, w.current_period_end, w.canceled_at, w.ended_at,
    w.amount, w.currency, w.billing_interval, w.interval_count, w.status = 'TRIALING', w.batch_id
FROM wanted_spans AS w
WHERE NOT EXISTS (
    SELECT FROM library.subscriptions AS k WHERE k.external_id = w.external_id AND k.started_at = w.started_at
)
ORDER BY w.started_at, w.external_id
"""

# An event tells what was given back of a charge so far; a refund is what that exceeds the sum before. It is of the
# subscription of the charge's invoice, else of the customer's latest one.
REFUNDS = """
WITH sums AS (
    SELECT DISTINCT ON (e.charge_id, e.amount) e.*
    FROM library.billing_events AS e
    INNER JOIN touched_people AS t ON t.user_id = e.user_id
    WHERE e.kind = 'REFUND'
    ORDER BY e.charge_id, e.amount, e.occurred_at, e.event_id COLLATE "C"
)
INSERT INTO library.refunds AS r (
    charge_id, refunded_in_all, refunded_at, amount, currency, user_id, subscription_id, batch_id
)
SELECT
    s.charge_id, s.amount, s.occurred_at,
    s.amount - coalesce(lag(s.amount) OVER (PARTITION BY s.charge_id ORDER BY s.amount), 0),
    s.currency, s.user_id, coalesce(invoiced.subscription_id, latest.subscription_id), s.batch_id
FROM sums AS s
LEFT JOIN LATERAL (
    SELECT i.subscription_id FROM library.billing_events AS i
    WHERE
        i.user_id = s.user_id AND i.kind = 'INVOICE'
        AND (i.invoice_id = s.invoice_id OR i.charge_id = s.charge_id)
    ORDER BY i.occurred_at DESC, i.event_id COLLATE "C" LIMIT 1
) AS invoiced ON true
LEFT JOIN LATERAL (
    SELECT e.subscription_id FROM library.billing_events AS e
    WHERE
        e.user_id = s.user_id AND e.kind IN ('SUBSCRIPTION', 'EXPORT') AND e.status IS NOT NULL
        AND e.occurred_at <= s.occurred_at AND (s.customer_id IS NULL OR e.customer_id = s.customer_id)
    ORDER BY e.occurred_at DESC, e.event_id COLLATE "C" LIMIT 1
) AS latest ON true
ON CONFLICT (charge_id, refunded_in_all) DO UPDATE SET
    refunded_at = excluded.refunded_at, amount = excluded.amount, subscription_id = excluded.subscription_id
WHERE
    (r.refunded_at, r.amount, r.subscription_id)
    IS DISTINCT FROM (excluded.refunded_at, excluded.amount, excluded.subscription_id)
"""

OF_BATCH = "batch_id = :batch_id"
OF_PRICE = ":price = ANY (prices)"


def derive(connection: Connection, touched: str, **parameters: object) -> None:
    """Bring spans and refunds up to date with the events that `touched`, a condition on them, is true of."""
    connection.execute(text(TOUCHED.format(touched=touched)), parameters)
    for table, statement in (("touched_people", TOLD), ("told_states", SPANS), ("derived_spans", FIRST_TOLD)):
        connection.execute(text(f"ANALYZE {table}"))
        connection.execute(text(statement))
    for statement in (CLOSE_FILED, WANTED, "ANALYZE wanted_spans", FORGET, RECORD, REFUNDS):
        connection.execute(text(statement))
