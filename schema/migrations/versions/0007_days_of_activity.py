"""Which days of the ledger changed, indexes that many events afford, and months that are kept no longer.

A day's revision is newer than anything that read the day before it changed. A load gives its days new ones itself;
triggers do it for events that go or change with their prompts and people.
"""

from alembic import op

from schema.migrations import warehouse

revision = "0007"
down_revision = "0006"

DAYS = """
CREATE SEQUENCE library.activity_revisions;
CREATE TABLE library.activity_days (
    activity_date DATE NOT NULL,
    revision BIGINT DEFAULT nextval('library.activity_revisions') NOT NULL,
    events_dropped_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_activity_days PRIMARY KEY (activity_date)
);
INSERT INTO library.activity_days (activity_date)
SELECT DISTINCT cast(occurred_at AT TIME ZONE 'UTC' AS date) FROM library.activity_events ORDER BY 1;

CREATE FUNCTION library.revise_activity_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO library.activity_days AS d (activity_date)
    SELECT DISTINCT cast(b.occurred_at AT TIME ZONE 'UTC' AS date) FROM before_rows AS b ORDER BY 1
    ON CONFLICT (activity_date) DO UPDATE SET revision = excluded.revision;
    RETURN NULL;
END $$;
CREATE TRIGGER revise_days_deleted AFTER DELETE ON library.activity_events
    REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION library.revise_activity_days();
CREATE TRIGGER revise_days_updated AFTER UPDATE ON library.activity_events
    REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION library.revise_activity_days();

GRANT SELECT, INSERT, UPDATE ON library.activity_days TO promptory_ingest;
GRANT USAGE ON SEQUENCE library.activity_revisions TO promptory_ingest;
GRANT SELECT ON library.activity_days TO promptory_dbt;
"""

# Days are read by their place in the ledger; people and prompts by key.
INDEXES = """
DROP INDEX library.ix_activity_events_occurred_at;
DROP INDEX library.ix_activity_events_user_id_prompt_id;
CREATE INDEX ix_activity_events_occurred_at ON library.activity_events USING brin (occurred_at)
    WITH (pages_per_range = 16);
CREATE INDEX ix_activity_events_user_id_occurred_at ON library.activity_events (user_id, occurred_at);
CREATE INDEX ix_activity_events_likes ON library.activity_events (user_id, prompt_id, occurred_at)
    WHERE event_type IN ('like', 'unlike');
"""
WITHOUT_INDEXES = """
DROP INDEX library.ix_activity_events_likes;
DROP INDEX library.ix_activity_events_user_id_occurred_at;
DROP INDEX library.ix_activity_events_occurred_at;
CREATE INDEX ix_activity_events_occurred_at ON library.activity_events (occurred_at);
CREATE INDEX ix_activity_events_user_id_prompt_id ON library.activity_events (user_id, prompt_id);
"""

RETENTION = """
CREATE FUNCTION library.drop_activity_before(first_kept date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    partition_name text;
    dropped integer := 0;
BEGIN
    IF first_kept <> date_trunc('month', first_kept::timestamp) THEN
        RAISE EXCEPTION 'months are dropped whole';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('library.ensure_activity_partitions'));
    FOR partition_name IN
        SELECT c.relname FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'library.activity_events'::regclass
        AND to_date(right(c.relname, 7), 'YYYY_MM') < first_kept
        ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE library.%I', partition_name);
        dropped := dropped + 1;
    END LOOP;
    UPDATE library.activity_days SET events_dropped_at = now()
    WHERE activity_date < first_kept AND events_dropped_at IS NULL;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION library.drop_activity_before(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.drop_activity_before(date) TO promptory_ingest;
"""

# A month that has no events yet can be filled as a bare table, which becomes a partition when it is whole.
MONTHS = """
CREATE FUNCTION library.begin_activity_month(month_start date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    partition_name text := 'activity_events_' || to_char(date_trunc('month', month_start::timestamp), 'YYYY_MM');
    has_events boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('library.ensure_activity_partitions'));
    IF to_regclass('library.' || partition_name) IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM library.%I)', partition_name) INTO has_events;
        IF has_events THEN
            RETURN NULL;
        END IF;
        EXECUTE format('DROP TABLE library.%I', partition_name);
    END IF;
    EXECUTE format('CREATE TABLE library.%I (LIKE library.activity_events INCLUDING CONSTRAINTS)', partition_name);
    EXECUTE format('GRANT INSERT ON library.%I TO promptory_ingest', partition_name);
    RETURN partition_name;
END $$;

CREATE FUNCTION library.finish_activity_month(month_start date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET maintenance_work_mem = '128MB' AS $$
DECLARE
    first_day date := date_trunc('month', month_start::timestamp);
    partition_name text := 'activity_events_' || to_char(first_day, 'YYYY_MM');
BEGIN
    EXECUTE format('REVOKE ALL ON library.%I FROM promptory_ingest', partition_name);
    EXECUTE format('ANALYZE library.%I', partition_name);
    EXECUTE format(
        'ALTER TABLE library.activity_events ATTACH PARTITION library.%I FOR VALUES FROM (%L) TO (%L)',
        partition_name, first_day || ' 00:00:00+00', (first_day + interval '1 month')::date || ' 00:00:00+00'
    );
END $$;
REVOKE ALL ON FUNCTION library.begin_activity_month(date), library.finish_activity_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.begin_activity_month(date), library.finish_activity_month(date) TO promptory_ingest;
"""


def upgrade() -> None:
    """Add the days with their triggers, exchange the indexes, and let old months be dropped."""
    op.execute(DAYS)
    op.execute(INDEXES)
    op.execute(RETENTION)
    op.execute(MONTHS)


def downgrade() -> None:
    """Take them away."""
    warehouse.drop_views()
    op.execute("DROP FUNCTION library.begin_activity_month(date)")
    op.execute("DROP FUNCTION library.finish_activity_month(date)")
    op.execute("DROP FUNCTION library.drop_activity_before(date)")
    op.execute(WITHOUT_INDEXES)
    op.execute("DROP TRIGGER revise_days_updated ON library.activity_events")
    op.execute("DROP TRIGGER revise_days_deleted ON library.activity_events")
    op.execute("DROP FUNCTION library.revise_activity_days()")
    op.execute("DROP TABLE library.activity_days")
    op.execute("DROP SEQUENCE library.activity_revisions")
