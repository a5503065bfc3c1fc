"""Import rejected records again once a curator has corrected them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, text

from ingest.batch import BatchResult
from ingest.prompts import ImportOptions, import_prompts
from schema.database import connect
from schema.errors import PromptoryError


def import_corrections(
    engine: Engine, batch_id: int, records: Mapping[int, Mapping[str, Any]], options: ImportOptions
) -> BatchResult:
    """Import `records` (rejection's id to corrected record) into the collection of the batch that rejected them.

    The rejections count as resolved; what is rejected again is a rejection of the new batch.

    Raises:
        PromptoryError: there is nothing to import, or the batch has no collection any more.
    """
    if not records:
        raise PromptoryError("There is no corrected record to import.")
    with connect(engine) as connection:
        collection = connection.scalar(
            text("""
                SELECT c.name FROM library.import_batches AS b
                INNER JOIN library.collections AS c ON c.id = b.collection_id
                WHERE b.id = :batch_id
            """),
            {"batch_id": batch_id},
        )
    if collection is None:
        raise PromptoryError(f"Import {batch_id} has no collection any more; import the file again instead.")
    with TemporaryDirectory(prefix="promptory-corrections-") as folder:
        file = Path(folder) / f"corrections of import {batch_id}.jsonl"
        lines = (json.dumps(dict(record), ensure_ascii=False) + "\n" for record in records.values())
        file.write_text("".join(lines), encoding="utf-8")
        options = replace(options, collection=collection, resolves=tuple(records), root=Path(folder))
        return import_prompts(engine, [file], options)
