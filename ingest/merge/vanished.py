"""Records that a newer version of a collection no longer holds, and the prompts that are archived for it."""

from collections.abc import Mapping

from sqlalchemy import text

from ingest.batch import Batch
from ingest.errors import RefusedError, Remedy
from ingest.merge.identify import PLACE

MAX_PRUNED = 0.2

# This import is a newer version of an origin if it names it again or holds most of its records.
VANISHED = f"""
WITH live AS (
    SELECT
        k.id, k.origin, s.source_id IS NOT NULL AS is_seen,
        k.file = k.origin OR :of_folders OR {PLACE} = ANY(cast(:places AS text[])) AS is_in_scope
    FROM library.prompt_sources AS k
    LEFT JOIN (SELECT DISTINCT source_id FROM staged_prompts) AS s ON s.source_id = k.id
    WHERE k.collection_id = :collection_id AND k.vanished_batch_id IS NULL AND k.first_batch_id <> :batch_id
), replaced AS (
    SELECT origin FROM live
    GROUP BY origin
    HAVING origin = ANY(cast(:origins AS text[])) OR count(*) FILTER (WHERE is_seen) * 2 > count(*)
)
UPDATE library.prompt_sources AS k SET vanished_batch_id = :batch_id
FROM live AS l
INNER JOIN replaced AS r USING (origin)
WHERE
    l.id = k.id AND NOT l.is_seen
    -- A file of a folder, imported alone, says nothing of the folder's other files.
    AND (l.is_in_scope OR l.origin = ANY(cast(:origins AS text[])))
"""

SEEN_AGAIN = """
UPDATE library.prompt_sources AS k SET vanished_batch_id = NULL
FROM staged_prompts AS s
WHERE s.source_id = k.id AND k.vanished_batch_id IS NOT NULL
"""

_VANISHED_PROMPTS = """
SELECT DISTINCT k.prompt_id
FROM library.prompt_sources AS k
INNER JOIN library.prompts AS p ON p.id = k.prompt_id AND p.archived_at IS NULL
WHERE
    k.collection_id = :collection_id
    AND k.vanished_batch_id IS NOT NULL
    AND k.is_primary
    AND NOT EXISTS (
        SELECT FROM library.prompt_sources AS o WHERE o.prompt_id = k.prompt_id AND o.vanished_batch_id IS NULL
    )
"""

_SHARE_TO_PRUNE = f"""
SELECT
    (SELECT count(*) FROM ({_VANISHED_PROMPTS}) AS v) AS vanished,
    (
        SELECT count(DISTINCT p.id) FROM library.prompt_sources AS k
        INNER JOIN library.prompts AS p ON p.id = k.prompt_id AND p.archived_at IS NULL
        WHERE k.collection_id = :collection_id
    ) AS prompts
"""

_PRUNE = f"UPDATE library.prompts SET archived_at = now() WHERE id IN ({_VANISHED_PROMPTS})"


def prune(batch: Batch, parameters: Mapping[str, object], *, force: bool) -> None:
    """Archive the prompts all of whose records vanished.

    Raises:
        RefusedError: they are more than MAX_PRUNED of the collection, and that is not forced.
    """
    vanished, prompts = batch.connection.execute(text(_SHARE_TO_PRUNE), parameters).tuples().one()
    if vanished > MAX_PRUNED * prompts and not force:
        raise RefusedError(
            f"{vanished:,} of the collection's {prompts:,} prompts are not in what was given, which is more than "
            f"{MAX_PRUNED:.0%}; nothing was imported.",
            Remedy.PRUNE_MORE,
        )
    batch.archived = batch.run(_PRUNE, **parameters)
