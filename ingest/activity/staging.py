"""Events on their way into the ledger: temporary tables, filled by COPY a block at a time."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg.types.json import Jsonb

from ingest.activity.blocks import NotByColumnError, blocks_of, ready
from ingest.activity.records import STAGED, to_event
from ingest.activity.sending import Sender
from ingest.batch import Batch, FileResult
from ingest.errors import RecordError, UnreadableFileError
from ingest.readers import Row, reader_for
from ingest.sources import PassedOver, SourceFile, Sources
from ingest.staging import Progress, bounded, format_name
from ingest.text import without_unstorable

_ROWS_AT_ONCE = 10_000
_NAMES = ", ".join(STAGED.names)
_TABLE = """
CREATE TEMPORARY TABLE staged_events (
    staged_id bigint GENERATED ALWAYS AS IDENTITY, file_no integer,
    row_number bigint, event_id uuid, occurred_at timestamptz, event_type text, external_user text,
    library_prompt bigint, prompt_key text, session_id text, query text, result_count integer, position integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE refused_events (file_no integer, row_number bigint, reason text, record jsonb) ON COMMIT DROP
"""
_AS_CSV = pa_csv.WriteOptions(include_header=False)


@dataclass(frozen=True, slots=True)
class EventStaging:
    """The tables `staged_events` and `refused_events` of a batch; `file_no` counts its files.

    `latest` is the last moment that is not in the future. In a retry, rows are numbered by the rejections that hold
    them, and what is refused again stays as it is.
    """

    batch: Batch
    sender: Sender
    latest: datetime
    is_retry: bool = False

    def create(self) -> None:
        """Create the tables, empty."""
        self.batch.run(_TABLE)

    def read(self, sources: Sources, progress: Progress) -> None:
        """Stage the events of files. One of a folder that cannot be read is refused for itself, as one record.

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

    def stage_rows(self, file: FileResult, rows: Iterable[Row]) -> None:
        """Stage records one by one; those that cannot be loaded are kept as rejections."""
        rows = iter(rows)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            refused: list[tuple[int, str, Any]] = []
            events = list(self._events(some, refused))
            self._copy(pa.Table.from_pylist(events, STAGED))
            if not self.is_retry:
                self._copy_refused(refused)
            file.found += len(some)
            file.rejected += len(refused)

    def _read_file(self, file: SourceFile, progress: Progress) -> None:
        reader = reader_for(file)
        result = FileResult(file.label, format_name(file, reader))
        self.batch.files.append(result)
        try:
            try:
                for block in blocks_of(file, reader):
                    events = ready(block, self.latest)
                    if events is None:
                        self.stage_rows(result, block.rows())
                    else:
                        self._copy(events)
                        result.found += events.num_rows
                    progress(file.name, result.found)
            except NotByColumnError:
                self._forget(result)
                self.stage_rows(result, reader.rows(file))
                progress(file.name, result.found)
        except UnreadableFileError:
            self._forget(result)
            self.batch.files.pop()
            raise

    def _events(self, rows: list[Row], refused: list[tuple[int, str, Any]]) -> Iterator[dict[str, Any]]:
        for row in map(bounded, rows):
            try:
                if row.fault:
                    raise RecordError(row.fault)
                yield to_event(row.number, row.fields, self.latest)
            except RecordError as error:
                record = {name: value for name, value in row.fields.items() if value is not None}
                refused.append((row.number, without_unstorable(str(error)), Jsonb(without_unstorable(record))))

    def _copy(self, events: pa.Table) -> None:
        if not events.num_rows:
            return
        file_no = pa.array([len(self.batch.files) - 1] * events.num_rows, pa.int32())
        content = io.BytesIO()
        pa_csv.write_csv(events.append_column("file_no", file_no), content, _AS_CSV)
        self.sender.send(f"COPY staged_events ({_NAMES}, file_no) FROM STDIN (FORMAT csv)", content.getbuffer())

    def _copy_refused(self, refused: list[tuple[int, str, Any]]) -> None:
        self.sender.wait()
        file_no = len(self.batch.files) - 1
        with self.batch.cursor() as cursor, cursor.copy("COPY refused_events FROM STDIN") as copy:
            for one in refused:
                copy.write_row((file_no, *one))

    def _forget(self, file: FileResult) -> None:
        """Take back what was staged of the last file."""
        self.sender.wait()
        for table in ("staged_events", "refused_events"):
            self.batch.run(f"DELETE FROM {table} WHERE file_no = :file_no", file_no=len(self.batch.files) - 1)
        file.found = file.rejected = 0
