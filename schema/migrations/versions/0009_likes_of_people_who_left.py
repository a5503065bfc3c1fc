"""The likes of a person who is deleted stay in the ledger without them, as all their events do."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Let likes be nobody's; a load still rejects them."""
    op.execute("ALTER TABLE library.activity_events DROP CONSTRAINT ck_activity_events_likes_name_a_person")


def downgrade() -> None:
    """Ask for a person again; the likes of those who left go."""
    op.execute("DELETE FROM library.activity_events WHERE event_type IN ('like', 'unlike') AND user_id IS NULL")
    op.execute("""
        ALTER TABLE library.activity_events ADD CONSTRAINT ck_activity_events_likes_name_a_person
            CHECK (event_type NOT IN ('like', 'unlike') OR user_id IS NOT NULL)
    """)
