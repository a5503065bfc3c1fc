"""Imports that can be undone, translations, archived and merged prompts, and near-duplicates.

While `promptory.batch_id` is set, which an import does, every update of a prompt or of a source keeps the row as it was
in `import_changes`. What an import inserts needs no such copy: prompts and sources name their batch.
"""

from alembic import op

from schema.migrations import warehouse

revision = "0005"
down_revision = "0004"

COLUMNS = """
ALTER TABLE library.prompts
    ADD COLUMN negative_prompt TEXT,
    ADD COLUMN variables JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN translation_of BIGINT,
    ADD COLUMN archived_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN merged_into BIGINT,
    ADD COLUMN batch_id BIGINT,
    ADD CONSTRAINT ck_prompts_merged_is_archived CHECK (merged_into IS NULL OR archived_at IS NOT NULL),
    ADD CONSTRAINT fk_prompts_translation_of FOREIGN KEY(translation_of) REFERENCES library.prompts (id) ON DELETE SET NULL,
    ADD CONSTRAINT fk_prompts_merged_into FOREIGN KEY(merged_into) REFERENCES library.prompts (id),
    ADD CONSTRAINT fk_prompts_batch_id FOREIGN KEY(batch_id) REFERENCES library.import_batches (id);
CREATE INDEX ix_prompts_translation_of ON library.prompts (translation_of) WHERE translation_of IS NOT NULL;
CREATE INDEX ix_prompts_merged_into ON library.prompts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_prompts_batch_id ON library.prompts (batch_id);

ALTER TABLE library.prompt_sources
    ADD COLUMN origin TEXT,
    ADD COLUMN licence TEXT,
    ADD COLUMN translation_key TEXT,
    ADD COLUMN vanished_batch_id BIGINT,
    ADD CONSTRAINT fk_prompt_sources_vanished_batch_id
        FOREIGN KEY(vanished_batch_id) REFERENCES library.import_batches (id);
UPDATE library.prompt_sources SET origin = file;
ALTER TABLE library.prompt_sources ALTER COLUMN origin SET NOT NULL;
CREATE INDEX ix_prompt_sources_translation ON library.prompt_sources (collection_id, translation_key)
    WHERE translation_key IS NOT NULL;
CREATE INDEX ix_prompt_sources_vanished_batch_id ON library.prompt_sources (vanished_batch_id)
    WHERE vanished_batch_id IS NOT NULL;

ALTER TABLE library.import_batches
    ADD COLUMN passed_over JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN undone_at TIMESTAMP WITH TIME ZONE,
    DROP CONSTRAINT ck_import_batches_status,
    ADD CONSTRAINT ck_import_batches_status CHECK (status IN ('SUCCEEDED', 'FAILED', 'UNDONE'));
"""

TABLES = """
CREATE TABLE library.import_changes (
    batch_id BIGINT NOT NULL,
    relation TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    before JSONB,
    CONSTRAINT pk_import_changes PRIMARY KEY (relation, row_id, batch_id),
    CONSTRAINT ck_import_changes_relation CHECK (relation IN ('prompts', 'prompt_sources', 'prompt_tags', 'tags', 'users', 'collections', 'import_rejections')),
    CONSTRAINT fk_import_changes_batch_id FOREIGN KEY(batch_id) REFERENCES library.import_batches (id) ON DELETE CASCADE
);
CREATE INDEX ix_import_changes_batch_id ON library.import_changes (batch_id);

CREATE TABLE library.prompt_signatures (
    prompt_id BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    bands BIGINT[] NOT NULL,
    CONSTRAINT pk_prompt_signatures PRIMARY KEY (prompt_id),
    CONSTRAINT fk_prompt_signatures_prompt_id FOREIGN KEY(prompt_id) REFERENCES library.prompts (id) ON DELETE CASCADE
);
CREATE INDEX ix_prompt_signatures_bands ON library.prompt_signatures USING gin (bands);

CREATE TABLE library.near_duplicates (
    prompt_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    similarity DOUBLE PRECISION NOT NULL,
    decision VARCHAR(20),
    decided_by BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_near_duplicates PRIMARY KEY (prompt_id, other_id),
    CONSTRAINT ck_near_duplicates_order CHECK (prompt_id < other_id),
    CONSTRAINT ck_near_duplicates_similarity CHECK (similarity BETWEEN 0 AND 1),
    CONSTRAINT ck_near_duplicates_decision CHECK (decision IN ('KEPT', 'MERGED')),
    CONSTRAINT fk_near_duplicates_prompt_id FOREIGN KEY(prompt_id) REFERENCES library.prompts (id) ON DELETE CASCADE,
    CONSTRAINT fk_near_duplicates_other_id FOREIGN KEY(other_id) REFERENCES library.prompts (id) ON DELETE CASCADE,
    CONSTRAINT fk_near_duplicates_decided_by FOREIGN KEY(decided_by) REFERENCES library.users (id) ON DELETE SET NULL
);
CREATE INDEX ix_near_duplicates_other_id ON library.near_duplicates (other_id);
CREATE INDEX ix_near_duplicates_decided_by ON library.near_duplicates (decided_by);
"""

BEFORE_IMAGES = """
CREATE FUNCTION library.keep_before_images() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    batch bigint := nullif(current_setting('promptory.batch_id', true), '')::bigint;
BEGIN
    IF batch IS NOT NULL THEN
        INSERT INTO library.import_changes (batch_id, relation, row_id, before)
        SELECT batch, TG_TABLE_NAME, b.id, to_jsonb(b) FROM before_rows AS b
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_before_images AFTER UPDATE ON library.prompts
    REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION library.keep_before_images();
CREATE TRIGGER keep_before_images AFTER UPDATE ON library.prompt_sources
    REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION library.keep_before_images();
"""

ACCESS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON
    library.import_changes, library.prompt_signatures, library.near_duplicates
TO promptory_ingest;
GRANT SELECT ON library.near_duplicates TO promptory_dashboard;
ALTER TABLE library.import_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE library.prompt_signatures ENABLE ROW LEVEL SECURITY;
ALTER TABLE library.near_duplicates ENABLE ROW LEVEL SECURITY;
CREATE POLICY ingest ON library.import_changes TO promptory_ingest USING (true) WITH CHECK (true);
CREATE POLICY ingest ON library.prompt_signatures TO promptory_ingest USING (true) WITH CHECK (true);
CREATE POLICY ingest ON library.near_duplicates TO promptory_ingest USING (true) WITH CHECK (true);
CREATE POLICY curator ON library.near_duplicates FOR SELECT TO promptory_dashboard
    USING ((SELECT library.viewer_is_admin()));

DROP POLICY reader ON library.prompts;
CREATE POLICY reader ON library.prompts FOR SELECT TO promptory_dashboard USING (
    (
        access = 'FREE'
        OR created_by = (SELECT library.viewer_id())
        OR (SELECT library.viewer_reads_pro())
    )
    AND (archived_at IS NULL OR (SELECT library.viewer_is_admin()))
);

CREATE OR REPLACE VIEW library.prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key,
    p.created_by, u.name AS creator_name, p.created_at, p.updated_at,
    (
        SELECT count(DISTINCT l.user_id) FROM library.user_prompt_likes AS l
        WHERE l.prompt_id = p.id OR l.prompt_id IN (SELECT m.id FROM library.prompts AS m WHERE m.merged_into = p.id)
    ) AS likes,
    p.translation_of
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by
WHERE p.archived_at IS NULL;
"""

WITHOUT_ACCESS = """
DROP POLICY reader ON library.prompts;
CREATE POLICY reader ON library.prompts FOR SELECT TO promptory_dashboard USING (
    access = 'FREE'
    OR created_by = (SELECT library.viewer_id())
    OR (SELECT library.viewer_reads_pro())
);
DROP VIEW library.prompt_cards;
CREATE VIEW library.prompt_cards AS
SELECT
    p.id, p.title, p.description, p.agent_type, p.access, p.language, p.image_key,
    p.created_by, u.name AS creator_name, p.created_at, p.updated_at,
    (SELECT count(*) FROM library.user_prompt_likes AS l WHERE l.prompt_id = p.id) AS likes
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by;
GRANT SELECT ON library.prompt_cards TO promptory_ingest, promptory_dashboard;
"""

WITHOUT_TABLES = """
DROP TRIGGER keep_before_images ON library.prompts;
DROP TRIGGER keep_before_images ON library.prompt_sources;
DROP FUNCTION library.keep_before_images();
DROP TABLE library.near_duplicates;
DROP TABLE library.prompt_signatures;
DROP TABLE library.import_changes;
"""

WITHOUT_COLUMNS = """
DELETE FROM library.import_batches AS b
WHERE b.status = 'UNDONE' AND NOT EXISTS (SELECT FROM library.import_rejections AS r WHERE r.batch_id = b.id);
UPDATE library.import_batches SET status = 'FAILED', failure = 'It was undone.' WHERE status = 'UNDONE';
ALTER TABLE library.import_batches
    DROP COLUMN passed_over,
    DROP COLUMN undone_at,
    DROP CONSTRAINT ck_import_batches_status,
    ADD CONSTRAINT ck_import_batches_status CHECK (status IN ('SUCCEEDED', 'FAILED'));
ALTER TABLE library.prompt_sources
    DROP COLUMN origin,
    DROP COLUMN licence,
    DROP COLUMN translation_key,
    DROP COLUMN vanished_batch_id;
ALTER TABLE library.prompts
    DROP COLUMN negative_prompt,
    DROP COLUMN variables,
    DROP COLUMN translation_of,
    DROP COLUMN archived_at,
    DROP COLUMN merged_into,
    DROP COLUMN batch_id;
"""


def upgrade() -> None:
    """Add the columns and tables, and let cards and policies leave archived prompts out."""
    op.execute(COLUMNS)
    op.execute(TABLES)
    op.execute(BEFORE_IMAGES)
    op.execute(ACCESS)


def downgrade() -> None:
    """Take them away. What dbt built on the columns goes, as it can be built again."""
    warehouse.drop_views()
    op.execute(WITHOUT_ACCESS)
    op.execute(WITHOUT_TABLES)
    op.execute(WITHOUT_COLUMNS)
