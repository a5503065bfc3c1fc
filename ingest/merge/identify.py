"""Which record each staged one is: its key, its occurrence, and the record that the library knows by them."""

_NAME = "regexp_replace(k.file, '^.*/', '')"
_BELOW_ORIGIN = "substr(k.file, length(k.origin) + 2)"
# Where a known record lies within its origin, as `SourceFile.place` says of a file: below it, or the file's name.
PLACE = f"CASE WHEN k.file = k.origin THEN {_NAME} ELSE {_BELOW_ORIGIN} END"


def _part_key(place: str, key: str) -> str:
    """The key of a record in a part of a collection whose keys are its own."""
    return f"left({place}, 300) || '#' || {key}"


# Keys of its own hold within a file. What a file was before, it stays. A new file that has another's keys is a newer
# version of it if most of those records have the title or the text that they had; else it is another part of the
# collection, whose keys are its own.
PARTS = f"""
WITH own AS (
    SELECT
        staged_id, file_no, source_key, content_hash, lower(title) AS title,
        (cast(:places AS text[]))[file_no + 1] AS place,
        first_value(file_no) OVER earlier AS earlier_file_no,
        first_value(content_hash) OVER earlier AS earlier_hash,
        first_value(lower(title)) OVER earlier AS earlier_title
    FROM staged_prompts
    WHERE outcome IS NULL AND has_own_key
    WINDOW earlier AS (PARTITION BY source_key ORDER BY staged_id)
), known AS (
    SELECT
        k.source_key, k.content_hash, lower(k.title) AS title, {PLACE} AS place
    FROM library.prompt_sources AS k
    WHERE k.collection_id = :collection_id AND k.occurrence = 1
), owners AS (
    SELECT
        o.file_no, o.place,
        bool_or(k.source_key = o.source_key) AS owns_keys,
        bool_or(k.source_key = {_part_key("o.place", "o.source_key")}) AS is_part
    FROM own AS o
    INNER JOIN known AS k
        ON k.place = o.place AND k.source_key IN (o.source_key, {_part_key("o.place", "o.source_key")})
    GROUP BY o.file_no, o.place
), shared AS (
    SELECT
        o.file_no, o.place,
        CASE
            WHEN k.source_key IS NOT NULL THEN o.content_hash = k.content_hash OR o.title = k.title
            ELSE o.content_hash = o.earlier_hash OR o.title = o.earlier_title
        END AS is_same
    FROM own AS o
    LEFT JOIN known AS k ON k.source_key = o.source_key
    WHERE
        CASE WHEN k.source_key IS NOT NULL THEN k.place <> o.place ELSE o.earlier_file_no <> o.file_no END
        AND o.file_no NOT IN (SELECT file_no FROM owners)
), parts AS (
    SELECT file_no, place FROM shared GROUP BY file_no, place HAVING count(*) FILTER (WHERE is_same) * 2 < count(*)
    UNION
    SELECT file_no, place FROM owners WHERE is_part AND NOT owns_keys
)
UPDATE staged_prompts AS s SET source_key = {_part_key("p.place", "s.source_key")}
FROM parts AS p
WHERE p.file_no = s.file_no AND s.outcome IS NULL AND s.has_own_key
"""

OCCURRENCES = """
UPDATE staged_prompts AS s SET
    occurrence = n.occurrence,
    outcome = CASE WHEN n.first_hash <> s.content_hash THEN 'rejected' END,
    reason = CASE WHEN n.first_hash <> s.content_hash
        THEN 'has the key ''' || s.source_key || ''', which an earlier record of this import has with another text' END
FROM (
    SELECT
        staged_id,
        row_number() OVER (PARTITION BY source_key, content_hash ORDER BY staged_id) AS occurrence,
        first_value(content_hash) OVER (PARTITION BY source_key ORDER BY staged_id) AS first_hash
    FROM staged_prompts
    WHERE outcome IS NULL
) AS n
WHERE n.staged_id = s.staged_id AND (n.occurrence > 1 OR n.first_hash <> s.content_hash)
"""

KNOWN_RECORDS = """
UPDATE staged_prompts AS s SET
    source_id = k.id,
    prompt_id = k.prompt_id,
    former_prompt_id = k.prompt_id,
    was_primary = k.is_primary,
    outcome = CASE
        WHEN k.content_hash <> s.content_hash THEN NULL
        WHEN NOT k.is_primary THEN 'duplicates'
        WHEN k.record_hash = s.record_hash THEN 'unchanged'
        ELSE 'updated'
    END
FROM library.prompt_sources AS k
WHERE
    s.outcome IS NULL
    AND k.collection_id = :collection_id
    AND k.source_key = s.source_key
    AND k.occurrence = s.occurrence
"""
