"""The tags of new prompts and of those that changed."""

from ingest.merge.staged import IS_HEIR, IS_NEW, IS_UPDATED


def _note(condition: str) -> str:
    """The statement that notes, for undoing, what tags prompts had whose staged records meet the condition."""
    return f"""
        INSERT INTO library.import_changes (batch_id, relation, row_id, before)
        SELECT DISTINCT
            :batch_id, 'prompt_tags', s.prompt_id,
            (
                SELECT coalesce(jsonb_agg(pt.tag_id ORDER BY pt.tag_id), '[]')
                FROM library.prompt_tags AS pt
                WHERE pt.prompt_id = s.prompt_id
            )
        FROM staged_prompts AS s
        WHERE {condition}
        ON CONFLICT DO NOTHING
    """


TAGS_BEFORE = _note(IS_UPDATED)
HEIRS_TAGS_BEFORE = _note(IS_HEIR)

DROPPED_TAGS = """
DELETE FROM library.prompt_tags AS pt
USING staged_prompts AS s, library.prompt_sources AS k, library.tags AS t
WHERE
    s.outcome = 'updated'
    AND k.id = s.source_id
    AND pt.prompt_id = s.prompt_id
    AND pt.tag_id = t.id
    AND t.name = ANY (k.tags)
    AND t.name <> ALL (s.tags)
"""

HEIRS_TAGS = """
DELETE FROM library.prompt_tags AS pt
USING staged_prompts AS s, library.tags AS t
WHERE
    s.is_heir AND pt.prompt_id = s.prompt_id AND pt.tag_id = t.id AND t.name <> ALL (s.tags)
"""

NEW_TAGS = """
WITH added AS (
    INSERT INTO library.tags (name)
    SELECT DISTINCT name FROM staged_prompts AS s CROSS JOIN LATERAL unnest(s.tags) AS name
    WHERE s.outcome IN ('inserted', 'updated')
    ORDER BY name
    ON CONFLICT (name) DO NOTHING
    RETURNING id
)
INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'tags', id FROM added
"""


def _tag(condition: str) -> str:
    """The statement that gives prompts the tags of those staged records that meet the condition."""
    return f"""
        INSERT INTO library.prompt_tags (prompt_id, tag_id)
        SELECT s.prompt_id, t.id
        FROM staged_prompts AS s
        CROSS JOIN LATERAL unnest(s.tags) AS name
        INNER JOIN library.tags AS t USING (name)
        WHERE {condition}
    """


NEW_TAGGED = _tag(IS_NEW)
TAGGED = f"{_tag(IS_UPDATED)} ON CONFLICT DO NOTHING"
