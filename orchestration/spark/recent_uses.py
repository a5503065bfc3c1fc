"""What people used last, as Spark found it in the lake, put into the library."""

from collections.abc import Iterable

import fsspec
from psycopg.sql import Identifier
from sqlalchemy import Engine, text

from orchestration.spark.derived import parts_of
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
_DROPPED = "SELECT cast(activity_date AS text) FROM library.activity_days WHERE events_dropped_at IS NOT NULL"


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


def forget_dropped_uses(engine: Engine, derived: str) -> int:
    """Delete what Spark keeps of single uses on days whose events are kept no longer; returns how many days."""
    with connect(engine) as connection:
        dropped = set(connection.scalars(text(_DROPPED)))
    found = [part for part in parts_of(derived, USES) if part in dropped]
    fs, folder = fsspec.core.url_to_fs(f"{derived}/{USES}")
    for part in found:
        fs.rm_file(f"{folder}/_parts/{part}.json")
        for place in fs.glob(f"{folder}/v=*/dt={part}"):
            fs.rm(place, recursive=True)
    return len(found)
