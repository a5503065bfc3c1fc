"""Files of events, written and read as streams."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.lake.layout import EVENTS
from ingest.lake.manifest import LakeFile, Source
from ingest.lake.store import Lake

GROUP_ROWS = 262_144
GROUP_BYTES = 64 * 1024 * 1024
"""What is held of a file while it is written: a row group, as soon as it has so many rows or bytes."""

_BATCH_ROWS = 65_536
_IN_DICTIONARIES = ["event_type", "user_id", "prompt_id", "session_id", "query", "result_count", "position"]


def write_file(lake: Lake, day: date, name: str, source: Source, events: Iterable[pa.Table]) -> LakeFile | None:
    """Write tables of EVENTS as a new file of a day; None, and no file, where they hold no event."""
    groups = row_groups(events)
    first = next(groups, None)
    if first is None:
        return None
    rows = 0
    with lake.writing(day, name) as stream:
        counted = _Counted(stream)
        with pq.ParquetWriter(
            counted,
            EVENTS,
            compression="zstd",
            use_dictionary=_IN_DICTIONARIES,
            store_schema=False,
            write_page_checksum=True,
        ) as writer:
            for group in chain([first], groups):
                writer.write_table(group, row_group_size=GROUP_ROWS)
                rows += group.num_rows
    return LakeFile(name=name, rows=rows, bytes=counted.bytes, sha256=counted.digest.hexdigest(), source=source)


def row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of at most about GROUP_ROWS and GROUP_BYTES; none is empty."""
    held: list[pa.Table] = []
    rows = size = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        size += table.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield pa.concat_tables(held)
            held, rows, size = [], 0, 0
    if rows:
        yield pa.concat_tables(held)


def read_events(lake: Lake, day: date, files: Iterable[LakeFile]) -> Iterator[pa.Table]:
    """The events of files of a day, some at a time."""
    for file in files:
        with lake.reading(day, file.name) as table:
            for batch in table.iter_batches(_BATCH_ROWS):
                yield pa.Table.from_batches([batch])


def read_column(lake: Lake, day: date, files: Iterable[LakeFile], column: str) -> Iterator[pa.Array]:
    """One column of files of a day, some values at a time."""
    for file in files:
        with lake.reading(day, file.name) as table:
            for batch in table.iter_batches(_BATCH_ROWS, columns=[column]):
                yield batch.column(0)


class _Counted:
    """A stream that counts and hashes what goes through it."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes, self.digest = 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.bytes += len(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """Its own is flushed when it is closed."""

    def close(self) -> None:
        """Whoever opened the stream closes it."""
