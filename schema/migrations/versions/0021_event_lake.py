"""Which version of a day in the event lake its revision answers for."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE library.activity_days ADD COLUMN lake_version TEXT")


def downgrade() -> None:
    """Take it away. The lake keeps its days."""
    op.execute("ALTER TABLE library.activity_days DROP COLUMN lake_version")
