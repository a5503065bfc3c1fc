"""What each person viewed and copied last, where the events themselves lie in the lake only.

A person's own row answers for hundreds of events: two arrays take a quarter of the room of a row each.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

TABLE = """
CREATE TABLE library.recent_uses (
    user_id BIGINT NOT NULL,
    event_type VARCHAR(20) NOT NULL,
    prompt_ids BIGINT[] NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE[] NOT NULL,
    CONSTRAINT pk_recent_uses PRIMARY KEY (user_id, event_type),
    CONSTRAINT fk_recent_uses_user_id FOREIGN KEY (user_id) REFERENCES library.users (id) ON DELETE CASCADE,
    CONSTRAINT ck_recent_uses_event_type CHECK (event_type IN ('view', 'copy')),
    CONSTRAINT ck_recent_uses_a_moment_each CHECK (cardinality(prompt_ids) = cardinality(used_at))
);
ALTER TABLE library.recent_uses ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON library.recent_uses TO promptory_ingest;
CREATE POLICY ingest ON library.recent_uses TO promptory_ingest USING (true) WITH CHECK (true);
GRANT SELECT ON library.recent_uses TO promptory_dashboard;
CREATE POLICY own ON library.recent_uses FOR SELECT TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id()));
"""


def upgrade() -> None:
    """Add the table, of which a person sees their own rows."""
    op.execute(TABLE)


def downgrade() -> None:
    """Take it away; the lake has it all."""
    op.execute("DROP TABLE library.recent_uses")
