"""The prompts of the staged records: changed, left for another, or new."""

from ingest.merge.staged import IS_HEIR, IS_UPDATED

# The beginning of a PRO prompt's text is as locked as the rest of it.
UNTITLED = "Untitled prompt"

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


def _keep(condition: str) -> str:
    """The statement that keeps prompts as versions which are to be what those staged records say."""
    return f"""
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
            {condition}
            AND (p.title, p.description, p.prompt_text) IS DISTINCT FROM (r.title, r.description, r.prompt_text)
    """


def _update(condition: str) -> str:
    """The statement that makes prompts what those staged records say that meet the condition."""
    return f"""
        UPDATE library.prompts AS p SET
            title = CASE
                WHEN r.title_is_from_text AND coalesce(r.access, p.access) = 'PRO' THEN :untitled ELSE r.title
            END,
            description = r.description, prompt_text = r.prompt_text, content_hash = r.content_hash,
            agent_type = r.agent_type, access = coalesce(r.access, p.access), language = r.language,
            negative_prompt = r.negative_prompt, variables = r.variables, image_key = r.image_key, updated_at = now()
        FROM staged_prompts AS s
        INNER JOIN read_prompts AS r USING (staged_id)
        WHERE {condition} AND p.id = s.prompt_id
    """


OLD_VERSIONS, UPDATED_PROMPTS = _keep(IS_UPDATED), _update(IS_UPDATED)
HEIRS_OLD_VERSIONS, HEIRS_PROMPTS = _keep(IS_HEIR), _update(IS_HEIR)

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
    negative_prompt, variables, image_key, batch_id
)
SELECT
    CASE WHEN r.title_is_from_text AND coalesce(r.access, :default_access) = 'PRO' THEN :untitled ELSE r.title END,
    r.description, r.prompt_text, r.agent_type, u.id, coalesce(r.access, :default_access), r.language, r.content_hash,
    r.negative_prompt, r.variables, r.image_key, :batch_id
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
