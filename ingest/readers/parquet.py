"""Parquet, in batches of rows."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.readers.on_disk import on_disk
from ingest.sources import MAX_FIELD_CHARACTERS, SourceFile

_MAGIC = b"PAR1"
_LONGEST_INTEGER = 2**63
_BATCH_ROWS = 256
_BYTES_AT_ONCE = 16 * 1024 * 1024


class ParquetReader:
    """The rows of a Parquet file, keyed by its columns; columns of bytes (images, sounds) are left out."""

    name = "parquet"

    def recognises(self, file: SourceFile) -> bool:
        """The file begins with Parquet's mark."""
        return file.sample.startswith(_MAGIC)

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a record; values of types that JSON lacks become text."""
        with on_disk(file) as path:
            try:
                schema = pq.read_schema(path)
                columns = [field.name for field in schema if not _is_binary(field.type)]
                texts = [name for name in columns if pa.types.is_string(schema.field(name).type)]
                # A text that many rows share takes room once in the file, and must not take more here.
                with pq.ParquetFile(path, read_dictionary=texts) as table:
                    batches = table.iter_batches(_BATCH_ROWS, columns=columns)
                    records = (record for batch in batches for record in _records(batch, file.label))
                    for number, record in enumerate(records, start=1):
                        yield Row(number, {name: _plain(value) for name, value in record.items()})
            except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
                told = " ".join(str(error).split())[:160].rstrip(".")
                raise UnreadableFileError(f"{file.label} is damaged Parquet ({told}); fetch it again.") from None


def _records(batch: pa.RecordBatch, label: str) -> Iterator[dict[str, Any]]:
    """The records of a batch, as many at once as their longest text allows."""
    texts = (column.dictionary for column in batch.columns if pa.types.is_dictionary(column.type))
    longest = max((pc.max(pc.binary_length(text)).as_py() or 0 for text in texts), default=0)
    if longest > 4 * MAX_FIELD_CHARACTERS:
        raise UnreadableFileError(f"{label} holds a text of over 4 million characters; split it.")
    at_once = max(1, min(_BATCH_ROWS, _BYTES_AT_ONCE // (longest or 1)))
    for start in range(0, batch.num_rows, at_once):
        yield from batch.slice(start, at_once).to_pylist()


def _is_binary(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(_is_binary(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LONGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (date, datetime, time)) else str(value)
