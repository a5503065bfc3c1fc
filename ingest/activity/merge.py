"""What becomes of staged events: which are left out and why, and what follows from the others.

Statements find the exceptions, `excluded_events`, so that the many plain events are written once, into the ledger.
"""

# What names stand for, null where the library does not know them; `names` is a query of each once.
PEOPLE = """
SELECT n.external_user, u.id AS user_id
FROM ({names}) AS n
LEFT JOIN library.users AS u ON u.external_id = n.external_user
"""
PROMPTS_BY_KEY = """
SELECT n.prompt_key, k.prompt_id
FROM ({names}) AS n
LEFT JOIN library.collections AS c ON c.name = split_part(n.prompt_key, '/', 1)
LEFT JOIN library.prompt_sources AS k
    ON k.collection_id = c.id AND k.source_key = substr(n.prompt_key, length(c.name) + 2) AND k.occurrence = 1
"""
PROMPTS_BY_ID = """
SELECT n.library_prompt, p.id AS prompt_id
FROM ({names}) AS n
LEFT JOIN library.prompts AS p ON p.id = n.library_prompt
"""

UNKNOWN_PERSON = "names a person the library does not know"
UNKNOWN_PROMPT = "names a prompt the library does not know"
KEPT_NO_LONGER = "lies in a month whose events are no longer kept"


def _staged_names(column: str) -> str:
    return f"SELECT DISTINCT {column} FROM staged_events WHERE {column} IS NOT NULL"


# Names are looked up once each, however many events use them.
NAMES = (
    "CREATE TEMPORARY TABLE event_people ON COMMIT DROP AS" + PEOPLE.format(names=_staged_names("external_user")),
    "CREATE TEMPORARY TABLE event_prompts ON COMMIT DROP AS" + PROMPTS_BY_KEY.format(names=_staged_names("prompt_key")),
    "CREATE TEMPORARY TABLE event_ids_of_prompts ON COMMIT DROP AS"
    + PROMPTS_BY_ID.format(names=_staged_names("library_prompt")),
    """
    CREATE TEMPORARY TABLE excluded_events (
        staged_id bigint, file_no integer, outcome text, reason text
    ) ON COMMIT DROP
    """,
    "ANALYZE staged_events, event_people, event_prompts, event_ids_of_prompts",
)

_NAMED = """
LEFT JOIN event_people AS u ON u.external_user = s.external_user
LEFT JOIN event_ids_of_prompts AS i ON i.library_prompt = s.library_prompt
LEFT JOIN event_prompts AS k ON k.prompt_key = s.prompt_key
"""
_PROMPT_ID = "coalesce(i.prompt_id, k.prompt_id)"

UNKNOWN = f"""
INSERT INTO excluded_events (staged_id, file_no, outcome, reason)
SELECT
    s.staged_id, s.file_no, 'rejected',
    CASE
        WHEN s.external_user IN (SELECT external_user FROM event_people WHERE user_id IS NULL)
            THEN '{UNKNOWN_PERSON}'
        ELSE '{UNKNOWN_PROMPT}'
    END
FROM staged_events AS s
WHERE
    s.external_user IN (SELECT external_user FROM event_people WHERE user_id IS NULL)
    OR (
        (s.library_prompt IS NOT NULL OR s.prompt_key IS NOT NULL)
        AND (
            s.library_prompt IS NULL
            OR s.library_prompt IN (SELECT library_prompt FROM event_ids_of_prompts WHERE prompt_id IS NULL)
        )
        AND (s.prompt_key IS NULL OR s.prompt_key IN (SELECT prompt_key FROM event_prompts WHERE prompt_id IS NULL))
    )
"""

FIRST_KEPT = """
SELECT (date_trunc('month', cast(max(activity_date) AS timestamp)) + interval '1 month') AT TIME ZONE 'UTC'
FROM library.activity_days WHERE events_dropped_at IS NOT NULL
"""

NO_LONGER_KEPT = f"""
INSERT INTO excluded_events (staged_id, file_no, outcome, reason)
SELECT s.staged_id, s.file_no, 'rejected', '{KEPT_NO_LONGER}'
FROM staged_events AS s
WHERE
    s.occurred_at < ({FIRST_KEPT})
    AND NOT EXISTS (SELECT FROM excluded_events AS x WHERE x.staged_id = s.staged_id)
"""

# Of `known_events`, which ingest/activity/known.py finds.
KNOWN = """
INSERT INTO excluded_events (staged_id, file_no, outcome)
SELECT s.staged_id, s.file_no, 'duplicates'
FROM staged_events AS s
WHERE
    EXISTS (SELECT FROM known_events AS k WHERE k.event_id = s.event_id)
    AND NOT EXISTS (SELECT FROM excluded_events AS x WHERE x.staged_id = s.staged_id)
"""

REPEATED = """
WITH repeated AS (
    SELECT event_id FROM staged_events GROUP BY event_id HAVING count(*) > 1
), placed AS (
    SELECT s.staged_id, s.file_no, row_number() OVER (PARTITION BY s.event_id ORDER BY s.staged_id) AS place
    FROM staged_events AS s
    INNER JOIN repeated AS r ON r.event_id = s.event_id
    WHERE NOT EXISTS (SELECT FROM excluded_events AS x WHERE x.staged_id = s.staged_id)
)
INSERT INTO excluded_events (staged_id, file_no, outcome)
SELECT staged_id, file_no, 'duplicates' FROM placed WHERE place > 1
"""

EXCLUDED_STATISTICS = "ANALYZE excluded_events"

_NEW = """
FROM staged_events AS s
{joins}
WHERE NOT EXISTS (SELECT FROM excluded_events AS x WHERE x.staged_id = s.staged_id)
"""

NEW_DAYS = f"""
CREATE TEMPORARY TABLE new_event_days ON COMMIT DROP AS
SELECT cast(s.occurred_at AT TIME ZONE 'UTC' AS date) AS activity_date, count(*) AS events
{_NEW.format(joins="")}
GROUP BY activity_date
"""

MONTHS = """
SELECT cast(date_trunc('month', cast(activity_date AS timestamp)) AS date), sum(events)
FROM new_event_days
GROUP BY 1
ORDER BY 1
"""

INSERT = f"""
INSERT INTO library.{{table}} (
    event_id, occurred_at, event_type, user_id, prompt_id, session_id, query, result_count, position, batch_id
)
SELECT
    s.event_id, s.occurred_at, s.event_type, u.user_id, {_PROMPT_ID}, s.session_id, s.query, s.result_count, s.position,
    :batch_id
{_NEW.format(joins=_NAMED)}
    AND s.occurred_at >= :month_start AND s.occurred_at < :month_end
"""

# In the order of time, so that the newest day has the highest revision.
DAYS = """
INSERT INTO library.activity_days AS d (activity_date)
SELECT activity_date FROM new_event_days ORDER BY activity_date
ON CONFLICT (activity_date) DO UPDATE SET revision = excluded.revision
"""

# The last word on each touched pair, over the whole ledger: late and out-of-order events come out right. A like whose
# event the ledger holds no longer stands until a later word. `touched` is a query of those pairs.
LIKES_OF = """
WITH touched AS ({touched}), last_word AS (
    SELECT DISTINCT ON (e.user_id, e.prompt_id) e.user_id, e.prompt_id, e.event_type, e.occurred_at
    FROM touched AS t
    INNER JOIN library.activity_events AS e ON e.user_id = t.user_id AND e.prompt_id = t.prompt_id
    WHERE e.event_type IN ('like', 'unlike')
    ORDER BY e.user_id, e.prompt_id, e.occurred_at DESC, e.event_id DESC
), withdrawn AS (
    DELETE FROM library.user_prompt_likes AS l USING last_word AS w
    WHERE
        l.user_id = w.user_id AND l.prompt_id = w.prompt_id
        AND w.event_type = 'unlike' AND w.occurred_at >= l.liked_at
)
INSERT INTO library.user_prompt_likes (user_id, prompt_id, liked_at)
SELECT user_id, prompt_id, occurred_at FROM last_word WHERE event_type = 'like'
ON CONFLICT (user_id, prompt_id) DO UPDATE SET liked_at = excluded.liked_at
WHERE user_prompt_likes.liked_at <> excluded.liked_at
"""
LIKES = LIKES_OF.format(
    touched=f"""
    SELECT DISTINCT u.user_id, {_PROMPT_ID} AS prompt_id
    {_NEW.format(joins=_NAMED)}
        AND s.event_type IN ('like', 'unlike')
    """
)

# The record is kept in the words of a file, so that it can be loaded once the library knows the name.
REFUSALS = """
INSERT INTO library.import_rejections (batch_id, file, row_number, reason, record)
SELECT :batch_id, (cast(:files AS text[]))[r.file_no + 1], r.row_number, r.reason, r.record
FROM refused_events AS r
ORDER BY r.file_no, r.row_number
"""
REJECTIONS = """
INSERT INTO library.import_rejections (batch_id, file, row_number, reason, record)
SELECT :batch_id, (cast(:files AS text[]))[r.file_no + 1], r.row_number, r.reason, r.record
FROM (
    SELECT file_no, row_number, reason, record FROM refused_events
    UNION ALL
    SELECT
        s.file_no, s.row_number, x.reason,
        jsonb_strip_nulls(jsonb_build_object(
            'event_id', s.event_id, 'occurred_at', s.occurred_at, 'event_type', s.event_type,
            'user_id', s.external_user, 'prompt_id', s.library_prompt, 'prompt_key', s.prompt_key,
            'session_id', s.session_id, 'query', s.query, 'result_count', s.result_count, 'position', s.position
        ))
    FROM excluded_events AS x
    INNER JOIN staged_events AS s USING (staged_id)
    WHERE x.outcome = 'rejected'
) AS r
ORDER BY r.file_no, r.row_number
"""

RESOLVED = """
UPDATE library.import_rejections AS r SET resolved_at = now()
FROM staged_events AS s
WHERE
    r.id = s.row_number
    AND NOT EXISTS (SELECT FROM excluded_events AS x WHERE x.staged_id = s.staged_id AND x.outcome = 'rejected')
"""

COUNTS = "SELECT file_no, outcome, count(*) FROM excluded_events GROUP BY 1, 2"
