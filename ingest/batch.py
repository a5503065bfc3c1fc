"""A batch: the one transaction in which some files are loaded, with its row in the import history."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ingest.errors import RefusedError
from ingest.sources import Address, PassedOver, label_of
from schema import metrics
from schema.database import connect, driver_of
from schema.errors import DatabaseError, PromptoryError
from schema.metrics import Metric
from schema.models import BatchKind

_LOCK = 0x6C6F6164
COUNTS = ("found", "inserted", "updated", "unchanged", "duplicates", "translations", "rejected")
MAX_PASSED_OVER = 1000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class FileResult:
    """What became of a file's records.

    found = inserted + updated + unchanged + duplicates + translations + rejected. A translation is a new text that is
    linked to the prompt which it translates.
    """

    path: str
    format: str
    found: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    translations: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did. `as_dict()` is the object that `--json` prints.

    `passed_over` are files of a folder or archive that hold no prompts; `vanished` counts records that an earlier
    version of the collection had; `archived` counts prompts that were archived for it; `picture_faults` are pictures
    that prompts are without, each by its file, or by the file whose records name it. A trial run has no batch.
    """

    batch_id: int | None
    files: list[FileResult]
    passed_over: list[PassedOver] = field(default_factory=list)
    vanished: int = 0
    archived: int = 0
    picture_faults: list[PassedOver] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and for Dagster's metadata."""
        return asdict(self)

    def total(self, count: str) -> int:
        """Sum of one count over the files."""
        return sum(getattr(file, count) for file in self.files)


@dataclass(slots=True)
class Batch:
    """An open batch, its transaction and the counts of its files so far."""

    connection: Connection
    id: int
    is_trial: bool = False
    files: list[FileResult] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    vanished: int = 0
    archived: int = 0
    picture_faults: list[PassedOver] = field(default_factory=list)

    @property
    def result(self) -> BatchResult:
        """What the batch did so far."""
        batch_id = None if self.is_trial else self.id
        return BatchResult(batch_id, self.files, self.passed_over, self.vanished, self.archived, self.picture_faults)

    def cursor(self) -> psycopg.Cursor[Any]:
        """Psycopg's own cursor in the batch's transaction, for COPY."""
        return driver_of(self.connection).cursor()

    def run(self, statement: str, **parameters: object) -> int:
        """Execute one statement; returns the number of rows that it changed."""
        return self.connection.execute(text(statement), parameters).rowcount


def wait_for_turn(connection: Connection) -> None:
    """One load at a time: two that bring the same new text, collection or month would trip over each other."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    # How references are looked up is planned once a session: in one that saw a table while it was small, by reading
    # all of it for each row.
    connection.execute(text("DISCARD PLANS"))


@contextmanager
def open_batch(
    engine: Engine,
    kind: BatchKind,
    addresses: Sequence[Address],
    *,
    root: Address | None = None,
    started_by: int | None = None,
    options: dict[str, Any] | None = None,
    is_trial: bool = False,
    takes_turns: bool = True,
) -> Iterator[Batch]:
    """Open a batch; all of it is kept at the end, or nothing but a row that says why it failed.

    `root` is the folder that the files are named from in the history, where their whole path means nothing. `options`
    are kept with the batch. Of a trial nothing at all is kept. One that adds nothing to the library's tables need not
    take turns with others.

    Raises:
        PromptoryError: as raised inside, after the failure was recorded.
    """
    try:
        with connect(engine) as connection:
            if takes_turns:
                wait_for_turn(connection)
            batch_id = connection.scalar(
                text("""
                    INSERT INTO library.import_batches (kind, status, started_by, options, files)
                    VALUES (:kind, 'SUCCEEDED', :started_by, :options, '[]') RETURNING id
                """),
                {"kind": kind, "started_by": started_by, "options": options and Jsonb(options)},
            )
            assert isinstance(batch_id, int)
            # From here on updates of prompts and sources keep the rows as they were.
            connection.execute(text("SELECT set_config('promptory.batch_id', :id, true)"), {"id": str(batch_id)})
            batch = Batch(connection, batch_id, is_trial)
            yield batch
            batch.run(
                """
                UPDATE library.import_batches
                SET
                    files = :files, passed_over = :passed_over, picture_faults = :picture_faults,
                    finished_at = clock_timestamp()
                WHERE id = :id
                """,
                files=Jsonb([asdict(file) for file in batch.files]),
                passed_over=Jsonb([asdict(one) for one in batch.passed_over[:MAX_PASSED_OVER]]),
                picture_faults=Jsonb([asdict(one) for one in batch.picture_faults[:MAX_PASSED_OVER]]),
                id=batch_id,
            )
            if is_trial:
                connection.rollback()
                return
    except Exception as error:
        if is_trial:
            raise
        with suppress(DatabaseError, DBAPIError):  # the fault may be that the database is away
            _record_failure(engine, kind, [label_of(address, root) for address in addresses], started_by, _told(error))
        raise
    for file in batch.files:
        log.info("file_loaded", kind=kind.value, batch_id=batch_id, **asdict(file))
    ingested = sum(batch.result.total(count) for count in ("inserted", "updated", "translations"))
    metrics.tell({Metric.ROWS_INGESTED: ingested, Metric.ROWS_REJECTED: batch.result.total("rejected")})


def _told(error: Exception) -> str:
    if isinstance(error, RefusedError):
        return error.reason
    return str(error) if isinstance(error, PromptoryError) else f"An unexpected fault ({type(error).__name__})."


def _record_failure(engine: Engine, kind: BatchKind, files: list[str], started_by: int | None, failure: str) -> None:
    with connect(engine) as connection:
        connection.execute(
            text("""
                INSERT INTO library.import_batches (kind, status, started_by, files, failure, finished_at)
                VALUES (:kind, 'FAILED', :started_by, :files, :failure, now())
            """),
            {
                "kind": kind,
                "started_by": started_by,
                "files": Jsonb([{"path": file} for file in files]),
                "failure": failure,
            },
        )
    log.info("batch_refused", kind=kind.value, files=len(files))
