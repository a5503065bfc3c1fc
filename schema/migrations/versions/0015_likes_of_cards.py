"""The likes of a card are counted without sorting them, unless prompts were merged into it: few were."""

from alembic import op

revision = "0015"
down_revision = "0014"

CARDS = """
CREATE OR REPLACE VIEW library.prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key,
    p.created_by, u.name AS creator_name, p.created_at, p.updated_at, {likes} AS likes, p.translation_of
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by
WHERE p.archived_at IS NULL;
"""
SORTED = """(
        SELECT count(DISTINCT l.user_id) FROM library.user_prompt_likes AS l
        WHERE l.prompt_id = ANY (p.id || ARRAY(SELECT m.id FROM library.prompts AS m WHERE m.merged_into = p.id))
    )"""
UNSORTED_WHERE_ALONE = f"""
    CASE
        WHEN EXISTS (SELECT FROM library.prompts AS m WHERE m.merged_into = p.id) THEN {SORTED}
        ELSE (SELECT count(*) FROM library.user_prompt_likes AS l WHERE l.prompt_id = p.id)
    END"""


def upgrade() -> None:
    """Count the quick way."""
    op.execute(CARDS.format(likes=UNSORTED_WHERE_ALONE))


def downgrade() -> None:
    """Count the slow way."""
    op.execute(CARDS.format(likes=SORTED))
