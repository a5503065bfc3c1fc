"""Who may read and write what: grants, row-level security, and the one view that shows PRO prompts without their text.

The viewer is `promptory.viewer_id`, set for each transaction. Rules that hold for every viewer:
a partition cannot be read directly (no grants on it), only the parent with its policies;
`prompt_cards` alone bypasses the policies, and has no column that holds a prompt's text.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

PROTECTED = (
    "users",
    "prompts",
    "prompt_versions",
    "prompt_sources",
    "user_prompt_likes",
    "activity_events",
    "subscriptions",
    "import_batches",
    "import_rejections",
)

VIEWER = """
CREATE FUNCTION library.viewer_id() RETURNS bigint LANGUAGE sql STABLE
RETURN nullif(current_setting('promptory.viewer_id', true), '')::bigint;

CREATE FUNCTION library.viewer_is_admin() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
RETURN EXISTS (SELECT FROM library.users AS u WHERE u.id = library.viewer_id() AND u.role = 'ADMIN');

CREATE FUNCTION library.viewer_reads_pro() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
RETURN EXISTS (
    SELECT FROM library.users AS u
    WHERE u.id = library.viewer_id() AND (u.role = 'ADMIN' OR u.subscription_status = 'PRO')
);

CREATE FUNCTION library.credentials(sign_in_email text)
RETURNS TABLE (user_id bigint, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    SELECT u.id, u.password_hash FROM library.users AS u WHERE lower(u.email) = lower(sign_in_email);
END;
REVOKE ALL ON FUNCTION library.credentials(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.credentials(text) TO promptory_dashboard;
"""

CARDS = """
CREATE VIEW library.prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key,
    p.created_by, u.name AS creator_name, p.created_at, p.updated_at,
    (SELECT count(*) FROM library.user_prompt_likes AS l WHERE l.prompt_id = p.id) AS likes
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by;
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA library TO promptory_ingest;
REVOKE INSERT, UPDATE, DELETE ON library.prompt_cards FROM promptory_ingest;

GRANT SELECT ON
    library.prompts, library.tags, library.prompt_tags, library.user_prompt_likes, library.activity_events,
    library.plans, library.subscriptions
TO promptory_dbt;
GRANT SELECT (id, external_id, name, role, subscription_status, created_at) ON library.users TO promptory_dbt;

GRANT SELECT ON
    library.collections, library.tags, library.prompt_tags, library.plans, library.prompt_cards,
    library.prompts, library.prompt_versions, library.prompt_sources, library.user_prompt_likes,
    library.activity_events, library.subscriptions, library.import_batches, library.import_rejections
TO promptory_dashboard;
GRANT SELECT (id, email, name, role, subscription_status, created_at) ON library.users TO promptory_dashboard;
GRANT INSERT (title, description, prompt_text, agent_type, created_by, access, language, content_hash)
    ON library.prompts TO promptory_dashboard;
"""

POLICIES = """
CREATE POLICY reader ON library.prompts FOR SELECT TO promptory_dashboard USING (
    access = 'FREE'
    OR created_by = (SELECT library.viewer_id())
    OR (SELECT library.viewer_reads_pro())
);
CREATE POLICY creator ON library.prompts FOR INSERT TO promptory_dashboard
    WITH CHECK (created_by = (SELECT library.viewer_id()));
CREATE POLICY reader ON library.prompt_versions FOR SELECT TO promptory_dashboard
    USING (EXISTS (SELECT FROM library.prompts AS p WHERE p.id = prompt_id));
CREATE POLICY reader ON library.prompt_sources FOR SELECT TO promptory_dashboard
    USING (EXISTS (SELECT FROM library.prompts AS p WHERE p.id = prompt_id));
CREATE POLICY themselves ON library.users FOR SELECT TO promptory_dashboard
    USING (id = (SELECT library.viewer_id()) OR (SELECT library.viewer_is_admin()));
CREATE POLICY own ON library.user_prompt_likes FOR SELECT TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id()));
CREATE POLICY own ON library.activity_events FOR SELECT TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id()));
CREATE POLICY own ON library.subscriptions FOR SELECT TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id()) OR (SELECT library.viewer_is_admin()));
CREATE POLICY curator ON library.import_batches FOR SELECT TO promptory_dashboard
    USING ((SELECT library.viewer_is_admin()));
CREATE POLICY curator ON library.import_rejections FOR SELECT TO promptory_dashboard
    USING ((SELECT library.viewer_is_admin()));
"""


DROP_WAREHOUSE = """
DO $$ DECLARE relation record; BEGIN
    FOR relation IN
        SELECT c.relname, c.relkind FROM pg_class AS c
        WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind IN ('r', 'v', 'm')
    LOOP
        IF to_regclass(format('analytics.%I', relation.relname)) IS NOT NULL THEN
            EXECUTE format(
                'DROP %s analytics.%I CASCADE',
                CASE relation.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END,
                relation.relname
            );
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Grant each role what it needs, and no more."""
    op.execute(VIEWER)
    op.execute(CARDS)
    op.execute(GRANTS)
    for table in PROTECTED:
        op.execute(f"ALTER TABLE library.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY ingest ON library.{table} TO promptory_ingest USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY warehouse ON library.{table} FOR SELECT TO promptory_dbt USING (true)")
    op.execute(POLICIES)


def downgrade() -> None:
    """Leave the tables to their owner alone; what dbt built on them goes, as it can be built again."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute(DROP_WAREHOUSE)
    op.execute("SET LOCAL ROLE promptory_owner")
    for table in PROTECTED:
        op.execute(f"""
            DO $$ DECLARE policy_name text; BEGIN
                FOR policy_name IN SELECT polname FROM pg_policy WHERE polrelid = 'library.{table}'::regclass LOOP
                    EXECUTE format('DROP POLICY %I ON library.{table}', policy_name);
                END LOOP;
            END $$
        """)
        op.execute(f"ALTER TABLE library.{table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP VIEW library.prompt_cards")
    for role in ("promptory_ingest", "promptory_dbt", "promptory_dashboard"):
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA library FROM {role}")
    op.execute("DROP FUNCTION library.credentials(text)")
    op.execute("DROP FUNCTION library.viewer_reads_pro()")
    op.execute("DROP FUNCTION library.viewer_is_admin()")
    op.execute("DROP FUNCTION library.viewer_id()")
