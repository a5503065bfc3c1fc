"""Event files into the lake: read and checked as for the ledger, then added to their days."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, text

from ingest.activity import merge
from ingest.activity.load import rejected_rows
from ingest.activity.reading import EventReading, Refused
from ingest.activity.records import CLOCK_TOLERANCE, EARLIEST, STAGED
from ingest.activity.staging import RefusedEvents
from ingest.batch import Batch, BatchResult, FileResult, open_batch
from ingest.lake.days import each_day, open_day
from ingest.lake.ids import first_of_each
from ingest.lake.layout import EVENTS, Lake
from ingest.lake.names import Names, ids_as_bytes
from ingest.lake.spool import Spool
from ingest.sources import Address, open_sources
from ingest.staging import Progress, no_progress
from schema.models import BatchKind

_RESOLVED = "UPDATE library.import_rejections SET resolved_at = now() WHERE id = ANY(:ids)"
_IN_FILES = {"external_user": "user_id", "library_prompt": "prompt_id"}


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
        staging = _LakeStaging(batch, spool)
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
        staging = _LakeStaging(batch, spool, is_retry=True)
        reading = EventReading(batch, staging, datetime.now(UTC) + CLOCK_TOLERANCE, is_retry=True)
        reading.read_rows(file, rejected_rows(engine))
        days = _add_spooled(engine, lake, staging, progress)
        for rejections in staging.accepted:
            batch.run(_RESOLVED, ids=rejections.to_pylist())
    return LakeResult(days, batch.result)


def _add_spooled(engine: Engine, lake: Lake, staging: "_LakeStaging", progress: Progress) -> dict[date, int]:
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


def add_events(engine: Engine, lake: Lake, day: date, spool: Spool) -> tuple[int, Counter[int]]:
    """Add a day's spooled events that it does not hold; returns how many, and how many it had by number of file."""
    with open_day(engine, lake, day) as opened:
        ids = (events["event_id"].combine_chunks() for events in spool.events(day))
        is_first = first_of_each(opened.ids(opened.files()), ids, opened.manifest.events + spool.rows(day))
        if is_first.any():
            written = opened.write("files", kept_rows(spool.events(day), is_first))
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


class _LakeStaging:
    """An `EventSink` that spools events with the library's ids.

    `rejected` counts by file what the library does not know. In a retry nothing is kept of that, and `accepted` are the
    numbers of the rejections whose events were spooled.
    """

    def __init__(self, batch: Batch, spool: Spool, *, is_retry: bool = False) -> None:
        self.batch, self.spool, self._is_retry = batch, spool, is_retry
        self._names, self._refused = Names(batch.connection), RefusedEvents(batch)
        self._refused.create()
        self._first_kept = batch.connection.scalar(text(merge.FIRST_KEPT)) or EARLIEST
        self.rejected = Counter[int]()
        self.accepted: list[pa.ChunkedArray] = []

    def take(self, file_no: int, events: pa.Table) -> None:
        """Spool the events of people and prompts that the library knows."""
        people, prompts = self._names.resolved(events)
        strangers = pc.and_(pc.is_valid(events["external_user"]), pc.is_null(people))
        names_prompt = pc.or_(pc.is_valid(events["library_prompt"]), pc.is_valid(events["prompt_key"]))
        reasons = pc.case_when(
            pc.make_struct(strangers, pc.and_(names_prompt, pc.is_null(prompts)), self._is_kept_no_longer(events)),
            *(merge.UNKNOWN_PERSON, merge.UNKNOWN_PROMPT, merge.KEPT_NO_LONGER),
            pa.scalar(None, pa.string()),
        )
        events = events.append_column("user_id", people).append_column("prompt_id", prompts)
        is_refused = pc.is_valid(reasons)
        if pc.any(is_refused).as_py():
            self._reject(file_no, events.filter(is_refused), reasons.filter(is_refused))
            events = events.filter(pc.invert(is_refused))
        if self._is_retry:
            self.accepted.append(events["row_number"])
        ids = ids_as_bytes(events["event_id"])
        events = events.set_column(events.column_names.index("event_id"), "event_id", ids)
        self.spool.add(file_no, events.select(EVENTS.names).cast(EVENTS))

    def refuse(self, file_no: int, refused: list[Refused]) -> None:
        """Keep what cannot be loaded."""
        self._refused.add(file_no, refused)

    def forget(self, file_no: int) -> None:
        """Take back what a file brought."""
        self.spool.forget(file_no)
        self._refused.forget(file_no)
        del self.rejected[file_no]

    def _is_kept_no_longer(self, events: pa.Table) -> pa.ChunkedArray:
        return pc.less(events["occurred_at"], pa.scalar(self._first_kept))

    def _reject(self, file_no: int, events: pa.Table, reasons: pa.ChunkedArray) -> None:
        """Keep records in the words of a file, so that they can be loaded once the library knows their names."""
        self.rejected[file_no] += events.num_rows
        if self._is_retry:
            return
        refused: list[Refused] = []
        for record, reason in zip(events.select(STAGED.names).to_pylist(), reasons.to_pylist(), strict=True):
            number = record.pop("row_number")
            told = {_IN_FILES.get(name, name): value for name, value in record.items() if value is not None}
            refused.append((number, reason, Jsonb(told | {"occurred_at": record["occurred_at"].isoformat()})))
        self._refused.add(file_no, refused)
