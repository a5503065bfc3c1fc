"""Records that were rejected and wait to be mended or tried again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from schema.models import BatchKind

_ROWS_AT_ONCE = 1000
_OPEN = """
SELECT r.id, r.record FROM library.import_rejections AS r
INNER JOIN library.import_batches AS b ON b.id = r.batch_id
WHERE b.kind = :kind AND r.resolved_at IS NULL
ORDER BY r.id
"""


def open_rejections(connection: Connection, kind: BatchKind) -> Iterator[tuple[int, dict[str, Any]]]:
    """The id and record of each rejection of that kind of load that is not resolved, in their order, streamed."""
    found = connection.execute(text(_OPEN).execution_options(yield_per=_ROWS_AT_ONCE), {"kind": kind})
    yield from found.tuples()
