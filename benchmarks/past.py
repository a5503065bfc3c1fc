"""What a library only has after some time, written past the product: shown lists, measured nights, imports, pairs."""

from datetime import date

from psycopg import ClientCursor, connect
from sqlalchemy import URL

from benchmarks.corpus import COLLECTIONS
from benchmarks.server import libpq

EVENTS_A_LIST = 100
"""One list was shown for so many events."""

_SHOWN = """
SELECT library.ensure_impression_partitions(%(last_day)s::date - %(days)s::integer, %(last_day)s);
CREATE TEMPORARY TABLE lists ON COMMIT DROP AS
SELECT
    n,
    gen_random_uuid() AS list_id,
    %(last_day)s::timestamptz - %(days)s * INTERVAL '1 day' * (n::float / %(lists)s) AS shown_at,
    (ARRAY['search', 'for_you', 'trending', 'similar', 'new'])[1 + n %% 5] AS surface,
    people.id AS user_id
FROM generate_series(1, %(lists)s) AS n
INNER JOIN (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM library.users WHERE email IS NOT NULL
) AS people ON people.number = n %% (SELECT count(*) FROM library.users WHERE email IS NOT NULL);
INSERT INTO library.shown_lists (list_id, shown_at, surface, user_id)
SELECT list_id, shown_at, surface, user_id FROM lists;
CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
SELECT n, list_id, shown_at, surface, place, 1 + (n * 7919 + place) %% %(prompts)s AS prompt_id
FROM lists CROSS JOIN generate_series(1, least(12, %(prompts)s)) AS place;
INSERT INTO library.impressions (list_id, shown_at, prompt_id, place, reason)
SELECT
    list_id, shown_at, prompt_id, place,
    CASE WHEN surface = 'for_you'
        THEN (ARRAY['liked', 'copied', 'viewed', 'tags', 'new', 'popular'])[1 + place %% 6]
    END
FROM placed;
INSERT INTO library.impression_clicks (list_id, shown_at, prompt_id, action)
SELECT list_id, shown_at, prompt_id, 'open' FROM placed WHERE (n + place) %% (3 + place) = 0;
"""
_NIGHTS = """
INSERT INTO library.recommendation_nights (
    last_date, test_days, people, prompts, recall, ndcg, coverage, popular_recall, popular_ndcg, popular_coverage
)
SELECT night, 7, 5000, %(prompts)s, .10 + n * .0002, .08 + n * .0001, .3, .04, .03, .001
FROM generate_series(1, %(days)s) AS n CROSS JOIN LATERAL (SELECT %(last_day)s::date - n AS night);
"""
_IMPORTS = f"""
INSERT INTO library.import_batches (kind, status, collection_id, files, started_at, finished_at)
SELECT
    'PROMPTS', 'SUCCEEDED', 1 + n %% {COLLECTIONS}, '[{{"path": "prompts.csv", "inserted": 4000, "rejected": 5}}]',
    now() - n * INTERVAL '1 hour', now() - n * INTERVAL '1 hour'
FROM generate_series(200, 1, -1) AS n;
INSERT INTO library.import_rejections (batch_id, file, row_number, reason, record)
SELECT b.id, 'prompts.csv', n, 'has no prompt text', '{{"title": "A title without a text"}}'
FROM library.import_batches AS b CROSS JOIN generate_series(1, 5) AS n
WHERE b.kind = 'PROMPTS' AND b.collection_id IS NOT NULL;
INSERT INTO library.near_duplicates (prompt_id, other_id, similarity)
SELECT id, id + 1, .7 + id %% 30 / 100.0 FROM library.prompts WHERE id %% 200 = 1;
"""


def write_past(url: URL, *, prompts: int, events: int, days: int, last_day: date) -> None:
    """Write the past of a library that has no more than prompts, people and events of the `days` up to `last_day`."""
    values = {"prompts": prompts, "lists": events // EVENTS_A_LIST, "days": days, "last_day": last_day}
    # One of the kind that puts values into the text itself: a text of several statements takes no others.
    with connect(libpq(url), cursor_factory=ClientCursor) as connection:
        for statements in (_SHOWN, _NIGHTS, _IMPORTS):
            connection.execute(statements.encode(), values)
