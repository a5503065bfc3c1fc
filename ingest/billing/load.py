"""Load billing records of any known shape, told by their content, in one transaction."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from ingest.batch import BatchResult, open_batch
from ingest.billing.derive import OF_BATCH, derive
from ingest.billing.events import keep_events
from ingest.billing.people import find_people
from ingest.billing.shape import COLUMNS, TABLE, Shape
from ingest.billing.spans import SPANS, UNKNOWN_PLANS, take_spans
from ingest.billing.status import STATUS_OF_PEOPLE
from ingest.billing.stripe_events import STRIPE_EVENTS
from ingest.billing.stripe_export import STRIPE_EXPORT
from ingest.readers import Fields, Row
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
        staging = Staging(batch, TABLE, COLUMNS, (), _kept, lambda fields: _shape_of(fields).name)
        staging.load(sources, _staged, progress)
        batch.run(OTHER)
        find_people(batch)
        batch.run(UNKNOWN_PLANS)
        keep_events(batch)
        take_spans(batch)
        derive(batch.connection, OF_BATCH, batch_id=batch.id)
        batch.run(STATUS_OF_PEOPLE)
        staging.settle(DECIDED)
    return batch.result


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
