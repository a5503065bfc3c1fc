"""The dashboard's own events are found among those that were loaded, where another engine counts: none reads all."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX ix_activity_events_own ON library.activity_events (occurred_at) WHERE batch_id IS NULL")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP INDEX library.ix_activity_events_own")
