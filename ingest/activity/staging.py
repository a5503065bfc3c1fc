"""Events on their way into the ledger: temporary tables, filled by COPY a block at a time."""

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv

from ingest.activity.reading import Refused
from ingest.activity.records import STAGED
from ingest.activity.sending import Sender
from ingest.batch import Batch

_NAMES = ", ".join(STAGED.names)
_STAGED_TABLE = """
CREATE TEMPORARY TABLE staged_events (
    staged_id bigint GENERATED ALWAYS AS IDENTITY, file_no integer,
    row_number bigint, event_id uuid, occurred_at timestamptz, event_type text, external_user text,
    library_prompt bigint, prompt_key text, session_id text, query text, result_count integer, position integer
) ON COMMIT DROP
"""
_REFUSED_TABLE = """
CREATE TEMPORARY TABLE refused_events (file_no integer, row_number bigint, reason text, record jsonb) ON COMMIT DROP
"""
_AS_CSV = pa_csv.WriteOptions(include_header=False)


@dataclass(frozen=True, slots=True)
class RefusedEvents:
    """The table `refused_events` of a batch; `file_no` counts its files."""

    batch: Batch

    def create(self) -> None:
        """Create the table, empty."""
        self.batch.run(_REFUSED_TABLE)

    def add(self, file_no: int, refused: list[Refused]) -> None:
        """Keep records that cannot be loaded."""
        with self.batch.cursor() as cursor, cursor.copy("COPY refused_events FROM STDIN") as copy:
            for one in refused:
                copy.write_row((file_no, *one))

    def forget(self, file_no: int) -> None:
        """Take back what was kept of a file."""
        self.batch.run("DELETE FROM refused_events WHERE file_no = :file_no", file_no=file_no)


@dataclass(frozen=True, slots=True)
class EventStaging:
    """An `EventSink` that fills the tables `staged_events` and `refused_events` of a batch."""

    batch: Batch
    sender: Sender

    def create(self) -> None:
        """Create the tables, empty."""
        self.batch.run(_STAGED_TABLE)
        self._refused.create()

    def take(self, file_no: int, events: pa.Table) -> None:
        """Send events to the server."""
        files = pa.array([file_no] * events.num_rows, pa.int32())
        content = io.BytesIO()
        pa_csv.write_csv(events.append_column("file_no", files), content, _AS_CSV)
        self.sender.send(f"COPY staged_events ({_NAMES}, file_no) FROM STDIN (FORMAT csv)", content.getbuffer())

    def refuse(self, file_no: int, refused: list[Refused]) -> None:
        """Keep what cannot be loaded, once what is on its way is there."""
        self.sender.wait()
        self._refused.add(file_no, refused)

    def forget(self, file_no: int) -> None:
        """Take back what was staged and refused of a file."""
        self.sender.wait()
        self.batch.run("DELETE FROM staged_events WHERE file_no = :file_no", file_no=file_no)
        self._refused.forget(file_no)

    @property
    def _refused(self) -> RefusedEvents:
        return RefusedEvents(self.batch)
