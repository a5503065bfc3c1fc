"""The table that the merge works on: made of what was read, and told at the end."""

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

# Conditions on a staged record `s`. An heir is one that its prompt follows from now on.
IS_NEW = "s.outcome = 'inserted'"
IS_UPDATED = "s.outcome = 'updated'"
IS_HEIR = f"{IS_UPDATED} AND s.is_heir"

# The planner must know what was decided of how many records, or it joins them one by one.
STATISTICS = "ANALYZE staged_prompts (outcome, in_place, is_heir, source_id, prompt_id, former_prompt_id)"

IS_LARGE = """
SELECT (SELECT count(*) FROM staged_prompts) * 10 > (SELECT count(*) FROM library.prompt_sources)
"""

# What became of every record that was read.
DECIDED = """
SELECT r.staged_id, r.file_no, r.row_number, coalesce(s.outcome, r.outcome) AS outcome,
    coalesce(s.reason, r.reason) AS reason, r.record, r.source_key, r.title, r.prompt_text
FROM read_prompts AS r
LEFT JOIN staged_prompts AS s USING (staged_id)
"""
