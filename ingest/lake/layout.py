"""Where the event lake keeps what, in a folder or below `s3://bucket/prefix`, as Spark reads it where it lies.

    activity/dt=2026-06-30/_manifest.json         which files of the UTC day are read: its marker
    activity/dt=2026-06-30/<writing>-<n>.parquet  events; a writing is a moment and eight letters of chance

Data files never change. One that no marker names is not there yet, or not any more; to put a marker in its place is
the one act by which a day changes. Who reads the folder past the markers may see events twice.

An event's id is 16 bytes (FIXED_LEN_BYTE_ARRAY, which Spark 3.5 reads as `binary` and orders as PostgreSQL orders a
`uuid`): ids do not pack, and with zstd they take 18.1 bytes an event beside its moment, against 21.9 as text; with
snappy 22.0 against 41.7. It is unique within its day.
"""

import re
from datetime import date

import pyarrow as pa

from ingest.lake.manifest import FILE_NAME

EVENTS = pa.schema(
    [
        pa.field("event_id", pa.binary(16), nullable=False),
        pa.field("occurred_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        ("user_id", pa.int64()),
        ("prompt_id", pa.int64()),
        ("session_id", pa.string()),
        ("query", pa.string()),
        ("result_count", pa.int32()),
        ("position", pa.int32()),
    ]
)
"""An event: people and prompts by the library's ids, moments in microseconds of UTC."""

COLUMNS = {field.name: str(field.type) for field in EVENTS}
MARKER = "_manifest.json"
PART = ".part-"
"""What the name of a marker begins with that is not finished."""

_DAY = re.compile(r"dt=(\d{4}-\d{2}-\d{2})", re.ASCII)


def is_ours(name: str) -> bool:
    """Whether a name in a day's folder is one that the lake gives: a marker, a file of events, or one not finished."""
    return name == MARKER or name.startswith(PART) or FILE_NAME.fullmatch(name) is not None


def mend(day: date) -> str:
    """What to do about a file of a day that is damaged."""
    return f"take it out with promptory lake mend {day}, which keeps the day's other files, and {again(day)}"


def begin_again(day: date) -> str:
    """What to do about a day whose marker is damaged: nothing else tells which of its files are read."""
    return f"move the folder dt={day} elsewhere, and {again(day)}"


def lost(day: date) -> str:
    """A day that the library knows, and the lake has no more."""
    return f"The day {day} is not in the lake any more; {again(day)}"


def again(day: date) -> str:
    """What to do about a day that is lost."""
    return f"write the day again: promptory lake write FILES, or --loaded --from {day} --to {day}."


def day_of(name: str) -> date | None:
    """The day of a folder in `activity`, by its name; None where it is no day's."""
    found = _DAY.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
