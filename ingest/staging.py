"""Staging: files stream by COPY into a temporary table, where SQL decides what becomes of each record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import CursorResult, text

from ingest.batch import Batch, FileResult
from ingest.errors import RecordError
from ingest.readers import Fields, Row, reader_for
from ingest.text import is_deeper_than, without_unstorable

Validate = Callable[[Row], Sequence[Any]]
"""Turns a row into the values of the staging table's columns, or raises RecordError."""

Clean = Callable[[Fields], Fields]
"""Takes out of a record what must be stored nowhere, not even among the rejections."""

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


def bounded(row: Row, clean: Clean) -> Row:
    """The row as it may be kept: not nested without end, and without what must be stored nowhere."""
    if is_deeper_than(row.fields, MAX_DEPTH):
        return Row(row.number, {}, f"is nested more than {MAX_DEPTH} levels deep")
    return replace(row, fields=clean(row.fields))


@dataclass(frozen=True, slots=True)
class Staging:
    """A temporary table `name` with `columns` (name to SQL type) beside its bookkeeping.

    The bookkeeping is `staged_id` (order of reading), `file_no`, `row_number`, `outcome` (inserted, updated, unchanged,
    duplicates or rejected; null while undecided), and `reason` and `record` of a rejection. `shown` are the columns
    that a rejection found later shows to the curator.
    """

    batch: Batch
    name: str
    columns: dict[str, str]
    shown: tuple[str, ...]
    clean: Clean = as_it_is

    def load(self, paths: list[Path], validate: Validate, progress: Progress = no_progress) -> None:
        """Create the table and COPY the validated records of `paths` into it.

        Raises:
            UnreadableFileError: one of the files cannot be read.
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
            for values in self._staged_rows(paths, validate, progress):
                copy.write_row(values)
        self.batch.run(f"ANALYZE {self.name}")

    def settle(self) -> None:
        """Keep the rejections with their reasons, and add every outcome to its file's counts."""
        shown = ", ".join(f"'{column}', {column}" for column in self.shown)
        self.batch.run(
            f"""
            INSERT INTO library.import_rejections (batch_id, file, row_number, reason, record)
            SELECT
                :batch_id, (cast(:files AS text[]))[file_no + 1], row_number, reason,
                coalesce(record, jsonb_strip_nulls(jsonb_build_object({shown})))
            FROM {self.name} WHERE outcome = 'rejected' ORDER BY staged_id
            """,
            batch_id=self.batch.id,
            files=[file.path for file in self.batch.files],
        )
        counts: CursorResult[int, str, int] = self.batch.connection.execute(
            text(f"SELECT file_no, outcome, count(*) FROM {self.name} GROUP BY 1, 2")
        )
        for file_no, outcome, count in counts.tuples():
            setattr(self.batch.files[file_no], outcome, count)

    def _staged_rows(self, paths: list[Path], validate: Validate, progress: Progress) -> Iterator[Sequence[Any]]:
        nothing = (None,) * len(self.columns)
        for file_no, path in enumerate(paths):
            reader = reader_for(path)
            file = FileResult(self.batch.label(path), reader.name)
            self.batch.files.append(file)
            for row_as_read in reader.rows(path):
                row = bounded(row_as_read, self.clean)
                file.found += 1
                if file.found % PROGRESS_EVERY == 0:
                    progress(path.name, file.found)
                try:
                    if row.fault:
                        raise RecordError(row.fault)
                    yield (file_no, row.number, None, None, None, *validate(row))
                except RecordError as error:
                    record = Jsonb(without_unstorable(dict(row.fields)))
                    yield (file_no, row.number, "rejected", without_unstorable(str(error)), record, *nothing)
            progress(path.name, file.found)
