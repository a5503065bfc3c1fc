"""Prompts that say the same in several languages, linked to their original."""

# Of several languages' records the original is the one whose key is the translations' own, else the first.
TRANSLATIONS = """
WITH members AS (
    SELECT k.translation_key, p.id, p.translation_of, bool_or(k.source_key = k.translation_key) AS is_original
    FROM library.prompt_sources AS k
    INNER JOIN library.prompts AS p ON p.id = k.prompt_id
    WHERE
        k.collection_id = :collection_id
        AND k.translation_key IN (SELECT s.translation_key FROM staged_prompts AS s WHERE s.outcome <> 'rejected')
    GROUP BY k.translation_key, p.id
), originals AS (
    SELECT DISTINCT ON (translation_key) translation_key, id
    FROM members
    ORDER BY translation_key, is_original DESC, (translation_of IS NULL) DESC, id
), grouped AS (
    SELECT
        m.id, m.translation_of, o.id AS original_id,
        m.translation_of IN (SELECT n.id FROM members AS n WHERE n.translation_key = m.translation_key) AS is_inside
    FROM members AS m
    INNER JOIN originals AS o USING (translation_key)
), links AS (
    -- What other records link elsewhere stays linked, and nothing is linked to a translation.
    SELECT DISTINCT ON (g.id) g.id, nullif(coalesce(r.translation_of, g.original_id), g.id) AS translation_of
    FROM grouped AS g
    LEFT JOIN grouped AS r ON r.id = g.original_id AND r.translation_of IS NOT NULL AND NOT r.is_inside
    WHERE (g.translation_of IS NULL AND g.id <> g.original_id) OR g.is_inside
    ORDER BY g.id, (g.id = g.original_id) DESC, g.original_id
)
UPDATE library.prompts AS p SET translation_of = l.translation_of
FROM links AS l
WHERE l.id = p.id AND l.translation_of IS DISTINCT FROM p.translation_of
"""

NEW_TRANSLATIONS = """
UPDATE staged_prompts AS s SET outcome = 'translations'
FROM library.prompts AS p
WHERE s.outcome = 'inserted' AND p.id = s.prompt_id AND p.translation_of IS NOT NULL
"""
