"""The people and prompts that events name, by the library's ids."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text

from ingest.activity import merge
from ingest.lake.layout import EVENTS

_MOST = 500_000
_ID = pa.int64()


class Names:
    """Looks names up once each, as the load of the ledger does; of so many it remembers the latest only."""

    def __init__(self, connection: Connection) -> None:
        self._people = _Lookup(connection, merge.PEOPLE, "external_user", "text")
        self._keys = _Lookup(connection, merge.PROMPTS_BY_KEY, "prompt_key", "text")
        self._prompts = _Lookup(connection, merge.PROMPTS_BY_ID, "library_prompt", "bigint")

    def resolved(self, staged: pa.Table) -> tuple[pa.Array, pa.Array]:
        """The ids of people and of prompts in a table of STAGED; null where nothing is named, or nothing known."""
        prompts = pc.coalesce(self._prompts.ids(staged), self._keys.ids(staged))
        return self._people.ids(staged), prompts


class _Lookup:
    def __init__(self, connection: Connection, statement: str, column: str, kind: str) -> None:
        self._connection, self._column = connection, column
        self._statement = text(statement.format(names=f"SELECT unnest(cast(:names AS {kind}[])) AS {column}"))
        self._known: dict[Any, int | None] = {}

    def ids(self, staged: pa.Table) -> pa.Array:
        encoded = staged[self._column].combine_chunks().dictionary_encode()
        names = encoded.dictionary.to_pylist()
        self._learn(names)
        return pa.array([self._known[name] for name in names], _ID).take(encoded.indices)

    def _learn(self, names: Iterable[Any]) -> None:
        if len(self._known) > _MOST:
            self._known = {}
        unknown = [name for name in names if name not in self._known]
        if unknown:
            self._known |= dict(self._connection.execute(self._statement, {"names": unknown}).tuples().all())


def ids_as_bytes(ids: pa.ChunkedArray) -> pa.Array:
    """UUIDs in text as their 16 bytes."""
    digits = "".join(ids.to_pylist()).replace("-", "")
    return pa.FixedSizeBinaryArray.from_buffers(
        EVENTS.field("event_id").type, len(ids), [None, pa.py_buffer(bytes.fromhex(digits))]
    )
