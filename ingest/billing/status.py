"""Everybody's FREE or PRO, which follows from the spans of their subscriptions."""

from sqlalchemy import Engine, text

from schema.database import connect

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
    WHERE
        EXISTS (SELECT FROM library.subscriptions AS k WHERE k.user_id = u.id)
        OR EXISTS (SELECT FROM library.billing_events AS e WHERE e.user_id = u.id)
)
UPDATE library.users AS u SET subscription_status = due.tier
FROM due
WHERE due.id = u.id AND u.subscription_status <> due.tier
"""


def refresh_subscription_status(engine: Engine) -> None:
    """Bring every person's FREE or PRO up to date with the clock: spans end without a record saying so."""
    with connect(engine) as connection:
        connection.execute(text(STATUS_OF_PEOPLE))
