"""dbt counts the prompts of each collection; the policy that shows it their rows is there already."""

from alembic import op

revision = "0016"
down_revision = "0012"


def upgrade() -> None:
    """Let dbt read which prompt came with which collection; of a source neither key nor address."""
    op.execute("GRANT SELECT (id, name) ON library.collections TO promptory_dbt")
    op.execute("GRANT SELECT (prompt_id, collection_id) ON library.prompt_sources TO promptory_dbt")


def downgrade() -> None:
    """Take the right away, and what was built by it."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP TABLE IF EXISTS analytics.search_facets")
    op.execute("SET LOCAL ROLE promptory_owner")
    op.execute("REVOKE SELECT (prompt_id, collection_id) ON library.prompt_sources FROM promptory_dbt")
    op.execute("REVOKE SELECT (id, name) ON library.collections FROM promptory_dbt")
