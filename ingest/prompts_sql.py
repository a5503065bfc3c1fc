"""The merge of staged prompts into the library, statement by statement.

`read_prompts` holds the records as they were read; `staged_prompts` is what the merge needs to know of the acceptable
ones, in short rows, as it writes them several times. Every statement works on all of them. `outcome` is null until a
record's fate is known:

- a record known before (same collection, key, occurrence) with the same body is unchanged, or updated if anything
  else about it differs and it is its prompt's primary source;
- one whose body changed updates its prompt in place if every source of the prompt changed to that same body, else it
  moves to another prompt;
- any other goes to the prompt with its body: an existing one (duplicate) or a new one (inserted).
"""

# The beginning of a PRO prompt's text is as locked as the rest of it.
UNTITLED = "Untitled prompt"

FILES_WITHOUT_PROMPTS = """
SELECT file_no FROM read_prompts GROUP BY file_no HAVING bool_and(coalesce(reason = :reason, false)) ORDER BY file_no
"""

# Columns after `record_hash` are filled by the merge.
STAGED = """
CREATE TEMPORARY TABLE staged_prompts ON COMMIT DROP AS
SELECT
    staged_id, file_no, source_key, has_own_key, title, contributors[1] AS contributor, tags, translation_key, access,
    content_hash, record_hash,
    cast(NULL AS text) AS outcome, cast(NULL AS text) AS reason,
    1 AS occurrence, cast(NULL AS bigint) AS source_id,
    cast(NULL AS bigint) AS prompt_id, cast(NULL AS bigint) AS former_prompt_id,
    false AS was_primary, false AS in_place, false AS is_heir
FROM read_prompts
WHERE outcome IS NULL
ORDER BY staged_id
"""
STAGED_STATISTICS = "ANALYZE staged_prompts"

# What became of every record that was read.
DECIDED = """
SELECT r.staged_id, r.file_no, r.row_number, coalesce(s.outcome, r.outcome) AS outcome,
    coalesce(s.reason, r.reason) AS reason, r.record, r.source_key, r.title, r.prompt_text
FROM read_prompts AS r
LEFT JOIN staged_prompts AS s USING (staged_id)
"""

COLLECTION = """
WITH added AS (
    INSERT INTO library.collections (name, licence) VALUES (:name, :licence)
    ON CONFLICT (name) DO NOTHING RETURNING id
), noted AS (
    INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'collections', id FROM added
), chosen AS (
    SELECT id FROM added UNION ALL SELECT id FROM library.collections WHERE name = :name
)
UPDATE library.import_batches SET collection_id = (SELECT id FROM chosen LIMIT 1)
WHERE id = :batch_id
RETURNING collection_id
"""

LICENCE = """
WITH noted AS (
    INSERT INTO library.import_changes (batch_id, relation, row_id, before)
    SELECT :batch_id, 'collections', id, to_jsonb(c) FROM library.collections AS c
    WHERE id = :collection_id AND licence IS DISTINCT FROM :licence
    ON CONFLICT DO NOTHING
)
UPDATE library.collections SET licence = :licence WHERE id = :collection_id AND licence IS DISTINCT FROM :licence
"""

# Keys of its own hold within a file. What a file was before, it stays. A new file that has another's keys is a newer
# version of it if most of those records have the title or the text that they had; else it is another part of the
# collection, whose keys are its own.
PARTS = """
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
        k.source_key, k.content_hash, lower(k.title) AS title,
        CASE
            WHEN k.file = k.origin THEN regexp_replace(k.file, '^.*/', '')
            ELSE substr(k.file, length(k.origin) + 2)
        END AS place
    FROM library.prompt_sources AS k
    WHERE k.collection_id = :collection_id AND k.occurrence = 1
), owners AS (
    SELECT
        o.file_no, o.place,
        bool_or(k.source_key = o.source_key) AS owns_keys,
        bool_or(k.source_key = left(o.place, 300) || '#' || o.source_key) AS is_part
    FROM own AS o
    INNER JOIN known AS k
        ON k.place = o.place AND k.source_key IN (o.source_key, left(o.place, 300) || '#' || o.source_key)
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
UPDATE staged_prompts AS s SET source_key = left(p.place, 300) || '#' || s.source_key
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

CHANGED_IN_PLACE = """
UPDATE staged_prompts AS s SET outcome = 'updated', in_place = true
FROM (
    SELECT
        staged_id, former_prompt_id, content_hash, was_primary,
        first_value(former_prompt_id) OVER (PARTITION BY content_hash ORDER BY staged_id) AS first_claimed_by,
        count(*) OVER (PARTITION BY former_prompt_id) AS changed_sources,
        min(encode(content_hash, 'hex')) OVER (PARTITION BY former_prompt_id) AS lowest_hash,
        max(encode(content_hash, 'hex')) OVER (PARTITION BY former_prompt_id) AS highest_hash
    FROM staged_prompts
    WHERE outcome IS NULL
) AS c
WHERE
    c.staged_id = s.staged_id
    AND c.was_primary
    AND c.first_claimed_by = c.former_prompt_id
    AND c.lowest_hash = c.highest_hash
    AND c.changed_sources = (SELECT count(*) FROM library.prompt_sources AS k WHERE k.prompt_id = c.former_prompt_id)
    AND NOT EXISTS (SELECT FROM library.prompts AS p WHERE p.content_hash = c.content_hash)
    AND NOT EXISTS (SELECT FROM library.prompts AS p WHERE p.id = c.former_prompt_id AND p.merged_into IS NOT NULL)
"""

NEW_BODIES = """
UPDATE staged_prompts AS s SET outcome = 'inserted', prompt_id = NULL
FROM (
    SELECT min(t.staged_id) AS staged_id
    FROM staged_prompts AS t
    WHERE
        t.outcome IS NULL
        AND NOT EXISTS (
            SELECT FROM library.prompts AS p
            WHERE
                p.content_hash = t.content_hash
                AND NOT EXISTS (SELECT FROM staged_prompts AS v WHERE v.in_place AND v.former_prompt_id = p.id)
        )
        AND NOT EXISTS (SELECT FROM staged_prompts AS u WHERE u.content_hash = t.content_hash AND u.in_place)
    GROUP BY t.content_hash
) AS first
WHERE first.staged_id = s.staged_id
"""

# The planner must know what was decided of how many records, or it joins them one by one.
STATISTICS = "ANALYZE staged_prompts (outcome, in_place, is_heir, source_id, prompt_id, former_prompt_id)"

OLD_VERSIONS = """
INSERT INTO library.prompt_versions (
    prompt_id, version, title, description, prompt_text, content_hash, replaced_by_batch_id
)
SELECT
    p.id,
    1 + (SELECT count(*) FROM library.prompt_versions AS v WHERE v.prompt_id = p.id),
    p.title, p.description, p.prompt_text, p.content_hash, :batch_id
FROM staged_prompts AS s
INNER JOIN read_prompts AS r USING (staged_id)
INNER JOIN library.prompts AS p ON p.id = s.prompt_id
WHERE
    s.outcome = 'updated'
    AND (p.title, p.description, p.prompt_text) IS DISTINCT FROM (r.title, r.description, r.prompt_text)
"""

UPDATED_PROMPTS = """
UPDATE library.prompts AS p SET
    title = CASE WHEN r.title_is_from_text AND coalesce(r.access, p.access) = 'PRO' THEN :untitled ELSE r.title END,
    description = r.description, prompt_text = r.prompt_text, content_hash = r.content_hash,
    agent_type = r.agent_type, access = coalesce(r.access, p.access), language = r.language,
    negative_prompt = r.negative_prompt, variables = r.variables, updated_at = now()
FROM staged_prompts AS s
INNER JOIN read_prompts AS r USING (staged_id)
WHERE s.outcome = 'updated' AND p.id = s.prompt_id
"""

TAGS_BEFORE = """
INSERT INTO library.import_changes (batch_id, relation, row_id, before)
SELECT DISTINCT
    :batch_id, 'prompt_tags', s.prompt_id,
    (
        SELECT coalesce(jsonb_agg(pt.tag_id ORDER BY pt.tag_id), '[]')
        FROM library.prompt_tags AS pt
        WHERE pt.prompt_id = s.prompt_id
    )
FROM staged_prompts AS s
WHERE s.outcome = 'updated'
ON CONFLICT DO NOTHING
"""

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

CONTRIBUTORS = """
WITH added AS (
    INSERT INTO library.users (external_id, name)
    SELECT DISTINCT ON (lower(s.contributor)) 'contributor:' || lower(s.contributor), s.contributor
    FROM staged_prompts AS s
    WHERE s.outcome = 'inserted' AND s.contributor IS NOT NULL
    ORDER BY lower(s.contributor), s.staged_id
    ON CONFLICT (external_id) DO NOTHING
    RETURNING id
)
INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'users', id FROM added
"""

NEW_PROMPTS = """
INSERT INTO library.prompts (
    title, description, prompt_text, agent_type, created_by, access, language, content_hash,
    negative_prompt, variables, batch_id
)
SELECT
    CASE WHEN r.title_is_from_text AND coalesce(r.access, :default_access) = 'PRO' THEN :untitled ELSE r.title END,
    r.description, r.prompt_text, r.agent_type, u.id, coalesce(r.access, :default_access), r.language, r.content_hash,
    r.negative_prompt, r.variables, :batch_id
FROM staged_prompts AS s
INNER JOIN read_prompts AS r USING (staged_id)
LEFT JOIN library.users AS u ON u.external_id = 'contributor:' || lower(s.contributor)
WHERE s.outcome = 'inserted'
ORDER BY s.staged_id
"""

PROMPTS_OF_RECORDS = """
UPDATE staged_prompts AS s SET prompt_id = p.id, outcome = coalesce(s.outcome, 'duplicates')
FROM library.prompts AS p
WHERE (s.outcome IS NULL OR s.outcome = 'inserted') AND p.content_hash = s.content_hash
"""

# What a prune had archived comes back with a record that holds it.
REVIVED = """
WITH revived AS (
    UPDATE library.prompts AS p SET archived_at = NULL
    FROM staged_prompts AS s
    WHERE
        s.prompt_id = p.id AND s.outcome IN ('unchanged', 'updated', 'duplicates')
        AND p.archived_at IS NOT NULL AND p.merged_into IS NULL
    RETURNING p.id
)
UPDATE staged_prompts AS s SET outcome = 'updated'
FROM revived AS r
WHERE r.id = s.prompt_id AND s.outcome = 'unchanged'
"""

IDENTIFY = (STAGED, STAGED_STATISTICS, PARTS, OCCURRENCES, KNOWN_RECORDS, STATISTICS)

IS_LARGE = """
SELECT (SELECT count(*) FROM staged_prompts) * 10 > (SELECT count(*) FROM library.prompt_sources)
"""

MERGE = (
    CHANGED_IN_PLACE,
    NEW_BODIES,
    STATISTICS,
    OLD_VERSIONS,
    UPDATED_PROMPTS,
    TAGS_BEFORE,
    DROPPED_TAGS,
    CONTRIBUTORS,
    NEW_PROMPTS,
    PROMPTS_OF_RECORDS,
    STATISTICS,
    REVIVED,
)

_SOURCES = """
INSERT INTO library.prompt_sources AS k (
    prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details,
    content_hash, record_hash, file, origin, row_number, first_batch_id, last_batch_id, licence, translation_key
)
SELECT
    s.prompt_id, :collection_id, s.source_key, s.occurrence, s.outcome = 'inserted', s.title, r.contributors, s.tags,
    r.details, s.content_hash, s.record_hash,
    (cast(:files AS text[]))[s.file_no + 1], (cast(:origins AS text[]))[s.file_no + 1], r.row_number,
    :batch_id, :batch_id, r.licence, s.translation_key
FROM staged_prompts AS s
INNER JOIN read_prompts AS r USING (staged_id)
WHERE s.outcome IN ('inserted', 'updated', 'duplicates') AND s.source_id IS {}
ORDER BY s.staged_id
"""

# To look for a conflict costs time where there can be none.
NEW_SOURCES = _SOURCES.format("NULL")

# A record that is as it was is not written again.
SOURCES = f"""
{_SOURCES.format("NOT NULL")}
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
HEIRS_UPDATE = """
UPDATE staged_prompts AS s SET outcome = 'updated', is_heir = true
FROM library.prompt_sources AS k
WHERE
    s.outcome = 'duplicates'
    AND k.is_primary
    AND k.collection_id = :collection_id
    AND k.source_key = s.source_key
    AND k.occurrence = s.occurrence
"""

HEIRS_PROMPTS = f"{UPDATED_PROMPTS} AND s.is_heir"

HEIRS_TAGS_BEFORE = f"{TAGS_BEFORE.replace('ON CONFLICT', 'AND s.is_heir ON CONFLICT')}"

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

_TAGGED = """
INSERT INTO library.prompt_tags (prompt_id, tag_id)
SELECT s.prompt_id, t.id
FROM staged_prompts AS s
CROSS JOIN LATERAL unnest(s.tags) AS name
INNER JOIN library.tags AS t USING (name)
WHERE s.outcome = '{}'
"""
NEW_TAGGED = _TAGGED.format("inserted")
TAGGED = f"{_TAGGED.format('updated')} ON CONFLICT DO NOTHING"

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

SEEN_AGAIN = """
UPDATE library.prompt_sources AS k SET vanished_batch_id = NULL
FROM staged_prompts AS s
WHERE s.source_id = k.id AND k.vanished_batch_id IS NOT NULL
"""

# This import is a newer version of an origin if it names it again or holds most of its records.
VANISHED = """
WITH live AS (
    SELECT
        k.id, k.origin, s.source_id IS NOT NULL AS is_seen,
        k.file = k.origin OR :of_folders OR substr(k.file, length(k.origin) + 2) = ANY(cast(:places AS text[]))
            AS is_in_scope
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

AFTER_SOURCES = (
    HEIRS,
    HEIRS_UPDATE,
    HEIRS_PROMPTS,
    HEIRS_TAGS_BEFORE,
    HEIRS_TAGS,
    NEW_TAGS,
    NEW_TAGGED,
    TAGGED,
    TRANSLATIONS,
    NEW_TRANSLATIONS,
    SEEN_AGAIN,
)

RESOLVED = """
WITH resolved AS (
    UPDATE library.import_rejections SET resolved_at = now() WHERE id = ANY(:resolves) AND resolved_at IS NULL
    RETURNING id
)
INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'import_rejections', id FROM resolved
"""

VANISHED_PROMPTS = """
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

SHARE_TO_PRUNE = f"""
SELECT
    (SELECT count(*) FROM ({VANISHED_PROMPTS}) AS v) AS vanished,
    (
        SELECT count(DISTINCT p.id) FROM library.prompt_sources AS k
        INNER JOIN library.prompts AS p ON p.id = k.prompt_id AND p.archived_at IS NULL
        WHERE k.collection_id = :collection_id
    ) AS prompts
"""

PRUNE = f"UPDATE library.prompts SET archived_at = now() WHERE id IN ({VANISHED_PROMPTS})"
