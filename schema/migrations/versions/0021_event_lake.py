"""Which version of a day in the event lake its revision answers for."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE library.activity_days ADD COLUMN lake_version TEXT")


def downgrade() -> None:
    """Take it away, and the view over it. The lake keeps its days."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP VIEW IF EXISTS analytics.stg_library__activity_days")
    op.execute("SET LOCAL ROLE promptory_owner")
    op.execute("ALTER TABLE library.activity_days DROP COLUMN lake_version")
