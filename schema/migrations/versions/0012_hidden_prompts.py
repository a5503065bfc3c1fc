"""Prompts that people do not want to be recommended.

The neighbour table is made outside dbt from now on, and the likes of a card are found by index: with an OR over the
prompt and those merged into it, each card read all likes of the library.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

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

CARDS = """
CREATE OR REPLACE VIEW library.prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key,
    p.created_by, u.name AS creator_name, p.created_at, p.updated_at,
    (SELECT count(DISTINCT l.user_id) FROM library.user_prompt_likes AS l WHERE {likes_of_p}) AS likes,
    p.translation_of
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by
WHERE p.archived_at IS NULL;
"""
BY_INDEX = "l.prompt_id = ANY (p.id || ARRAY(SELECT m.id FROM library.prompts AS m WHERE m.merged_into = p.id))"
BY_OR = "l.prompt_id = p.id OR l.prompt_id IN (SELECT m.id FROM library.prompts AS m WHERE m.merged_into = p.id)"

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
    op.execute(CARDS.format(likes_of_p=BY_INDEX))
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute(DROP_TABLE_OF_DBT)
    op.execute("SET LOCAL ROLE promptory_owner")


def downgrade() -> None:
    """Take them away."""
    op.execute(CARDS.format(likes_of_p=BY_OR))
    op.execute("DROP TABLE library.hidden_prompts")
    op.execute("SET LOCAL ROLE promptory_dbt")
    op.execute("DROP VIEW IF EXISTS analytics.prompt_neighbours")
    op.execute("SET LOCAL ROLE promptory_owner")
