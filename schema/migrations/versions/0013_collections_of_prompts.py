"""Which collections hold a prompt belongs to its card: everybody may see it, and filter by it.

The policy on `prompt_sources` looks at the prompt of each source, which is too slow where thousands are compared.
"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Show the collections of prompts, and of a source neither title, key, tags nor address."""
    op.execute("""
        CREATE VIEW library.prompt_collections AS
        SELECT s.prompt_id, s.collection_id, c.name AS collection_name
        FROM library.prompt_sources AS s
        INNER JOIN library.collections AS c ON c.id = s.collection_id
        WHERE s.vanished_batch_id IS NULL
    """)
    op.execute("GRANT SELECT ON library.prompt_collections TO promptory_ingest, promptory_dashboard, promptory_dbt")


def downgrade() -> None:
    """Take it away, and what was built on it."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP TABLE IF EXISTS analytics.search_facets")
    op.execute("DROP VIEW IF EXISTS analytics.stg_library__prompt_collections")
    op.execute("SET LOCAL ROLE promptory_owner")
    op.execute("DROP VIEW library.prompt_collections")
