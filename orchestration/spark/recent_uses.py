"""What people used last, as Spark found it in the lake, put into the library."""

from collections.abc import Iterable

from psycopg.sql import Identifier
from sqlalchemy import Engine, text

from orchestration.spark.tables import copy_files
from schema.database import connect, driver_of

USES, RECENT_USES = "uses_of_days", "library_recent_uses"

_INCOMING = """
CREATE TEMPORARY TABLE lake_uses (user_id bigint, event_type text, prompt_ids bigint[], used_at timestamptz[])
ON COMMIT DROP
"""
_TAKE_AWAY = """
DELETE FROM library.recent_uses AS k
WHERE NOT EXISTS (SELECT FROM lake_uses AS l WHERE l.user_id = k.user_id AND l.event_type = k.event_type)
"""
# Who has gone since Spark read who is there has no row.
_PUT = """
INSERT INTO library.recent_uses AS k (user_id, event_type, prompt_ids, used_at)
SELECT l.user_id, l.event_type, l.prompt_ids, l.used_at
FROM lake_uses AS l
INNER JOIN library.users AS u ON u.id = l.user_id
ON CONFLICT (user_id, event_type) DO UPDATE SET prompt_ids = excluded.prompt_ids, used_at = excluded.used_at
WHERE (k.prompt_ids, k.used_at) IS DISTINCT FROM (excluded.prompt_ids, excluded.used_at)
"""


def load_recent_uses(engine: Engine, files: Iterable[str]) -> int:
    """Let the library's table be what files hold, by path or address; returns their rows.

    Readers see the old rows until all of the new ones are there; those that stay as they are are not written.

    Raises:
        PromptoryError: a file is lost or damaged.
    """
    with connect(engine) as connection:
        connection.execute(text(_INCOMING))
        columns = ("user_id", "event_type", "prompt_ids", "used_at")
        rows = copy_files(driver_of(connection), Identifier("lake_uses"), columns, files)
        connection.execute(text("ANALYZE lake_uses"))
        for statement in (_TAKE_AWAY, _PUT):
            connection.execute(text(statement))
    return rows
