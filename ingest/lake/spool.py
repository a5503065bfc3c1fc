"""Events on their way into the lake: on disk, by day, in the order in which they came."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.lake.files import GROUP_BYTES, GROUP_ROWS
from ingest.lake.layout import EVENTS

_FILE_NO = pa.field("file_no", pa.int32(), nullable=False)
_SPOOLED = EVENTS.append(_FILE_NO)
_EPOCH = date(1970, 1, 1)
_MICROSECONDS_A_DAY = 86_400_000_000


class Spool:
    """Takes events of any days, and gives them back a day at a time. What it wrote is gone with the process.

    In memory are no more than GROUP_ROWS or GROUP_BYTES of events at once.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="promptory-")  # noqa: SIM115 (as `close` says)
        self._writer = pa.ipc.new_file(self._file, _SPOOLED, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._written = 0
        self._places: dict[date, list[int]] = defaultdict(list)
        self._rows: dict[date, int] = defaultdict(int)
        self._held: list[pa.Table] = []
        self._forgotten: dict[int, int] = {}

    def close(self) -> None:
        """Give the file back."""
        self._writer.close()
        self._file.close()

    def add(self, file_no: int, events: pa.Table) -> None:
        """Take a table of EVENTS that a file brings."""
        numbers = pa.array(np.full(events.num_rows, file_no, np.int32))
        self._held.append(events.append_column(_FILE_NO, numbers).cast(_SPOOLED))
        rows, size = (sum(values) for values in zip(*((one.num_rows, one.nbytes) for one in self._held), strict=True))
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            self._write()

    def forget(self, file_no: int) -> None:
        """Take back what a file brought so far; it may come again."""
        self._held = [one.filter(pc.not_equal(one["file_no"], file_no)) for one in self._held]
        self._forgotten[file_no] = self._written

    def days(self) -> list[date]:
        """The days that have events, in order; nothing is added any more."""
        self._write()
        self._writer.close()
        return sorted(self._places)

    def rows(self, day: date) -> int:
        """About how many events a day has: what was taken back counts, too."""
        return self._rows[day]

    def events(self, day: date) -> Iterator[pa.Table]:
        """The events of a day, some at a time, with the numbers of their files in a last column `file_no`."""
        self._file.seek(0)
        stored = pa.ipc.open_file(self._file)
        for place in self._places[day]:
            events = pa.Table.from_batches([stored.get_batch(place)])
            gone = [number for number, until in self._forgotten.items() if place < until]
            if gone:
                events = events.filter(pc.invert(pc.is_in(events["file_no"], pa.array(gone, pa.int32()))))
            yield events

    def _write(self) -> None:
        """Write what is held, the events of each day together."""
        events = pa.concat_tables([_SPOOLED.empty_table(), *self._held]).combine_chunks()
        self._held = []
        if not events.num_rows:
            return
        days = events["occurred_at"].cast(pa.int64()).to_numpy() // _MICROSECONDS_A_DAY
        if (days[1:] < days[:-1]).any():
            order = np.argsort(days, kind="stable")
            events, days = events.take(order), days[order]
        starts = np.flatnonzero(np.diff(days, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
            day = _EPOCH + timedelta(days=int(days[start]))
            for batch in events.slice(start, end - start).to_batches():
                self._writer.write_batch(batch)
                self._places[day].append(self._written)
                self._written += 1
            self._rows[day] += int(end - start)
