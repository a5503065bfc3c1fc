"""Many events at once, as columns."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ingest.simulator.simulation import NONE, Flags, Ints
from schema.models import EventType

TYPES = list(EventType)
CODE = {event_type: code for code, event_type in enumerate(TYPES)}


@dataclass(frozen=True, slots=True)
class Events:
    """Columns of equal length; `NONE` stands where there is no value.

    `event_id` has 16 bytes a row, `occurred_at` milliseconds since 1970, `event_type` an index of `TYPES`; `user`,
    `prompt` and `query` are indexes of the library's vocabularies.
    """

    event_id: NDArray[np.uint8]
    occurred_at: Ints
    event_type: Ints
    user: Ints
    session: Ints
    prompt: Ints
    query: Ints
    result_count: Ints
    position: Ints

    def __len__(self) -> int:
        """How many events."""
        return len(self.occurred_at)

    def take(self, rows: Ints | Flags) -> "Events":
        """Some of the rows, by their numbers or by a flag each."""
        return Events(*(getattr(self, field.name)[rows] for field in fields(self)))


def event_ids(count: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """So many random UUIDs (version 4) of 16 bytes."""
    ids = random.integers(0, 256, (count, 16), dtype=np.uint8)
    ids[:, 6] = ids[:, 6] & 0x0F | 0x40
    ids[:, 8] = ids[:, 8] & 0x3F | 0x80
    return ids


def nothing(count: int) -> Ints:
    """A column without values."""
    return np.full(count, NONE, np.int64)
