"""The records themselves, each a source of its prompt, and which of them a prompt follows."""


def _write(condition: str) -> str:
    """The statement that writes those staged records that meet the condition as sources of their prompts."""
    return f"""
        INSERT INTO library.prompt_sources AS k (
            prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details,
            content_hash, record_hash, file, origin, row_number, first_batch_id, last_batch_id, licence, translation_key
        )
        SELECT
            s.prompt_id, :collection_id, s.source_key, s.occurrence, s.outcome = 'inserted', s.title, r.contributors,
            s.tags, r.details, s.content_hash, s.record_hash,
            (cast(:files AS text[]))[s.file_no + 1], (cast(:origins AS text[]))[s.file_no + 1], r.row_number,
            :batch_id, :batch_id, r.licence, s.translation_key
        FROM staged_prompts AS s
        INNER JOIN read_prompts AS r USING (staged_id)
        WHERE s.outcome IN ('inserted', 'updated', 'duplicates') AND {condition}
        ORDER BY s.staged_id
    """


# To look for a conflict costs time where there can be none.
NEW_SOURCES = _write("s.source_id IS NULL")

# A record that is as it was is not written again.
KNOWN_SOURCES = f"""
{_write("s.source_id IS NOT NULL")}
ON CONFLICT (collection_id, source_key, occurrence) DO UPDATE SET
    prompt_id = excluded.prompt_id,
    is_primary = excluded.is_primary OR (k.is_primary AND k.prompt_id = excluded.prompt_id),
    title = excluded.title, contributors = excluded.contributors, tags = excluded.tags, details = excluded.details,
    content_hash = excluded.content_hash, record_hash = excluded.record_hash,
    file = excluded.file, origin = excluded.origin, row_number = excluded.row_number,
    licence = excluded.licence, translation_key = excluded.translation_key, last_batch_id = excluded.last_batch_id
WHERE (k.prompt_id, k.record_hash) IS DISTINCT FROM (excluded.prompt_id, excluded.record_hash)
"""

# Prompts whose primary record moved away, or moved here. A prompt that a person made has no primary record.
HEIRS = """
UPDATE library.prompt_sources AS k SET is_primary = true
WHERE k.id IN (
    SELECT min(r.id) FROM library.prompt_sources AS r
    INNER JOIN library.prompts AS p ON p.id = r.prompt_id
    LEFT JOIN library.users AS u ON u.id = p.created_by
    WHERE
        (p.created_by IS NULL OR u.external_id LIKE 'contributor:%')
        AND r.prompt_id IN (
            SELECT s.former_prompt_id FROM staged_prompts AS s WHERE s.prompt_id <> s.former_prompt_id
            UNION SELECT s.prompt_id FROM staged_prompts AS s WHERE s.outcome = 'duplicates'
        )
    GROUP BY r.prompt_id
    HAVING NOT bool_or(r.is_primary)
)
"""

# A prompt follows its new primary record, where this import brought it.
STAGED_HEIRS = """
UPDATE staged_prompts AS s SET outcome = 'updated', is_heir = true
FROM library.prompt_sources AS k
WHERE
    s.outcome = 'duplicates'
    AND k.is_primary
    AND k.collection_id = :collection_id
    AND k.source_key = s.source_key
    AND k.occurrence = s.occurrence
"""
