"""Pictures of prompts: what their keys look like, which ones an import left out, and the one that an author sets."""

from alembic import op

revision = "0019"
down_revision = "0018"

COLUMNS = r"""
ALTER TABLE library.prompts ADD CONSTRAINT ck_prompts_image_key CHECK (image_key ~ '^[0-9a-f]{64}\.webp$');
ALTER TABLE library.import_batches ADD COLUMN picture_faults JSONB DEFAULT '[]' NOT NULL;
"""

OWN = """
CREATE FUNCTION library.set_own_picture(prompt bigint, key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM FROM library.prompts AS p
    WHERE p.id = prompt AND p.created_by = library.viewer_id() AND p.archived_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE library.prompts AS p SET image_key = key, updated_at = clock_timestamp()
    WHERE p.id = prompt AND p.image_key IS DISTINCT FROM key;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION library.set_own_picture(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.set_own_picture(bigint, text) TO promptory_dashboard;
"""


def upgrade() -> None:
    """Add the column, the check and the function."""
    op.execute(COLUMNS)
    op.execute(OWN)


def downgrade() -> None:
    """Take them away. Prompts keep the keys of their pictures."""
    op.execute("DROP FUNCTION library.set_own_picture(bigint, text)")
    op.execute("ALTER TABLE library.import_batches DROP COLUMN picture_faults")
    op.execute("ALTER TABLE library.prompts DROP CONSTRAINT ck_prompts_image_key")
