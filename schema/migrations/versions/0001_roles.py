"""Roles and schemas.

Roles belong to the whole server: they are shared with other databases on it, so going down drops a role only
where no other database uses it.
"""

from alembic import op

revision = "0001"
down_revision = None

ROLES = ("promptory_owner", "promptory_ingest", "promptory_dbt", "promptory_dashboard", "promptory_analyst")


def upgrade() -> None:
    """Create the five roles and the two schemas, then go on as promptory_owner."""
    for role in ROLES:
        op.execute(f"""
            DO $$ BEGIN
                CREATE ROLE {role} NOLOGIN;
            EXCEPTION WHEN duplicate_object THEN NULL;
            END $$
        """)
        # A server's roles may be another database's too, made by another user who let us use them.
        op.execute(f"""
            DO $$ BEGIN
                IF NOT pg_has_role(
                    CURRENT_USER, '{role}',
                    CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END
                ) THEN
                    GRANT {role} TO CURRENT_USER;
                END IF;
            END $$
        """)
    op.execute("CREATE SCHEMA library AUTHORIZATION promptory_owner")
    op.execute("CREATE SCHEMA analytics AUTHORIZATION promptory_dbt")
    op.execute("GRANT ALL ON alembic_version TO promptory_owner")
    op.execute("GRANT SELECT ON alembic_version TO PUBLIC")
    op.execute("SET LOCAL ROLE promptory_owner")
    op.execute("GRANT USAGE ON SCHEMA library TO promptory_ingest, promptory_dbt, promptory_dashboard")
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("GRANT USAGE ON SCHEMA analytics TO promptory_dashboard, promptory_analyst")
    op.execute("SET LOCAL ROLE promptory_owner")


def downgrade() -> None:
    """Drop both schemas, and the roles that nothing else needs."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP SCHEMA analytics CASCADE")
    op.execute("RESET ROLE")
    op.execute("DROP SCHEMA library CASCADE")
    op.execute("REVOKE ALL ON alembic_version FROM promptory_owner")
    for role in reversed(ROLES):
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_shdepend WHERE refobjid = '{role}'::regrole) THEN
                    DROP ROLE {role};
                END IF;
            END $$
        """)
