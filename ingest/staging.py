"""Staging: files stream by COPY into a temporary table, where SQL decides what becomes of each record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import CursorResult, text

from ingest.batch import Batch, FileResult
from ingest.errors import RecordError, UnreadableFileError
from ingest.readers import Fields, Reader, Row, reader_for
from ingest.sources import PassedOver, SourceFile, Sources
from ingest.text import is_deeper_than, without_unstorable

Validate = Callable[[Row], Sequence[Any]]
"""Turns a row into the values of the staging table's columns, or raises RecordError."""

Clean = Callable[[Fields], Fields]
"""Takes out of a rejected record what must be stored nowhere."""

NameShape = Callable[[Fields], str | None]
"""Names the shape of a file's records by the first of them, where it is a known one."""

Progress = Callable[[str, int], None]
"""Called now and then with a file's name and the number of its records read so far."""

PROGRESS_EVERY = 1000
MAX_DEPTH = 50

_BOOKKEEPING = ("file_no", "row_number", "outcome", "reason", "record")


def as_it_is(fields: Fields) -> Fields:
    """For records with nothing to take out."""
    return fields


def no_progress(_file: str, _records: int) -> None:
    """For callers that show nothing."""


def bounded(row: Row) -> Row:
    """The row as it may be used: not nested without end."""
    if is_deeper_than(row.fields, MAX_DEPTH):
        return Row(row.number, {}, f"is nested more than {MAX_DEPTH} levels deep")
    return row


def format_name(file: SourceFile, reader: Reader, shape: str | None = None) -> str:
    """What a file is, for people: `json: ShareGPT`, `csv, CP949 (Korean Windows)`."""
    name = f"{reader.name}: {shape}" if shape else reader.name
    return name if file.encoding in (None, "utf-8", "utf-8-sig") else f"{name}, {file.encoding_name}"


def no_shape(_fields: Fields) -> None:
    """For records that are of one kind only."""


@dataclass(frozen=True, slots=True)
class Staging:
    """A temporary table `name` with `columns` (name to SQL type) beside its bookkeeping.

    The bookkeeping is `staged_id` (order of reading), `file_no`, `row_number`, `outcome` (inserted, updated, unchanged,
    duplicates or rejected; null while undecided), and `reason` and `record` of a rejection; its row number is 0 where
    the whole file was refused. `shown` are the columns that a rejection found later shows to the curator. `read` are
    the files in the order of their numbers.
    """

    batch: Batch
    name: str
    columns: dict[str, str]
    shown: tuple[str, ...]
    clean: Clean = as_it_is
    name_shape: NameShape = no_shape
    read: list[SourceFile] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def load(self, sources: Sources, validate: Validate, progress: Progress = no_progress) -> None:
        """Create the table and COPY the validated records of `sources` into it.

        Of a folder or an archive, a file that cannot be read is refused for itself, as one record.

        Raises:
            UnreadableFileError: a file that was named cannot be read.
        """
        definitions = ", ".join(f"{column} {kind}" for column, kind in self.columns.items())
        self.batch.run(f"""
            CREATE TEMPORARY TABLE {self.name} (
                staged_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                file_no integer, row_number integer, outcome text, reason text, record jsonb, {definitions}
            ) ON COMMIT DROP
        """)
        names = ", ".join((*_BOOKKEEPING, *self.columns))
        with self.batch.cursor() as cursor, cursor.copy(f"COPY {self.name} ({names}) FROM STDIN") as copy:
            for values in self._staged_rows(sources, validate, progress):
                copy.write_row(values)
        for file_no, reason in self.refused.items():
            self.refuse(file_no, reason)
        self.batch.run(f"ANALYZE {self.name}")

    def refuse(self, file_no: int, reason: str) -> None:
        """Take back what was read of a file; it counts as one record that is rejected."""
        self.batch.run(f"DELETE FROM {self.name} WHERE file_no = :file_no", file_no=file_no)
        self.batch.run(
            f"""
            INSERT INTO {self.name} (file_no, row_number, outcome, reason, record)
            VALUES (:file_no, 0, 'rejected', :reason, '{{}}')
            """,
            file_no=file_no,
            reason=reason,
        )
        self.batch.files[file_no].found = 1

    def drop(self, file_numbers: set[int]) -> None:
        """Forget files that hold nothing of use; they count as not found."""
        self.batch.run(f"DELETE FROM {self.name} WHERE file_no = ANY(:numbers)", numbers=list(file_numbers))
        for file_no in file_numbers:
            self.batch.files[file_no].found = 0

    def settle(self, decided: str | None = None) -> None:
        """Keep the rejections with their reasons, and add every outcome to its file's counts.

        `decided` is a query with the columns of the table, where the outcomes stand elsewhere.
        """
        records = f"({decided}) AS decided" if decided else self.name
        shown = ", ".join(f"'{column}', {column}" for column in self.shown)
        self.batch.run(
            f"""
            INSERT INTO library.import_rejections (batch_id, file, row_number, reason, record)
            SELECT
                :batch_id, (cast(:files AS text[]))[file_no + 1], row_number, reason,
                coalesce(record, jsonb_strip_nulls(jsonb_build_object({shown})))
            FROM {records} WHERE outcome = 'rejected' ORDER BY staged_id
            """,
            batch_id=self.batch.id,
            files=[file.path for file in self.batch.files],
        )
        counts: CursorResult[int, str, int] = self.batch.connection.execute(
            text(f"SELECT file_no, outcome, count(*) FROM {records} GROUP BY 1, 2")
        )
        for file_no, outcome, count in counts.tuples():
            setattr(self.batch.files[file_no], outcome, count)

    def _staged_rows(self, sources: Sources, validate: Validate, progress: Progress) -> Iterator[Sequence[Any]]:
        self.batch.passed_over.extend(sources.passed_over)
        for file in sources.files:
            try:
                reader = reader_for(file)
            except UnreadableFileError as error:
                if file.named:
                    raise
                self.batch.passed_over.append(PassedOver(file.label, str(error)))
                continue
            self.batch.files.append(FileResult(file.label, format_name(file, reader)))
            self.read.append(file)
            yield from self._rows_of(file, reader, validate, progress)
            file.forget()

    def _rows_of(self, file: SourceFile, reader: Reader, validate: Validate, progress: Progress) -> Iterator[Any]:
        file_no, result = len(self.batch.files) - 1, self.batch.files[-1]
        nothing = (None,) * len(self.columns)
        try:
            for row_as_read in reader.rows(file):
                row = bounded(row_as_read)
                result.found += 1
                if result.found == 1:
                    result.format = format_name(file, reader, self.name_shape(row.fields))
                if result.found % PROGRESS_EVERY == 0:
                    progress(file.name, result.found)
                try:
                    if row.fault:
                        raise RecordError(row.fault)
                    yield (file_no, row.number, None, None, None, *validate(row))
                except RecordError as error:
                    record = Jsonb(without_unstorable(dict(self.clean(row.fields))))
                    yield (file_no, row.number, "rejected", without_unstorable(str(error)), record, *nothing)
        except UnreadableFileError as error:
            if file.named:
                raise
            self.refused[file_no] = str(error)
        progress(file.name, result.found)
