"""An import that goes on whatever the curator clicks: it runs beside the page, which looks in now and then."""

import time
from collections.abc import Callable
from threading import Event, Thread

from dashboard import viewer
from dashboard.imports.tray import Tray
from ingest import BatchResult, ImportOptions, find_near_duplicates, import_prompts
from schema.errors import PromptoryError

_ROUND = 1000

Work = Callable[["Job"], BatchResult]


class Job:
    """Work on a thread of its own. Read `result` and `fault` only once `done` is set.

    `files` is the number of files to read, which may lie in archives. `compared` counts the new texts that were made
    ready for the search for near-duplicates, once the import itself is done.
    """

    def __init__(self, work: Work, options: ImportOptions, files: int) -> None:
        self.options = options
        self.done = Event()
        self.result: BatchResult | None = None
        self.fault: Exception | None = None
        self.file = ""
        self.records = 0
        self.compared: int | None = None
        self._total, self._files, self._before = max(files, 1), 0, 0
        self._started = time.monotonic()
        Thread(target=self._run, args=(work,), name="import", daemon=True).start()

    @property
    def seconds(self) -> int:
        """How long it has been at work."""
        return int(time.monotonic() - self._started)

    @property
    def share(self) -> float | None:
        """The share of the files that has been begun, 0 to 1; None where there is one file only."""
        return min(self._files / self._total, 1.0) if self._total > 1 else None

    @property
    def found(self) -> int:
        """Records read so far, of all files."""
        return self._before + self.records

    def read(self, file: str, records: int) -> None:
        """Note how far the import has read: a Progress."""
        # Files may share name and count; a round count is told twice of one file, at its end again.
        is_next = records < self.records or (records == self.records and bool(records % _ROUND))
        if file != self.file or is_next:
            self._before += self.records
            self._files += 1
        self.file, self.records = file, records

    def compare(self, _what: str, texts: int) -> None:
        """Note how far the search for near-duplicates has come: a Progress."""
        self.compared = texts

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self)
        except Exception as fault:
            self.fault = fault
        finally:
            self.done.set()


def start(tray: Tray, options: ImportOptions, files: int) -> Job:
    """Import what lies in the tray, or try how that would end; then compare the new texts with all others."""
    engine = viewer.curating()

    def work(job: Job) -> BatchResult:
        result = import_prompts(engine, tray.paths, options, job.read)
        if not options.is_trial:
            job.compare("", 0)
            find_near_duplicates(engine, job.compare)
        return result

    return Job(work, options, files)


def outcome(job: Job) -> BatchResult | PromptoryError:
    """The result of a job that is done, or the expected fault that ended it; raises any other."""
    if job.fault is None:
        assert job.result is not None
        return job.result
    if isinstance(job.fault, PromptoryError):
        return job.fault
    raise job.fault
