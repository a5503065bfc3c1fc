"""What a curator said of an import is kept with it, and which one of a pair was merged into the other."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add both. The options of earlier imports are unknown; merges are told by the prompts, but for chains of them."""
    op.execute("ALTER TABLE library.import_batches ADD COLUMN options JSONB")
    op.execute("""
        ALTER TABLE library.near_duplicates
            ADD COLUMN merged_id BIGINT,
            ADD CONSTRAINT ck_near_duplicates_merged_id CHECK (
                CASE WHEN decision = 'MERGED' THEN merged_id IN (prompt_id, other_id) ELSE merged_id IS NULL END
            ) NOT VALID
    """)
    op.execute("""
        UPDATE library.near_duplicates AS d SET merged_id =
            CASE WHEN p.merged_into IS NOT DISTINCT FROM d.other_id THEN d.prompt_id ELSE d.other_id END
        FROM library.prompts AS p
        WHERE p.id = d.prompt_id AND d.decision = 'MERGED'
    """)
    op.execute("ALTER TABLE library.near_duplicates VALIDATE CONSTRAINT ck_near_duplicates_merged_id")


def downgrade() -> None:
    """Forget both."""
    op.execute("ALTER TABLE library.near_duplicates DROP COLUMN merged_id")
    op.execute("ALTER TABLE library.import_batches DROP COLUMN options")
