"""Import rejected records again once a curator has corrected them."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, text

from ingest.batch import BatchResult
from ingest.prompts import ImportOptions, import_prompts
from schema.database import connect
from schema.errors import PromptoryError
from schema.models import Tier

_REJECTING = """
SELECT
    c.name AS collection, coalesce(b.options, '{}') AS options,
    (
        SELECT count(*) FROM library.import_rejections AS r
        WHERE r.batch_id = b.id AND r.id = ANY(:rejections) AND r.resolved_at IS NULL
    ) AS waiting
FROM library.import_batches AS b
LEFT JOIN library.collections AS c ON c.id = b.collection_id
WHERE b.id = :batch_id
"""


def import_corrections(
    engine: Engine,
    batch_id: int,
    records: Mapping[int, Mapping[str, Any]],
    *,
    access: Tier | None = None,
    started_by: int | None = None,
) -> BatchResult:
    """Import `records` (rejection's id to corrected record) into the collection of the import that rejected them.

    They are read as the import was told to read; `access` goes before what it was told of that. The rejections count as
    resolved; what is rejected again is a rejection of the new batch.

    Raises:
        PromptoryError: there is nothing to import, the import has no collection any more, or a rejection is not one of
            its open ones.
    """
    if not records:
        raise PromptoryError("There is no corrected record to import.")
    with connect(engine) as connection:
        rejecting = connection.execute(
            text(_REJECTING), {"batch_id": batch_id, "rejections": list(records)}
        ).one_or_none()
    if rejecting is None or rejecting.collection is None:
        raise PromptoryError(f"Import {batch_id} has no collection any more; import the file again instead.")
    if rejecting.waiting < len(records):
        raise PromptoryError(
            f"Some of the records are no open rejections of import {batch_id}; they may have been corrected already. "
            "Nothing was imported; load the page again."
        )
    said = rejecting.options
    with TemporaryDirectory(prefix="promptory-corrections-") as folder:
        file = Path(folder) / f"corrections of import {batch_id}.jsonl"
        file.write_text("".join(f"{json.dumps(dict(record))}\n" for record in records.values()), encoding="ascii")
        options = ImportOptions(
            collection=rejecting.collection,
            access=access or access_said(said),
            licence=said.get("licence"),
            tags=tuple(said.get("tags", ())),
            mapping=said.get("mapping", {}),
            resolves=tuple(records),
            started_by=started_by,
            root=Path(folder),
        )
        return import_prompts(engine, [file], options)


def access_said(options: Mapping[str, Any] | None) -> Tier:
    """What an import was told of access. Where that is unknown, PRO: a text hidden by mistake does less harm."""
    return Tier((options or {}).get("access", Tier.PRO))
