"""What was shown to readers and what they opened, and how well recommendations foresee, by night.

The dashboard writes through two functions that act for its viewer, and reads none of it. Lists, their prompts and
clicks share a partition a month and no foreign keys with each other: a month that others refer to could not be dropped.
"""

from alembic import op

from schema.migrations import warehouse

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE TABLE library.shown_lists (
    list_id UUID NOT NULL,
    shown_at TIMESTAMP WITH TIME ZONE NOT NULL,
    surface VARCHAR(20) NOT NULL,
    user_id BIGINT,
    search_event_id UUID,
    CONSTRAINT pk_shown_lists PRIMARY KEY (shown_at, list_id),
    CONSTRAINT ck_shown_lists_surface CHECK (surface IN ('search', 'for_you', 'trending', 'similar', 'new')),
    CONSTRAINT ck_shown_lists_only_a_search_names_one CHECK (search_event_id IS NULL OR surface = 'search'),
    CONSTRAINT fk_shown_lists_user_id FOREIGN KEY (user_id) REFERENCES library.users (id) ON DELETE SET NULL
) PARTITION BY RANGE (shown_at);
CREATE INDEX ix_shown_lists_user_id ON library.shown_lists (user_id);

CREATE TABLE library.impressions (
    list_id UUID NOT NULL,
    shown_at TIMESTAMP WITH TIME ZONE NOT NULL,
    prompt_id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    reason VARCHAR(20),
    CONSTRAINT pk_impressions PRIMARY KEY (shown_at, list_id, prompt_id),
    CONSTRAINT ck_impressions_place CHECK (place >= 1),
    CONSTRAINT fk_impressions_prompt_id FOREIGN KEY (prompt_id) REFERENCES library.prompts (id) ON DELETE CASCADE
) PARTITION BY RANGE (shown_at);
CREATE INDEX ix_impressions_prompt_id ON library.impressions (prompt_id);

CREATE TABLE library.impression_clicks (
    list_id UUID NOT NULL,
    shown_at TIMESTAMP WITH TIME ZONE NOT NULL,
    prompt_id BIGINT NOT NULL,
    action VARCHAR(20) NOT NULL,
    clicked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_impression_clicks PRIMARY KEY (shown_at, list_id, prompt_id, action),
    CONSTRAINT ck_impression_clicks_action CHECK (action IN ('open', 'copy')),
    CONSTRAINT fk_impression_clicks_prompt_id FOREIGN KEY (prompt_id) REFERENCES library.prompts (id) ON DELETE CASCADE
) PARTITION BY RANGE (shown_at);
CREATE INDEX ix_impression_clicks_prompt_id ON library.impression_clicks (prompt_id);

-- An event that the dashboard itself records comes with no batch.
ALTER TABLE library.activity_events ALTER COLUMN batch_id DROP NOT NULL;
"""
IMPRESSION_TABLES = ("shown_lists", "impressions", "impression_clicks")

MONTHS = """
CREATE FUNCTION library.ensure_impression_partitions(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    month_start date := date_trunc('month', first_day::timestamp);
    parent text;
    partition_name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('library.ensure_impression_partitions'));
    WHILE month_start <= last_day LOOP
        FOREACH parent IN ARRAY ARRAY['shown_lists', 'impressions', 'impression_clicks'] LOOP
            partition_name := parent || to_char(month_start, '_YYYY_MM');
            IF to_regclass('library.' || partition_name) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE library.%I PARTITION OF library.%I FOR VALUES FROM (%L) TO (%L)', partition_name, parent,
                    month_start || ' 00:00:00+00', (month_start + interval '1 month')::date || ' 00:00:00+00'
                );
            END IF;
        END LOOP;
        month_start := month_start + interval '1 month';
    END LOOP;
END $$;

CREATE FUNCTION library.drop_impressions_before(first_kept date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    partition_name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('library.ensure_impression_partitions'));
    FOR partition_name IN
        SELECT c.relname FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent IN (
            'library.shown_lists'::regclass, 'library.impressions'::regclass, 'library.impression_clicks'::regclass
        )
        AND to_date(right(c.relname, 7), 'YYYY_MM') < first_kept
    LOOP
        EXECUTE format('DROP TABLE library.%I', partition_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION library.ensure_impression_partitions(date, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION library.drop_impressions_before(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.ensure_impression_partitions(date, date) TO promptory_ingest;
GRANT EXECUTE ON FUNCTION library.drop_impressions_before(date) TO promptory_ingest;
"""

# A reader never waits for what is only counted: where a load holds the day, nothing is written.
RECORDING = """
CREATE FUNCTION library.revise_activity_day(moment timestamptz) RETURNS void
LANGUAGE sql SET search_path = ''
BEGIN ATOMIC
    INSERT INTO library.activity_days AS d (activity_date) VALUES (cast(moment AT TIME ZONE 'UTC' AS date))
    ON CONFLICT (activity_date) DO UPDATE SET revision = excluded.revision;
END;

CREATE FUNCTION library.record_shown(
    list_ids uuid[], surfaces text[], prompt_ids bigint[], places integer[], reasons text[],
    search uuid, visit text, asked text, results integer
) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '250ms' AS $$
DECLARE
    today date := cast(now() AT TIME ZONE 'UTC' AS date);
BEGIN
    IF to_regclass('library.impression_clicks' || to_char(today, '_YYYY_MM')) IS NULL THEN
        PERFORM library.ensure_impression_partitions(today, today);
    END IF;
    IF to_regclass('library.activity_events' || to_char(today, '_YYYY_MM')) IS NULL THEN
        PERFORM library.ensure_activity_partitions(today, today);
    END IF;
    INSERT INTO library.activity_events (event_id, occurred_at, event_type, user_id, session_id, query, result_count)
    SELECT search, now(), 'search', library.viewer_id(), visit, left(asked, 1000), results
    WHERE asked IS NOT NULL;
    INSERT INTO library.shown_lists (list_id, shown_at, surface, user_id, search_event_id)
    SELECT DISTINCT
        l.list_id, now(), l.surface, library.viewer_id(), CASE WHEN l.surface = 'search' THEN search END
    FROM unnest(list_ids, surfaces) AS l (list_id, surface);
    INSERT INTO library.impressions (list_id, shown_at, prompt_id, place, reason)
    SELECT i.list_id, now(), i.prompt_id, i.place, i.reason
    FROM unnest(list_ids, prompt_ids, places, reasons) AS i (list_id, prompt_id, place, reason);
    PERFORM library.revise_activity_day(now());
    RETURN now();
END $$;

CREATE FUNCTION library.record_click(list uuid, list_shown_at timestamptz, prompt bigint, what text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '250ms' AS $$
DECLARE
    clicked record;
BEGIN
    SELECT i.place, l.search_event_id INTO clicked
    FROM library.impressions AS i
    INNER JOIN library.shown_lists AS l ON l.shown_at = i.shown_at AND l.list_id = i.list_id
    WHERE
        i.shown_at = list_shown_at AND i.list_id = list AND i.prompt_id = prompt
        AND l.user_id IS NOT DISTINCT FROM library.viewer_id();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO library.impression_clicks (list_id, shown_at, prompt_id, action)
    VALUES (list, list_shown_at, prompt, what) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM library.revise_activity_day(list_shown_at);
    -- A search event names the prompt that was opened from it first.
    UPDATE library.activity_events AS e SET prompt_id = prompt, position = clicked.place
    WHERE
        e.event_id = clicked.search_event_id AND e.prompt_id IS NULL
        AND e.occurred_at BETWEEN list_shown_at - interval '1 day' AND list_shown_at;
END $$;
REVOKE ALL ON FUNCTION library.revise_activity_day(timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION library.record_shown(uuid[], text[], bigint[], integer[], text[], uuid, text, text, integer)
    FROM PUBLIC;
REVOKE ALL ON FUNCTION library.record_click(uuid, timestamptz, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.record_shown(uuid[], text[], bigint[], integer[], text[], uuid, text, text, integer)
    TO promptory_dashboard;
GRANT EXECUTE ON FUNCTION library.record_click(uuid, timestamptz, bigint, text) TO promptory_dashboard;
"""

# What a night's measurement said is not to be had again once the library went on.
NIGHTS = """
CREATE TABLE library.recommendation_nights (
    last_date DATE NOT NULL,
    test_days INTEGER NOT NULL,
    people INTEGER NOT NULL,
    prompts INTEGER NOT NULL,
    recall DOUBLE PRECISION NOT NULL,
    ndcg DOUBLE PRECISION NOT NULL,
    coverage DOUBLE PRECISION NOT NULL,
    popular_recall DOUBLE PRECISION NOT NULL,
    popular_ndcg DOUBLE PRECISION NOT NULL,
    popular_coverage DOUBLE PRECISION NOT NULL,
    measured_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_recommendation_nights PRIMARY KEY (last_date)
);
GRANT SELECT, INSERT, UPDATE ON library.recommendation_nights TO promptory_dbt;
"""

# Readers see no archived prompt, but what they said of one that was merged is said of its head.
MERGED = """
CREATE VIEW library.merged_prompts AS
SELECT p.id AS prompt_id, p.merged_into AS head_id FROM library.prompts AS p WHERE p.merged_into IS NOT NULL;
GRANT SELECT ON library.merged_prompts TO promptory_dashboard;
"""


def upgrade() -> None:
    """Create the tables, and the functions that fill them and keep their months."""
    op.execute(TABLES)
    op.execute(MONTHS)
    op.execute(RECORDING)
    for table in IMPRESSION_TABLES:
        op.execute(f"ALTER TABLE library.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY warehouse ON library.{table} FOR SELECT TO promptory_dbt USING (true)")
        op.execute(f"GRANT SELECT ON library.{table} TO promptory_dbt")
    op.execute(NIGHTS)
    op.execute(MERGED)


def downgrade() -> None:
    """Take them away, with the events that came with no batch."""
    warehouse.drop_views()
    op.execute("DROP VIEW library.merged_prompts")
    op.execute("DROP TABLE library.recommendation_nights")
    op.execute("DROP FUNCTION library.record_click(uuid, timestamptz, bigint, text)")
    op.execute(
        "DROP FUNCTION library.record_shown(uuid[], text[], bigint[], integer[], text[], uuid, text, text, integer)"
    )
    op.execute("DROP FUNCTION library.revise_activity_day(timestamptz)")
    op.execute("DROP FUNCTION library.drop_impressions_before(date)")
    op.execute("DROP FUNCTION library.ensure_impression_partitions(date, date)")
    for table in reversed(IMPRESSION_TABLES):
        op.execute(f"DROP TABLE library.{table}")
    op.execute("DELETE FROM library.activity_events WHERE batch_id IS NULL")
    op.execute("ALTER TABLE library.activity_events ALTER COLUMN batch_id SET NOT NULL")
