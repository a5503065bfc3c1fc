"""What dbt built on the library, when the library's tables change below it."""

from alembic import op


def drop_views() -> None:
    """Drop dbt's views, which hold on to columns and tables of the library; the next build makes them again."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("""
        DO $$ DECLARE view_name text; BEGIN
            FOR view_name IN
                SELECT c.relname FROM pg_class AS c
                WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind = 'v'
            LOOP
                EXECUTE format('DROP VIEW IF EXISTS analytics.%I CASCADE', view_name);
            END LOOP;
        END $$
    """)
    op.execute("SET LOCAL ROLE promptory_owner")
