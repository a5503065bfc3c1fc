"""Likes, views and copies that the dashboard records, and prompts that people change, tag, delete and restore.

Each function acts for the viewer and asks again what they may do. Events go into the ledger, and likes follow from them
there and then as they do from a load. A version that a person replaced names no import.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

VERSIONS = "ALTER TABLE library.prompt_versions ALTER COLUMN replaced_by_batch_id DROP NOT NULL"

# Whoever has the address of a prompt that lists no longer show is told so.
ARCHIVED = """
CREATE VIEW library.archived_prompts AS
SELECT p.id AS prompt_id, p.merged_into AS head_id FROM library.prompts AS p WHERE p.archived_at IS NOT NULL;
GRANT SELECT ON library.archived_prompts TO promptory_dashboard;
"""

READER = """
DROP POLICY reader ON library.prompts;
CREATE POLICY reader ON library.prompts FOR SELECT TO promptory_dashboard USING (
    (
        access = 'FREE'
        OR created_by = (SELECT library.viewer_id())
        OR (SELECT library.viewer_reads_pro())
    )
    AND (archived_at IS NULL OR {whose_archived})
);
"""
CURATORS = "(SELECT library.viewer_is_curator())"
OWN_AND_CURATORS = f"created_by = (SELECT library.viewer_id()) OR {CURATORS}"

# What is only counted waits for nobody; what a person asks for waits a little.
USES = """
CREATE FUNCTION library.record_use(event uuid, what text, prompt bigint, visit text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '250ms' AS $$
DECLARE
    today date := cast(now() AT TIME ZONE 'UTC' AS date);
    reader bigint := library.viewer_id();
    reads boolean;
BEGIN
    IF what NOT IN ('view', 'copy', 'paywall_view') THEN
        RAISE EXCEPTION 'library.record_use: % is no use of a prompt', what;
    END IF;
    SELECT coalesce(p.access = 'FREE' OR p.created_by = reader OR library.viewer_reads_pro(), false) INTO reads
    FROM library.prompts AS p WHERE p.id = prompt AND p.archived_at IS NULL;
    -- A lock is met by who may not read, and only a text that was read is viewed or copied.
    IF NOT FOUND OR reads = (what = 'paywall_view') THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('/', what, prompt, coalesce(reader::text, visit)), 0));
    IF EXISTS (SELECT FROM library.activity_events AS e WHERE e.event_id = event) OR (
        -- Within half an hour it is the same visit, in whatever window.
        what <> 'copy' AND EXISTS (
            SELECT FROM library.activity_events AS e
            WHERE
                e.user_id = reader AND e.prompt_id = prompt AND e.event_type = what
                AND e.occurred_at > now() - interval '30 minutes'
        )
    ) THEN
        RETURN false;
    END IF;
    IF to_regclass('library.activity_events' || to_char(today, '_YYYY_MM')) IS NULL THEN
        PERFORM library.ensure_activity_partitions(today, today);
    END IF;
    PERFORM library.revise_activity_day(now());
    INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, prompt_id, session_id)
    VALUES (event, now(), what, reader, prompt, left(visit, 200));
    RETURN true;
END $$;

CREATE FUNCTION library.record_like(prompt bigint, likes boolean, visit text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '3s' AS $$
DECLARE
    reader bigint := library.viewer_id();
    family bigint[];
    liked bigint[];
    said_at timestamptz;
    said_on date;
BEGIN
    -- A like of a prompt that was merged into this one is a like of this one.
    SELECT p.id || ARRAY(SELECT m.id FROM library.prompts AS m WHERE m.merged_into = p.id) INTO family
    FROM library.prompts AS p WHERE p.id = prompt AND p.archived_at IS NULL;
    IF NOT FOUND OR reader IS NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'like', prompt, reader), 0));
    liked := ARRAY(
        SELECT l.prompt_id FROM library.user_prompt_likes AS l
        WHERE l.user_id = reader AND l.prompt_id = ANY (family)
    );
    IF (cardinality(liked) > 0) = likes THEN
        RETURN false;
    END IF;
    IF likes THEN
        liked := ARRAY[prompt];
    END IF;
    -- Later than all that was said before: the last word holds.
    SELECT greatest(now(), max(e.occurred_at) + interval '1 microsecond') INTO said_at
    FROM library.activity_events AS e
    WHERE e.user_id = reader AND e.prompt_id = ANY (liked) AND e.event_type IN ('like', 'unlike');
    said_on := cast(said_at AT TIME ZONE 'UTC' AS date);
    IF to_regclass('library.activity_events' || to_char(said_on, '_YYYY_MM')) IS NULL THEN
        PERFORM library.ensure_activity_partitions(said_on, said_on);
    END IF;
    -- In the order of a load: days before likes.
    PERFORM library.revise_activity_day(said_at);
    INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, prompt_id, session_id)
    SELECT gen_random_uuid(), said_at, CASE WHEN likes THEN 'like' ELSE 'unlike' END, reader, c.prompt_id, left(visit, 200)
    FROM unnest(liked) AS c (prompt_id);
    IF likes THEN
        INSERT INTO library.user_prompt_likes (user_id, prompt_id, liked_at) VALUES (reader, prompt, said_at)
        ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM library.user_prompt_likes AS l WHERE l.user_id = reader AND l.prompt_id = ANY (liked);
    END IF;
    RETURN true;
END $$;
"""

# A text that a collection holds, too, is not one person's to change or to take away.
OWN = """
CREATE FUNCTION library.revise_prompt(
    prompt bigint, seen timestamptz, new_title text, new_description text, new_text text, new_hash bytea,
    new_variables jsonb, new_type text, new_access text, new_language text
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    was library.prompts;
BEGIN
    SELECT p.* INTO was FROM library.prompts AS p
    WHERE p.id = prompt AND p.created_by = library.viewer_id() AND p.archived_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'gone';
    END IF;
    IF was.updated_at <> seen THEN
        RETURN 'overtaken';
    END IF;
    IF was.content_hash <> new_hash
        AND EXISTS (SELECT FROM library.prompt_sources AS k WHERE k.prompt_id = prompt) THEN
        RETURN 'shared';
    END IF;
    IF (was.title, was.description, was.prompt_text) IS DISTINCT FROM (new_title, new_description, new_text) THEN
        INSERT INTO library.prompt_versions (prompt_id, version, title, description, prompt_text, content_hash)
        SELECT prompt, 1 + coalesce(max(v.version), 0), was.title, was.description, was.prompt_text, was.content_hash
        FROM library.prompt_versions AS v WHERE v.prompt_id = prompt;
    ELSIF (was.agent_type, was.access, was.language) IS NOT DISTINCT FROM (new_type, new_access, new_language) THEN
        RETURN 'unchanged';
    END IF;
    UPDATE library.prompts SET
        title = new_title, description = new_description, prompt_text = new_text, content_hash = new_hash,
        variables = new_variables, agent_type = new_type, access = new_access, language = new_language,
        updated_at = clock_timestamp()
    WHERE id = prompt;
    RETURN 'saved';
END $$;

CREATE FUNCTION library.tag_prompt(prompt bigint, names text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM FROM library.prompts AS p
    WHERE p.id = prompt AND p.created_by = library.viewer_id() AND p.archived_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO library.tags (name) SELECT DISTINCT n.name FROM unnest(names) AS n (name) ORDER BY 1
    ON CONFLICT (name) DO NOTHING;
    DELETE FROM library.prompt_tags AS pt USING library.tags AS t
    WHERE pt.prompt_id = prompt AND t.id = pt.tag_id AND t.name <> ALL (names);
    INSERT INTO library.prompt_tags (prompt_id, tag_id) SELECT prompt, t.id FROM library.tags AS t
    WHERE t.name = ANY (names) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;

CREATE FUNCTION library.delete_prompt(prompt bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM FROM library.prompts AS p
    WHERE p.id = prompt AND p.created_by = library.viewer_id() AND p.archived_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'gone';
    END IF;
    IF EXISTS (SELECT FROM library.prompt_sources AS k WHERE k.prompt_id = prompt) THEN
        RETURN 'shared';
    END IF;
    UPDATE library.prompts SET archived_at = now() WHERE id = prompt;
    RETURN 'saved';
END $$;

CREATE FUNCTION library.restore_prompt(prompt bigint, within interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE library.prompts AS p SET archived_at = NULL
    WHERE
        p.id = prompt AND p.created_by = library.viewer_id() AND p.merged_into IS NULL
        AND p.archived_at > now() - within;
    RETURN FOUND;
END $$;
"""

ASKED = (
    "record_use(uuid, text, bigint, text)",
    "record_like(bigint, boolean, text)",
    "revise_prompt(bigint, timestamptz, text, text, text, bytea, jsonb, text, text, text)",
    "tag_prompt(bigint, text[])",
    "delete_prompt(bigint)",
    "restore_prompt(bigint, interval)",
)


def upgrade() -> None:
    """Add what may be asked; who wrote a prompt sees it when it is archived, too."""
    op.execute(VERSIONS)
    op.execute(ARCHIVED)
    op.execute(READER.format(whose_archived=OWN_AND_CURATORS))
    op.execute(USES + OWN)
    for function in ASKED:
        op.execute(f"REVOKE ALL ON FUNCTION library.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION library.{function} TO promptory_dashboard")
    op.execute("GRANT INSERT (variables) ON library.prompts TO promptory_dashboard")


def downgrade() -> None:
    """Take it away, with the versions that people replaced."""
    op.execute("REVOKE INSERT (variables) ON library.prompts FROM promptory_dashboard")
    for function in reversed(ASKED):
        op.execute(f"DROP FUNCTION library.{function}")
    op.execute(READER.format(whose_archived=CURATORS))
    op.execute("DROP VIEW library.archived_prompts")
    op.execute("DELETE FROM library.prompt_versions WHERE replaced_by_batch_id IS NULL")
    op.execute("ALTER TABLE library.prompt_versions ALTER COLUMN replaced_by_batch_id SET NOT NULL")
