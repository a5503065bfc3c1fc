"""Current likes, as Spark found them in the lake, and what people said in the dashboard since."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from psycopg.sql import Identifier
from sqlalchemy import Engine, text

from orchestration.spark.tables import copy_files
from schema.database import connect, driver_of

_SETTLED = timedelta(minutes=5)
"""What people say is in the library so long after they said it, at the latest."""

_INCOMING = """
CREATE TEMPORARY TABLE lake_likes (
    user_id bigint, prompt_id bigint, liked_at timestamptz, PRIMARY KEY (user_id, prompt_id)
) ON COMMIT DROP
"""
# The last word holds, over the lake and over what the dashboard wrote itself: not all of that is in the lake yet.
_OWN_WORDS = """
CREATE TEMPORARY TABLE own_words ON COMMIT DROP AS
SELECT DISTINCT ON (user_id, prompt_id) user_id, prompt_id, event_type, occurred_at
FROM library.activity_events
WHERE batch_id IS NULL AND event_type IN ('like', 'unlike') AND user_id IS NOT NULL
ORDER BY user_id, prompt_id, occurred_at DESC, event_id DESC
"""
_WITHDRAW = """
DELETE FROM lake_likes AS l USING own_words AS w
WHERE
    l.user_id = w.user_id AND l.prompt_id = w.prompt_id AND w.event_type = 'unlike' AND w.occurred_at > l.liked_at
"""
_RENEW = """
UPDATE lake_likes AS l SET liked_at = w.occurred_at
FROM own_words AS w
WHERE l.user_id = w.user_id AND l.prompt_id = w.prompt_id AND w.event_type = 'like' AND w.occurred_at > l.liked_at
"""
# What is to change is found first: nobody can say anything while it is written.
_TO_TAKE = """
CREATE TEMPORARY TABLE likes_to_take ON COMMIT DROP AS
SELECT k.user_id, k.prompt_id
FROM library.user_prompt_likes AS k
WHERE NOT EXISTS (SELECT FROM lake_likes AS l WHERE l.user_id = k.user_id AND l.prompt_id = k.prompt_id)
"""
_TO_PUT = """
CREATE TEMPORARY TABLE likes_to_put ON COMMIT DROP AS
SELECT l.user_id, l.prompt_id, l.liked_at
FROM lake_likes AS l
WHERE NOT EXISTS (
    SELECT FROM library.user_prompt_likes AS k
    WHERE k.user_id = l.user_id AND k.prompt_id = l.prompt_id AND k.liked_at = l.liked_at
)
"""
# Whoever is saying something is waited for; whoever begins waits for us, a few seconds (library.record_like).
_ALONE = "LOCK TABLE library.user_prompt_likes IN SHARE ROW EXCLUSIVE MODE"
_SAID_SINCE = """
CREATE TEMPORARY TABLE said_since ON COMMIT DROP AS
SELECT DISTINCT user_id, prompt_id
FROM library.activity_events
WHERE batch_id IS NULL AND event_type IN ('like', 'unlike') AND user_id IS NOT NULL AND occurred_at >= :since
"""
_IS_UNSAID = """
NOT EXISTS (SELECT FROM said_since AS w WHERE w.user_id = found.user_id AND w.prompt_id = found.prompt_id)
"""
_TAKE_AWAY = f"""
DELETE FROM library.user_prompt_likes AS k USING likes_to_take AS found
WHERE k.user_id = found.user_id AND k.prompt_id = found.prompt_id AND {_IS_UNSAID}
"""
_PUT = f"""
INSERT INTO library.user_prompt_likes AS k (user_id, prompt_id, liked_at)
SELECT found.user_id, found.prompt_id, found.liked_at
FROM likes_to_put AS found
INNER JOIN library.users AS u ON u.id = found.user_id
INNER JOIN library.prompts AS p ON p.id = found.prompt_id
WHERE {_IS_UNSAID}
ON CONFLICT (user_id, prompt_id) DO UPDATE SET liked_at = excluded.liked_at
WHERE k.liked_at <> excluded.liked_at
"""


def load_likes(engine: Engine, files: Iterable[str], began_at: datetime) -> int:
    """Let the library's likes be those of files, by path or address; returns how many those are.

    Rows that stay as they are are not written. Whoever said something in the dashboard since `began_at` is left alone:
    that is in the lake the next time.

    Raises:
        PromptoryError: a file is lost or damaged.
    """
    with connect(engine) as connection:
        connection.execute(text(_INCOMING))
        columns = ("user_id", "prompt_id", "liked_at")
        rows = copy_files(driver_of(connection), Identifier("lake_likes"), columns, files)
        connection.execute(text(_OWN_WORDS))
        connection.execute(text("ANALYZE lake_likes, own_words"))
        for statement in (_WITHDRAW, _RENEW, _TO_TAKE, _TO_PUT, "ANALYZE likes_to_take, likes_to_put", _ALONE):
            connection.execute(text(statement))
        connection.execute(text(_SAID_SINCE), {"since": began_at - _SETTLED})
        for statement in (_TAKE_AWAY, _PUT):
            connection.execute(text(statement))
    return rows
