"""Which of many events the ledger has already, whenever they happened."""

from sqlalchemy import text

from ingest.batch import Batch

# In the order of their ids, so that each page of an index is read once. The subquery is what keeps that order.
_LOOKED_UP = """
CREATE TEMPORARY TABLE known_events ON COMMIT DROP AS
SELECT o.event_id
FROM (SELECT event_id FROM {table} ORDER BY event_id) AS o
CROSS JOIN LATERAL (SELECT FROM library.activity_events AS e WHERE e.event_id = o.event_id LIMIT 1) AS k
"""
# A join, for the planner knows nothing of the ids of all months together: to look for them by EXISTS, it would first
# make the whole ledger distinct.
_READ = """
CREATE TEMPORARY TABLE known_events ON COMMIT DROP AS
SELECT s.event_id FROM {table} AS s INNER JOIN library.activity_events AS e ON e.event_id = s.event_id
"""
_LOOKUPS_ARE_FEWER = """
SELECT (SELECT count(*) FROM {table}) * count(*) < sum(greatest(c.reltuples, 0))
FROM pg_inherits AS i
INNER JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'library.activity_events'::regclass
"""


def find_known_events(batch: Batch, table: str) -> None:
    """Put the event ids of a temporary table that the ledger has into another, `known_events`, for this batch.

    An id that is there repeatedly may be so in it. Each id is looked up in each month, or the ledger is read,
    whichever touches fewer rows: a day's load must not take the longer the more history there is.
    """
    are_few = batch.connection.scalar(text(_LOOKUPS_ARE_FEWER.format(table=table)))
    batch.run((_LOOKED_UP if are_few else _READ).format(table=table))
    batch.run("ANALYZE known_events")
