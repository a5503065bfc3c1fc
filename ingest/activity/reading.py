"""Event files read and checked: what is right goes to whoever keeps it, what is not is refused with its reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

import pyarrow as pa
from psycopg.types.json import Jsonb

from ingest.activity.blocks import NotByColumnError, blocks_of, ready
from ingest.activity.records import STAGED, to_event
from ingest.batch import Batch, FileResult
from ingest.errors import RecordError, UnreadableFileError
from ingest.readers import Row, reader_for
from ingest.sources import PassedOver, SourceFile, Sources
from ingest.staging import Progress, bounded, format_name
from ingest.text import without_unstorable

Refused = tuple[int, str, Any]
"""The row number of a record that cannot be loaded, the reason, and the record as JSON."""

_ROWS_AT_ONCE = 10_000


class EventSink(Protocol):
    """Who keeps the events of a batch. `file_no` counts its files."""

    def take(self, file_no: int, events: pa.Table) -> None:
        """Keep events, which are right as they stand: a table of STAGED."""
        ...

    def refuse(self, file_no: int, refused: list[Refused]) -> None:
        """Keep what cannot be loaded."""
        ...

    def forget(self, file_no: int) -> None:
        """Take back what was taken and refused of the last file."""
        ...


@dataclass(frozen=True, slots=True)
class EventReading:
    """Reads files for a batch, and counts what it finds in them.

    `latest` is the last moment that is not in the future. In a retry, rows are numbered by the rejections that hold
    them, and what is refused again stays as it is.
    """

    batch: Batch
    sink: EventSink
    latest: datetime
    is_retry: bool = False

    def read(self, sources: Sources, progress: Progress) -> None:
        """Read the events of files. One of a folder that cannot be read is refused for itself, as one record.

        Raises:
            UnreadableFileError: a file that was named cannot be read.
        """
        self.batch.passed_over.extend(sources.passed_over)
        for file in sources.files:
            try:
                self._read_file(file, progress)
            except UnreadableFileError as error:
                if file.named:
                    raise
                self.batch.passed_over.append(PassedOver(file.label, str(error)))
            file.forget()

    def read_rows(self, file: FileResult, rows: Iterable[Row]) -> None:
        """Take records one by one; those that cannot be loaded are kept as rejections."""
        rows = iter(rows)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            refused: list[Refused] = []
            events = list(self._events(some, refused))
            self._take(pa.Table.from_pylist(events, STAGED))
            if not self.is_retry:
                self.sink.refuse(self._file_no, refused)
            file.found += len(some)
            file.rejected += len(refused)

    @property
    def _file_no(self) -> int:
        return len(self.batch.files) - 1

    def _read_file(self, file: SourceFile, progress: Progress) -> None:
        reader = reader_for(file)
        result = FileResult(file.label, format_name(file, reader))
        self.batch.files.append(result)
        try:
            try:
                for block in blocks_of(file, reader):
                    events = ready(block, self.latest)
                    if events is None:
                        self.read_rows(result, block.rows())
                    else:
                        self._take(events)
                        result.found += events.num_rows
                    progress(file.name, result.found)
            except NotByColumnError:
                self._forget(result)
                self.read_rows(result, reader.rows(file))
                progress(file.name, result.found)
        except UnreadableFileError:
            self._forget(result)
            self.batch.files.pop()
            raise

    def _events(self, rows: list[Row], refused: list[Refused]) -> Iterator[dict[str, Any]]:
        for row in map(bounded, rows):
            try:
                if row.fault:
                    raise RecordError(row.fault)
                yield to_event(row.number, row.fields, self.latest)
            except RecordError as error:
                record = {name: value for name, value in row.fields.items() if value is not None}
                refused.append((row.number, without_unstorable(str(error)), Jsonb(without_unstorable(record))))

    def _take(self, events: pa.Table) -> None:
        if events.num_rows:
            self.sink.take(self._file_no, events)

    def _forget(self, file: FileResult) -> None:
        self.sink.forget(self._file_no)
        file.found = file.rejected = 0
