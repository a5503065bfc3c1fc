"""Take an import back: the library is as it was before it, or nothing happens and the reason is told."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from ingest.batch import wait_for_turn
from ingest.errors import RefusedError, Remedy
from ingest.lake import events_of_prompts, lake_in_use
from schema.database import connect
from schema.errors import PromptoryError
from schema.models import BatchKind, BatchStatus, Prompt, PromptSource

# Rows of the library that a batch inserted or changed: what later batches may have built on.
_LATER_BATCHES = """
WITH prompts AS (
    SELECT id FROM library.prompts WHERE batch_id = :batch_id
    UNION
    SELECT row_id FROM library.import_changes WHERE batch_id = :batch_id AND relation IN ('prompts', 'prompt_tags')
    UNION
    SELECT (c.before ->> 'prompt_id')::bigint FROM library.import_changes AS c
    WHERE c.batch_id = :batch_id AND c.relation = 'prompt_sources'
    UNION
    SELECT k.prompt_id FROM library.import_changes AS c
    INNER JOIN library.prompt_sources AS k ON k.id = c.row_id
    WHERE c.batch_id = :batch_id AND c.relation = 'prompt_sources'
), sources AS (
    SELECT id FROM library.prompt_sources WHERE first_batch_id = :batch_id
    UNION
    SELECT row_id FROM library.import_changes WHERE batch_id = :batch_id AND relation = 'prompt_sources'
), licensed AS (
    SELECT row_id AS id FROM library.import_changes
    WHERE batch_id = :batch_id AND relation = 'collections' AND before IS NOT NULL
)
SELECT c.batch_id FROM library.import_changes AS c
WHERE
    c.batch_id > :batch_id
    AND (
        (c.relation IN ('prompts', 'prompt_tags') AND c.row_id IN (SELECT id FROM prompts))
        OR (c.relation = 'prompt_sources' AND c.row_id IN (SELECT id FROM sources))
        OR (c.relation = 'collections' AND c.row_id IN (SELECT id FROM licensed))
    )
UNION
SELECT k.first_batch_id FROM library.prompt_sources AS k
WHERE k.first_batch_id > :batch_id AND k.prompt_id IN (SELECT id FROM prompts)
UNION
SELECT p.batch_id FROM library.import_changes AS c
INNER JOIN library.prompts AS p ON p.content_hash = (c.before ->> 'content_hash')::bytea AND p.id <> c.row_id
WHERE c.batch_id = :batch_id AND c.relation = 'prompts' AND p.batch_id > :batch_id
UNION
SELECT t.batch_id FROM library.prompts AS t
INNER JOIN library.prompts AS p ON p.id = t.translation_of AND p.batch_id = :batch_id
WHERE t.batch_id > :batch_id
ORDER BY 1 DESC
"""

# What curators merged or separated since, among the prompts that the batch inserted or changed.
_DECISIONS = """
SELECT count(*) FROM library.prompts AS p
LEFT JOIN library.prompts AS m ON m.id = p.merged_into
LEFT JOIN library.import_changes AS c ON c.batch_id = :batch_id AND c.relation = 'prompts' AND c.row_id = p.id
WHERE
    (p.merged_into IS NOT NULL AND :batch_id IN (p.batch_id, m.batch_id))
    OR (c.row_id IS NOT NULL AND p.merged_into IS DISTINCT FROM (c.before ->> 'merged_into')::bigint)
"""

# Texts that the batch freed and a person has written since.
_TAKEN = """
SELECT p.title FROM library.import_changes AS c
INNER JOIN library.prompts AS p ON p.content_hash = (c.before ->> 'content_hash')::bytea AND p.id <> c.row_id
WHERE c.batch_id = :batch_id AND c.relation = 'prompts' AND p.batch_id IS NULL
LIMIT 1
"""

# Prompts that the batch changed and the person who wrote them has changed since.
_REVISED = """
SELECT p.title FROM library.import_changes AS c
INNER JOIN library.import_batches AS b ON b.id = c.batch_id
INNER JOIN library.prompts AS p ON p.id = c.row_id
INNER JOIN library.prompt_versions AS v
    ON v.prompt_id = p.id AND v.replaced_by_batch_id IS NULL AND v.replaced_at > b.started_at
WHERE c.batch_id = :batch_id AND c.relation = 'prompts'
LIMIT 1
"""

_LIKES = """
SELECT count(*) FROM library.user_prompt_likes AS l INNER JOIN library.prompts AS p ON p.id = l.prompt_id
WHERE p.batch_id = :batch_id
"""
_EVENTS = """
SELECT count(*) FROM library.activity_events AS e INNER JOIN library.prompts AS p ON p.id = e.prompt_id
WHERE p.batch_id = :batch_id
"""
# Of a library whose events are in the lake: the ledger's others are there, too.
_OWN_EVENTS = f"{_EVENTS} AND e.batch_id IS NULL"
_PROMPTS = "SELECT id FROM library.prompts WHERE batch_id = :batch_id"


_NEVER_IMPORTED = ("id", "merged_into", "created_by", "created_at", "batch_id")
# An import may touch the row of a prompt that a person wrote, but never its picture.
_RESTORED = {
    "image_key": """
        CASE
            WHEN EXISTS (SELECT FROM library.prompt_sources AS k WHERE k.prompt_id = t.id AND k.is_primary)
            THEN was.image_key ELSE t.image_key
        END
    """,
}


def _restore(model: type[Prompt] | type[PromptSource]) -> str:
    """Statement that writes the rows of a table back as they were before the batch, where an import writes them."""
    table = model.__tablename__
    columns = [column.name for column in model.__table__.columns if column.name not in _NEVER_IMPORTED]
    assignments = ", ".join(f"{column} = {_RESTORED.get(column, f'was.{column}')}" for column in columns)
    return f"""
        UPDATE library.{table} AS t SET {assignments}
        FROM library.import_changes AS c
        CROSS JOIN LATERAL jsonb_populate_record(cast(NULL AS library.{table}), c.before) AS was
        WHERE c.batch_id = :batch_id AND c.relation = '{table}' AND t.id = c.row_id
    """


# What this batch made, and what batches undone before it made that others still used then.
_MADE = """
SELECT c.row_id FROM library.import_changes AS c
INNER JOIN library.import_batches AS b ON b.id = c.batch_id AND b.status = 'UNDONE'
WHERE c.before IS NULL AND c.relation = """

_UNUSED_COLLECTION = f"""
{_MADE} 'collections'
    AND NOT EXISTS (SELECT FROM library.prompt_sources AS k WHERE k.collection_id = c.row_id)
    AND NOT EXISTS (
        SELECT FROM library.import_batches AS b WHERE b.collection_id = c.row_id AND b.status = 'SUCCEEDED'
    )
"""

# Sources first: a prompt that the batch inserted may hold sources that belong back to others. A prompt has one primary
# source at any moment, so none is primary while they move.
_STATEMENTS = (
    "DELETE FROM library.prompt_sources WHERE first_batch_id = :batch_id",
    """
    UPDATE library.prompt_sources SET is_primary = false
    WHERE id IN (
        SELECT row_id FROM library.import_changes WHERE batch_id = :batch_id AND relation = 'prompt_sources'
    )
    """,
    _restore(PromptSource),
    "DELETE FROM library.prompts WHERE batch_id = :batch_id",
    _restore(Prompt),
    "DELETE FROM library.prompt_versions WHERE replaced_by_batch_id = :batch_id",
    """
    DELETE FROM library.prompt_tags
    WHERE prompt_id IN (
        SELECT row_id FROM library.import_changes WHERE batch_id = :batch_id AND relation = 'prompt_tags'
    )
    """,
    """
    INSERT INTO library.prompt_tags (prompt_id, tag_id)
    SELECT c.row_id, cast(tag_id AS bigint)
    FROM library.import_changes AS c
    CROSS JOIN LATERAL jsonb_array_elements_text(c.before) AS tag_id
    WHERE c.batch_id = :batch_id AND c.relation = 'prompt_tags'
    """,
    "UPDATE library.import_batches SET status = 'UNDONE', undone_at = now() WHERE id = :batch_id",
    f"""
    DELETE FROM library.tags AS t
    WHERE
        t.id IN ({_MADE} 'tags')
        AND NOT EXISTS (SELECT FROM library.prompt_tags AS pt WHERE pt.tag_id = t.id)
    """,
    f"""
    DELETE FROM library.users AS u
    WHERE
        u.id IN ({_MADE} 'users')
        AND NOT EXISTS (SELECT FROM library.prompts AS p WHERE p.created_by = u.id)
    """,
    """
    UPDATE library.collections AS l SET licence = c.before ->> 'licence'
    FROM library.import_changes AS c
    WHERE c.batch_id = :batch_id AND c.relation = 'collections' AND l.id = c.row_id AND c.before IS NOT NULL
    """,
    f"UPDATE library.import_batches SET collection_id = NULL WHERE collection_id IN ({_UNUSED_COLLECTION})",
    f"DELETE FROM library.collections WHERE id IN ({_UNUSED_COLLECTION})",
    """
    UPDATE library.import_rejections SET resolved_at = NULL
    WHERE id IN (
        SELECT row_id FROM library.import_changes WHERE batch_id = :batch_id AND relation = 'import_rejections'
    )
    """,
    # What is still used, though made by an undone batch, goes with the last batch that uses it.
    """
    DELETE FROM library.import_changes AS c
    WHERE
        c.batch_id IN (SELECT id FROM library.import_batches WHERE status = 'UNDONE')
        AND NOT (
            c.before IS NULL
            AND (
                (c.relation = 'tags' AND EXISTS (SELECT FROM library.tags AS t WHERE t.id = c.row_id))
                OR (c.relation = 'users' AND EXISTS (SELECT FROM library.users AS u WHERE u.id = c.row_id))
                OR (c.relation = 'collections' AND EXISTS (SELECT FROM library.collections AS l WHERE l.id = c.row_id))
            )
        )
    """,
)


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What an undo took back: prompts removed, and prompts restored to what they were."""

    batch_id: int
    removed: int
    restored: int


def undo_import(engine: Engine, batch_id: int, *, force: bool = False) -> UndoResult:
    """Restore the library to what it was before an import, in one transaction.

    With `force`, likes and activity that the import's prompts have had since go with them.

    Raises:
        PromptoryError: there is no such import, it changed nothing, or later imports, curators' decisions or people's
            activity built on it; the message says what to do.
        LakeError: the engine is spark, and the lake cannot be read.
    """
    own = {"batch_id": batch_id}
    in_lake = None if force else _events_in_lake(engine, batch_id)
    with connect(engine) as connection:
        wait_for_turn(connection)
        _check(connection, batch_id)
        if not force:
            _refuse_if_used(connection, batch_id, in_lake)
        removed = connection.scalar(text("SELECT count(*) FROM library.prompts WHERE batch_id = :batch_id"), own)
        restored = connection.scalar(
            text("SELECT count(*) FROM library.import_changes WHERE batch_id = :batch_id AND relation = 'prompts'"), own
        )
        for statement in _STATEMENTS:
            connection.execute(text(statement), own)
    return UndoResult(batch_id, int(removed or 0), int(restored or 0))


def _events_in_lake(engine: Engine, batch_id: int) -> int | None:
    """How many events of the lake name prompts of a batch; None where the ledger holds all events.

    They go when the lake is compacted. Loads do not wait for the count, which may take long.
    """
    lake = lake_in_use()
    if lake is None:
        return None
    with connect(engine) as connection:
        _check(connection, batch_id)
        prompts = list(connection.scalars(text(_PROMPTS), {"batch_id": batch_id}))
    return events_of_prompts(lake, prompts)


def _refuse_if_used(connection: Connection, batch_id: int, in_lake: int | None) -> None:
    own = {"batch_id": batch_id}
    likes = int(connection.scalar(text(_LIKES), own) or 0)
    events = int(connection.scalar(text(_EVENTS if in_lake is None else _OWN_EVENTS), own) or 0) + (in_lake or 0)
    if likes or events:
        raise RefusedError(
            f"Prompts of batch {batch_id} have {likes:,} likes and {events:,} events since, which would go with them.",
            Remedy.UNDO_MORE,
        )


def _check(connection: Connection, batch_id: int) -> None:
    own = {"batch_id": batch_id}
    batch = connection.execute(
        text("SELECT kind, status FROM library.import_batches WHERE id = :batch_id"), own
    ).one_or_none()
    if batch is None or batch.kind != BatchKind.PROMPTS:
        raise PromptoryError(f"There is no import {batch_id}; `promptory imports list` shows them.")
    if batch.status != BatchStatus.SUCCEEDED:
        said = "was undone already" if batch.status == BatchStatus.UNDONE else "failed and left nothing"
        raise PromptoryError(f"Import {batch_id} {said}; there is nothing to undo.")
    later = connection.scalars(text(_LATER_BATCHES), own).all()
    if later:
        numbers = ", ".join(map(str, later))
        raise PromptoryError(
            f"Later imports built on import {batch_id}: they changed its prompts or found their texts in it. "
            f"Undo them first, in this order: {numbers}."
        )
    if connection.scalar(text(_DECISIONS), own):
        raise RefusedError(
            f"Prompts of import {batch_id} were merged with others since, or separated.", Remedy.SEPARATE_FIRST
        )
    taken = connection.scalar(text(_TAKEN), own)
    if taken:
        raise PromptoryError(f"Somebody has written a text of before import {batch_id} since: the prompt '{taken}'.")
    revised = connection.scalar(text(_REVISED), own)
    if revised:
        raise PromptoryError(f"The author of a prompt of import {batch_id} has changed it since: '{revised}'.")
