"""Prompts that people do not want to be recommended; the neighbour table is made outside dbt from now on."""

from alembic import op

revision = "0012"
down_revision = "0009"

HIDDEN = """
CREATE TABLE library.hidden_prompts (
    user_id BIGINT NOT NULL,
    prompt_id BIGINT NOT NULL,
    hidden_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_hidden_prompts PRIMARY KEY (user_id, prompt_id),
    CONSTRAINT fk_hidden_prompts_user_id FOREIGN KEY (user_id) REFERENCES library.users (id) ON DELETE CASCADE,
    CONSTRAINT fk_hidden_prompts_prompt_id FOREIGN KEY (prompt_id) REFERENCES library.prompts (id) ON DELETE CASCADE
);
CREATE INDEX ix_hidden_prompts_prompt_id ON library.hidden_prompts (prompt_id);
ALTER TABLE library.hidden_prompts ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON library.hidden_prompts TO promptory_dashboard;
CREATE POLICY own ON library.hidden_prompts TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id())) WITH CHECK (user_id = (SELECT library.viewer_id()));
GRANT SELECT, INSERT, UPDATE, DELETE ON library.hidden_prompts TO promptory_ingest;
CREATE POLICY ingest ON library.hidden_prompts TO promptory_ingest USING (true) WITH CHECK (true);
"""

# dbt built a table of this name; a view takes its place at the next refresh.
DROP_TABLE_OF_DBT = """
DO $$ BEGIN
    IF EXISTS (
        SELECT FROM pg_class AS c
        WHERE c.relnamespace = 'analytics'::regnamespace AND c.relname = 'prompt_neighbours' AND c.relkind = 'r'
    ) THEN
        DROP TABLE analytics.prompt_neighbours;
    END IF;
END $$
"""


def upgrade() -> None:
    """Add the table, which a person sees their own rows of, and make room for the view."""
    op.execute(HIDDEN)
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute(DROP_TABLE_OF_DBT)
    op.execute("SET LOCAL ROLE promptory_owner")


def downgrade() -> None:
    """Take both away."""
    op.execute("DROP TABLE library.hidden_prompts")
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP VIEW IF EXISTS analytics.prompt_neighbours")
    op.execute("SET LOCAL ROLE promptory_owner")
