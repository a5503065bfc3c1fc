"""Whose a record is: by the application's own id, else by e-mail address, else by a customer known from before."""

from ingest.batch import Batch

BY_ID = """
UPDATE staged_billing AS s SET user_id = u.id
FROM library.users AS u
WHERE s.outcome IS NULL AND u.external_id = s.external_user
"""

BY_ADDRESS = """
UPDATE staged_billing AS s SET user_id = u.id
FROM library.users AS u
WHERE s.outcome IS NULL AND s.external_user IS NULL AND lower(u.email) = lower(s.email)
"""

CUSTOMERS_COUNTED = """
UPDATE staged_billing AS s SET
    outcome = CASE
        WHEN EXISTS (
            SELECT FROM library.billing_customers AS c WHERE c.customer_id = s.customer_id AND c.user_id = s.user_id
        ) THEN 'unchanged'
        ELSE 'inserted'
    END
WHERE s.outcome IS NULL AND s.kind = 'CUSTOMER' AND s.user_id IS NOT NULL
"""

# The last word of these files, unless a later one is known.
CUSTOMERS = """
INSERT INTO library.billing_customers AS c (customer_id, user_id, told_at)
SELECT DISTINCT ON (customer_id) customer_id, user_id, occurred_at
FROM staged_billing
WHERE customer_id IS NOT NULL AND user_id IS NOT NULL AND (outcome IS NULL OR kind = 'CUSTOMER')
ORDER BY customer_id, occurred_at DESC, user_id DESC
ON CONFLICT (customer_id) DO UPDATE SET user_id = excluded.user_id, told_at = excluded.told_at
WHERE (c.told_at, c.user_id) < (excluded.told_at, excluded.user_id)
"""

BY_CUSTOMER = """
UPDATE staged_billing AS s SET user_id = c.user_id
FROM library.billing_customers AS c
WHERE
    s.outcome IS NULL AND s.user_id IS NULL AND s.external_user IS NULL
    AND c.customer_id = s.customer_id
"""

# A customer known from before, of whom this record says nothing that names a person.
CUSTOMERS_KNOWN = """
UPDATE staged_billing SET outcome = 'unchanged'
WHERE outcome IS NULL AND kind = 'CUSTOMER' AND user_id IS NOT NULL
"""

UNKNOWN = """
UPDATE staged_billing SET outcome = 'rejected', reason = 'names a person the library does not know'
WHERE outcome IS NULL AND user_id IS NULL
"""


def find_people(batch: Batch) -> None:
    """Fill in `user_id`, remember which customer is who, and reject what names nobody that is known."""
    for statement in (BY_ID, BY_ADDRESS, CUSTOMERS_COUNTED, CUSTOMERS, BY_CUSTOMER, CUSTOMERS_KNOWN, UNKNOWN):
        batch.run(statement)
