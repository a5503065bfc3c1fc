"""Ids of events compared with one another, in parts that fit in memory however many there are."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

PART_ROWS = 1_000_000
_MAX_PARTS = 256
_RECORD = np.dtype([("event_id", "V16"), ("number", "<i8")])
_MIXED = np.uint64(0x9E3779B97F4A7C15)  # ids that begin with their moment would all go to one part
_HIGH = np.uint64(40)
_KNOWN = -1


class Ids:
    """Ids, each with a number; `expected` is about how many will come.

    More than PART_ROWS are parted by what is in them, in files that are gone with the process.
    """

    def __init__(self, expected: int) -> None:
        self._stack = ExitStack()
        count = min(_MAX_PARTS, -(-expected // PART_ROWS))
        self._files = [self._temporary() for _ in range(count)] if count > 1 else []
        self._held: list[NDArray[Any]] = []

    def close(self) -> None:
        """Give the files back."""
        self._stack.close()

    def add(self, ids: pa.Array, numbers: NDArray[np.int64] | int) -> None:
        """Take ids of 16 bytes, none of them null, with their numbers, or one number for all."""
        raw = np.frombuffer(ids.buffers()[1], np.uint8, len(ids) * 16, ids.offset * 16)
        records = np.empty(len(ids), _RECORD)
        records["event_id"] = raw.view("V16")
        records["number"] = numbers
        if not self._files:
            self._held.append(records)
            return
        words = raw.view("<u8").reshape(-1, 2)
        parts = (((words[:, 0] * _MIXED) ^ words[:, 1]) * _MIXED >> _HIGH) % np.uint64(len(self._files))
        order = np.argsort(parts, kind="stable")
        edges = np.searchsorted(parts[order], np.arange(1, len(self._files), dtype=np.uint64))
        for file, some in zip(self._files, np.split(records[order], edges), strict=True):
            file.write(some.tobytes())

    def parts(self) -> Iterator[pa.Table]:
        """The columns `event_id` and `number`; what has the same id is in the same part."""
        for file in self._files:
            file.seek(0)
            yield _table(np.frombuffer(file.read(), _RECORD))
        if not self._files:
            yield _table(np.concatenate([np.empty(0, _RECORD), *self._held]))

    def _temporary(self) -> IO[bytes]:
        return self._stack.enter_context(TemporaryFile(prefix="promptory-"))


def first_of_each(known: Iterable[pa.Array], new: Iterable[pa.Array], expected: int) -> NDArray[np.bool_]:
    """Which of the new ids are there for the first time, in the order of `new`; none of those known is.

    `expected` is about how many both are together.
    """
    with closing(Ids(expected)) as ids:
        for some in known:
            ids.add(some, _KNOWN)
        count = 0
        for some in new:
            ids.add(some, np.arange(count, count + len(some), dtype=np.int64))
            count += len(some)
        is_first = np.zeros(count, np.bool_)
        for part in ids.parts():
            first = part.group_by("event_id").aggregate([("number", "min")])["number_min"].to_numpy()
            is_first[first[first > _KNOWN]] = True
    return is_first


def _table(records: NDArray[Any]) -> pa.Table:
    content = pa.py_buffer(np.ascontiguousarray(records["event_id"]))
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(records), [None, content])
    return pa.table({"event_id": ids, "number": np.ascontiguousarray(records["number"])})
