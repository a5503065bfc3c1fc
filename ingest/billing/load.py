"""Load billing records of any known shape, told by their content, in one transaction."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, text

from ingest.batch import Batch, BatchResult, FileResult, open_batch
from ingest.billing.derive import OF_BATCH, derive
from ingest.billing.events import keep_events
from ingest.billing.people import find_people
from ingest.billing.shape import COLUMNS, TABLE, Shape
from ingest.billing.spans import SPANS, UNKNOWN_PLANS, take_spans
from ingest.billing.status import STATUS_OF_PEOPLE
from ingest.billing.stripe_events import STRIPE_EVENTS
from ingest.billing.stripe_export import STRIPE_EXPORT
from ingest.readers import Fields, Row
from ingest.rejections import open_rejections
from ingest.sources import Address, open_sources
from ingest.staging import Progress, Staging, no_progress
from ingest.text import without_unstorable
from schema.models import BatchKind

SHAPES = (STRIPE_EVENTS, STRIPE_EXPORT, SPANS)

OTHER = "UPDATE staged_billing SET outcome = 'unchanged' WHERE outcome IS NULL AND kind = 'OTHER'"
DECIDED = """
SELECT
    staged_id, file_no, row_number, outcome, reason,
    coalesce(record, cast(kept AS jsonb)) AS record
FROM staged_billing
"""

# Row numbers count the open rejections; no other load can have added one meanwhile.
RESOLVED = """
WITH retried AS (
    SELECT r.id, row_number() OVER (ORDER BY r.id) AS place
    FROM library.import_rejections AS r
    INNER JOIN library.import_batches AS b ON b.id = r.batch_id
    WHERE b.kind = 'SUBSCRIPTIONS' AND r.resolved_at IS NULL
)
UPDATE library.import_rejections AS r SET resolved_at = now()
FROM retried AS t
INNER JOIN staged_billing AS s ON s.row_number = t.place
WHERE r.id = t.id AND s.outcome <> 'rejected'
"""


def load_subscriptions(
    engine: Engine, paths: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load spans, Stripe's exports and Stripe's events, and bring everybody's FREE or PRO up to date.

    Loading a record again changes nothing, and the order of events does not matter.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
    """
    with (
        open_batch(engine, BatchKind.SUBSCRIPTIONS, paths, root=root) as batch,
        open_sources(paths, root=root) as sources,
    ):
        staging = _staging(batch)
        staging.load(sources, _staged, progress)
        _merge(batch)
        staging.settle(DECIDED)
    return batch.result


def retry_subscriptions(engine: Engine) -> BatchResult:
    """Load the records that were rejected and can be loaded now, as the person or the price they name is known since.

    Those that still cannot stay as they are; `rejected` counts them.
    """
    with open_batch(engine, BatchKind.SUBSCRIPTIONS, []) as batch, TemporaryDirectory() as folder:
        rejected = Path(folder) / "rejected.jsonl"
        if _write_rejected(batch, rejected):
            with open_sources([rejected]) as sources:
                _staging(batch).load(sources, _staged)
            _merge(batch)
            batch.run(RESOLVED)
            counts = batch.connection.execute(text("SELECT outcome, count(*) FROM staged_billing GROUP BY 1"))
            found = batch.files[0].found
            batch.files[0] = FileResult("rejected before", "rejections", found, **dict(counts.tuples().all()))
    return batch.result


def _write_rejected(batch: Batch, path: Path) -> int:
    """Write the open rejections in their order, a record a line; returns their number."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for _, record in open_rejections(batch.connection, BatchKind.SUBSCRIPTIONS):
            file.write(json.dumps(record) + "\n")
            written += 1
    return written


def _staging(batch: Batch) -> Staging:
    return Staging(batch, TABLE, COLUMNS, (), _kept, lambda fields: _shape_of(fields).name)


def _merge(batch: Batch) -> None:
    batch.run(OTHER)
    find_people(batch)
    batch.run(UNKNOWN_PLANS)
    keep_events(batch)
    take_spans(batch)
    derive(batch.connection, OF_BATCH, batch_id=batch.id)
    batch.run(STATUS_OF_PEOPLE)


def _shape_of(fields: Fields) -> Shape:
    return next(shape for shape in SHAPES if shape.recognises(fields))


def _kept(fields: Fields) -> Fields:
    return _shape_of(fields).kept(fields)


def _staged(row: Row) -> Sequence[Any]:
    shape = _shape_of(row.fields)
    kept = shape.kept(row.fields)
    values = {**shape.staged(kept), "kept": _as_json(kept)}
    return [values.get(column) for column in COLUMNS]


def _as_json(kept: dict[str, Any]) -> str:
    """The record as JSON that PostgreSQL takes; few have an escape, so few need to be looked through."""
    told = json.dumps(kept)
    return json.dumps(without_unstorable(kept)) if "\\u" in told else told
