"""Event files into the lake: read and checked as for the ledger, then added to their days."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Engine

from ingest.activity import merge
from ingest.activity.load import rejected_rows
from ingest.activity.reading import EventReading
from ingest.activity.records import CLOCK_TOLERANCE
from ingest.batch import BatchResult, FileResult, open_batch
from ingest.lake.days import each_day, open_day
from ingest.lake.ids import first_of_each
from ingest.lake.layout import EVENTS
from ingest.lake.manifest import Source
from ingest.lake.spool import Spool
from ingest.lake.staging import LakeStaging
from ingest.lake.store import Lake
from ingest.sources import Address, open_sources
from ingest.staging import Progress, no_progress
from schema.models import BatchKind

_RESOLVED = "UPDATE library.import_rejections SET resolved_at = now() WHERE id = ANY(:ids)"


@dataclass(slots=True)
class LakeResult:
    """What was written: the events that are new to each day whose version changed, and the batch of event files."""

    days: dict[date, int] = field(default_factory=dict)
    batch: BatchResult | None = None


def write_files(
    engine: Engine,
    lake: Lake,
    addresses: Sequence[Address],
    progress: Progress = no_progress,
    *,
    root: Address | None = None,
) -> LakeResult:
    """Add the events of files to the lake; writing them again changes nothing, and their order does not matter.

    What the library does not know, or keeps no longer, is rejected as the load of the ledger does. Each day is
    committed for itself, in order: what stops the writing midway leaves the days before it written, and the same files
    written again bring the others.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is written.
        LakeDayError: days' markers or files cannot be read; the other days are written.
        LakeError: the lake cannot be reached.
    """
    with (
        open_batch(engine, BatchKind.ACTIVITY, addresses, root=root, takes_turns=False) as batch,
        open_sources(addresses, root=root) as sources,
        closing(Spool()) as spool,
    ):
        staging = LakeStaging(batch, spool)
        EventReading(batch, staging, datetime.now(UTC) + CLOCK_TOLERANCE).read(sources, progress)
        days = _add_spooled(engine, lake, staging, progress)
        batch.run(merge.REFUSALS, batch_id=batch.id, files=[file.path for file in batch.files])
    return LakeResult(days, batch.result)


def write_rejected(engine: Engine, lake: Lake, progress: Progress = no_progress) -> LakeResult:
    """Add the events that were rejected before and could be added now, as what they name has come since.

    Those that still cannot stay as they are; `rejected` counts them.

    Raises:
        LakeDayError: days' markers or files cannot be read; all rejections stay, to be tried again.
        LakeError: the lake cannot be reached.
    """
    with open_batch(engine, BatchKind.ACTIVITY, [], takes_turns=False) as batch, closing(Spool()) as spool:
        file = FileResult("rejected before", "rejections")
        batch.files.append(file)
        staging = LakeStaging(batch, spool, is_retry=True)
        reading = EventReading(batch, staging, datetime.now(UTC) + CLOCK_TOLERANCE, is_retry=True)
        reading.read_rows(file, rejected_rows(engine))
        days = _add_spooled(engine, lake, staging, progress)
        for rejections in staging.accepted:
            batch.run(_RESOLVED, ids=rejections.to_pylist())
    return LakeResult(days, batch.result)


def _add_spooled(engine: Engine, lake: Lake, staging: LakeStaging, progress: Progress) -> dict[date, int]:
    """Add what is spooled to its days, and complete the counts of the batch's files; returns what is new by day."""
    repeated, days = Counter[int](), dict[date, int]()

    def add(day: date) -> None:
        added, again = add_events(engine, lake, day, staging.spool)
        repeated.update(again)
        if added:
            days[day] = added
        progress(str(day), added)

    each_day(staging.spool.days(), add)
    for number, file in enumerate(staging.batch.files):
        file.rejected += staging.rejected[number]
        file.duplicates = repeated[number]
        file.inserted = file.found - file.rejected - file.duplicates
    return days


def add_events(
    engine: Engine, lake: Lake, day: date, spool: Spool, source: Source = "files"
) -> tuple[int, Counter[int]]:
    """Add a day's spooled events that it does not hold; returns how many, and how many it had by number of file."""
    with open_day(engine, lake, day) as opened:
        ids = (events["event_id"].combine_chunks() for events in spool.events(day))
        is_first = first_of_each(opened.ids(opened.files()), ids, opened.manifest.events + spool.rows(day))
        if is_first.any():
            written = opened.write(source, kept_rows(spool.events(day), is_first))
            opened.commit([*opened.files(), *written], opened.manifest.own)
        return int(is_first.sum()), _counted_by_file(spool.events(day), ~is_first)


def kept_rows(tables: Iterator[pa.Table], is_kept: NDArray[np.bool_]) -> Iterator[pa.Table]:
    """The rows of spooled tables that a mask over all of them keeps, as EVENTS."""
    place = 0
    for table in tables:
        kept = is_kept[place : place + table.num_rows]
        place += table.num_rows
        yield table.select(EVENTS.names).filter(pa.array(kept))


def _counted_by_file(tables: Iterator[pa.Table], is_counted: NDArray[np.bool_]) -> Counter[int]:
    counts, place = Counter[int](), 0
    if not is_counted.any():
        return counts
    for table in tables:
        numbers = table["file_no"].to_numpy()[is_counted[place : place + table.num_rows]]
        place += table.num_rows
        counts.update(dict(enumerate(np.bincount(numbers).tolist())))
    return counts
