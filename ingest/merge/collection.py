"""The collection that a batch brings, and the earlier rejections that it resolves."""

COLLECTION = """
WITH added AS (
    INSERT INTO library.collections (name, licence) VALUES (:name, :licence)
    ON CONFLICT (name) DO NOTHING RETURNING id
), noted AS (
    INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'collections', id FROM added
), chosen AS (
    SELECT id FROM added UNION ALL SELECT id FROM library.collections WHERE name = :name
)
UPDATE library.import_batches SET collection_id = (SELECT id FROM chosen LIMIT 1)
WHERE id = :batch_id
RETURNING collection_id
"""

LICENCE = """
WITH noted AS (
    INSERT INTO library.import_changes (batch_id, relation, row_id, before)
    SELECT :batch_id, 'collections', id, to_jsonb(c) FROM library.collections AS c
    WHERE id = :collection_id AND licence IS DISTINCT FROM :licence
    ON CONFLICT DO NOTHING
)
UPDATE library.collections SET licence = :licence WHERE id = :collection_id AND licence IS DISTINCT FROM :licence
"""

RESOLVED = """
WITH resolved AS (
    UPDATE library.import_rejections SET resolved_at = now() WHERE id = ANY(:resolves) AND resolved_at IS NULL
    RETURNING id
)
INSERT INTO library.import_changes (batch_id, relation, row_id) SELECT :batch_id, 'import_rejections', id FROM resolved
"""
