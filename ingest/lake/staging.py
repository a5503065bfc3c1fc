"""Events of files on their way into the lake: with the library's ids, or refused as the load of the ledger does."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
from psycopg.types.json import Jsonb
from sqlalchemy import text

from ingest.activity import merge
from ingest.activity.reading import Refused
from ingest.activity.records import EARLIEST, STAGED
from ingest.activity.staging import RefusedEvents
from ingest.batch import Batch
from ingest.lake.layout import EVENTS
from ingest.lake.names import Names, ids_as_bytes
from ingest.lake.spool import Spool

_IN_FILES = {"external_user": "user_id", "library_prompt": "prompt_id"}


class LakeStaging:
    """An `EventSink` that spools events with the library's ids.

    `rejected` counts by file what the library does not know. In a retry nothing is kept of that, and `accepted` are the
    numbers of the rejections whose events were spooled.
    """

    def __init__(self, batch: Batch, spool: Spool, *, is_retry: bool = False) -> None:
        self.batch, self.spool, self._is_retry = batch, spool, is_retry
        self._names, self._refused = Names(batch.connection), RefusedEvents(batch)
        self._refused.create()
        self._first_kept = batch.connection.scalar(text(merge.FIRST_KEPT)) or EARLIEST
        self.rejected = Counter[int]()
        self.accepted: list[pa.ChunkedArray] = []

    def take(self, file_no: int, events: pa.Table) -> None:
        """Spool the events of people and prompts that the library knows."""
        people, prompts = self._names.resolved(events)
        strangers = pc.and_(pc.is_valid(events["external_user"]), pc.is_null(people))
        names_prompt = pc.or_(pc.is_valid(events["library_prompt"]), pc.is_valid(events["prompt_key"]))
        reasons = pc.case_when(
            pc.make_struct(strangers, pc.and_(names_prompt, pc.is_null(prompts)), self._is_kept_no_longer(events)),
            *(merge.UNKNOWN_PERSON, merge.UNKNOWN_PROMPT, merge.KEPT_NO_LONGER),
            pa.scalar(None, pa.string()),
        )
        events = events.append_column("user_id", people).append_column("prompt_id", prompts)
        is_refused = pc.is_valid(reasons)
        if pc.any(is_refused).as_py():
            self._reject(file_no, events.filter(is_refused), reasons.filter(is_refused))
            events = events.filter(pc.invert(is_refused))
        if self._is_retry:
            self.accepted.append(events["row_number"])
        ids = ids_as_bytes(events["event_id"])
        events = events.set_column(events.column_names.index("event_id"), "event_id", ids)
        self.spool.add(file_no, events.select(EVENTS.names).cast(EVENTS))

    def refuse(self, file_no: int, refused: list[Refused]) -> None:
        """Keep what cannot be loaded."""
        self._refused.add(file_no, refused)

    def forget(self, file_no: int) -> None:
        """Take back what a file brought."""
        self.spool.forget(file_no)
        self._refused.forget(file_no)
        del self.rejected[file_no]

    def _is_kept_no_longer(self, events: pa.Table) -> pa.ChunkedArray:
        return pc.less(events["occurred_at"], pa.scalar(self._first_kept))

    def _reject(self, file_no: int, events: pa.Table, reasons: pa.ChunkedArray) -> None:
        """Keep records in the words of a file, so that they can be loaded once the library knows their names."""
        self.rejected[file_no] += events.num_rows
        if self._is_retry:
            return
        refused: list[Refused] = []
        for record, reason in zip(events.select(STAGED.names).to_pylist(), reasons.to_pylist(), strict=True):
            number = record.pop("row_number")
            told = {_IN_FILES.get(name, name): value for name, value in record.items() if value is not None}
            refused.append((number, reason, Jsonb(told | {"occurred_at": record["occurred_at"].isoformat()})))
        self._refused.add(file_no, refused)
