"""Blocks of records on their way to the server, while the next ones are read."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from ingest.batch import Batch


@dataclass(slots=True)
class Sender:
    """Copies one block at a time, in a thread of its own. Whoever else uses the batch's connection waits before."""

    batch: Batch
    _thread: ThreadPoolExecutor
    _on_its_way: Future[None] | None = None

    def send(self, copy_statement: str, block: memoryview) -> None:
        """Begin to copy a block, once the one before it is there."""
        self.wait()
        self._on_its_way = self._thread.submit(self._copy, copy_statement, block)

    def wait(self) -> None:
        """Return when nothing is on its way, or raise what kept it from arriving."""
        sent, self._on_its_way = self._on_its_way, None
        if sent is not None:
            sent.result()

    def _copy(self, copy_statement: str, block: memoryview) -> None:
        with self.batch.cursor() as cursor, cursor.copy(copy_statement) as copy:
            copy.write(block)


@contextmanager
def open_sender(batch: Batch) -> Iterator[Sender]:
    """A sender; what it was given is there at the end, unless something failed inside."""
    with ThreadPoolExecutor(1) as thread:
        sender = Sender(batch, thread)
        yield sender
        sender.wait()
