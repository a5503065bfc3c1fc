"""Load event files, and events that were rejected before."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from ingest.activity import merge
from ingest.activity.known import find_known_events
from ingest.activity.months import insert_events
from ingest.activity.reading import EventReading
from ingest.activity.records import CLOCK_TOLERANCE
from ingest.activity.sending import open_sender
from ingest.activity.staging import EventStaging
from ingest.batch import Batch, BatchResult, FileResult, open_batch
from ingest.readers import Row
from ingest.rejections import open_rejections
from ingest.sources import Address, open_sources
from ingest.staging import Progress, no_progress
from schema.database import connect
from schema.models import BatchKind


def load_activity(
    engine: Engine, addresses: Sequence[Address], progress: Progress = no_progress, *, root: Address | None = None
) -> BatchResult:
    """Load events; loading them again changes nothing, and their order does not matter.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is loaded.
    """
    with (
        open_batch(engine, BatchKind.ACTIVITY, addresses, root=root) as batch,
        open_sources(addresses, root=root) as sources,
    ):
        with _reading(batch) as reading:
            reading.read(sources, progress)
        _merge(batch)
        batch.run(merge.REJECTIONS, batch_id=batch.id, files=[file.path for file in batch.files])
    return batch.result


def retry_activity(engine: Engine) -> BatchResult:
    """Load the events that were rejected and could be loaded now, as what they name has come since.

    Those that still cannot stay as they are; `rejected` counts them.
    """
    with open_batch(engine, BatchKind.ACTIVITY, []) as batch:
        file = FileResult("rejected before", "rejections")
        batch.files.append(file)
        with _reading(batch, is_retry=True) as reading:
            reading.read_rows(file, rejected_rows(engine))
        _merge(batch)
        batch.run(merge.RESOLVED)
    return batch.result


@contextmanager
def _reading(batch: Batch, *, is_retry: bool = False) -> Iterator[EventReading]:
    batch.run("SET LOCAL work_mem = '64MB'")
    with open_sender(batch) as sender:
        staging = EventStaging(batch, sender)
        staging.create()
        yield EventReading(batch, staging, datetime.now(UTC) + CLOCK_TOLERANCE, is_retry)


def _merge(batch: Batch) -> None:
    for statement in (*merge.NAMES, merge.UNKNOWN, merge.NO_LONGER_KEPT):
        batch.run(statement)
    find_known_events(batch, "staged_events")
    batch.run(merge.KNOWN)
    batch.run(merge.REPEATED)
    batch.run(merge.EXCLUDED_STATISTICS)
    batch.run(merge.NEW_DAYS)
    insert_events(batch)
    batch.run(merge.DAYS)
    batch.run(merge.LIKES)
    for file in batch.files:
        file.inserted = file.found - file.rejected
    for file_no, outcome, count in batch.connection.execute(text(merge.COUNTS)).tuples():
        file = batch.files[file_no]
        file.inserted -= count
        setattr(file, outcome, getattr(file, outcome) + count)


def rejected_rows(engine: Engine) -> Iterator[Row]:
    """The open rejections, over a connection of their own: the batch's is busy with COPY."""
    with connect(engine) as connection:
        for rejection_id, record in open_rejections(connection, BatchKind.ACTIVITY):
            yield Row(rejection_id, record)
