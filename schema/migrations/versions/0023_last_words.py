"""The last word on a like holds where the like's own event lies in the lake only, and may be some minutes ahead."""

from alembic import op

revision = "0023"
down_revision = "0022"

RECORD_LIKE = """
CREATE OR REPLACE FUNCTION library.record_like(prompt bigint, likes boolean, visit text) RETURNS boolean
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
    SELECT greatest(now(), max(w.moment) + interval '1 microsecond') INTO said_at
    FROM (
        SELECT e.occurred_at AS moment FROM library.activity_events AS e
        WHERE e.user_id = reader AND e.prompt_id = ANY (liked) AND e.event_type IN ('like', 'unlike')
        {and_likes}
    ) AS w;
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
AND_LIKES = """UNION ALL
        SELECT l.liked_at FROM library.user_prompt_likes AS l
        WHERE l.user_id = reader AND l.prompt_id = ANY (liked)"""


def upgrade() -> None:
    """Say later than the ledger and than the like itself, which are the same where all events are in the ledger."""
    op.execute(RECORD_LIKE.format(and_likes=AND_LIKES))


def downgrade() -> None:
    """Say later than the ledger."""
    op.execute(RECORD_LIKE.format(and_likes=""))
