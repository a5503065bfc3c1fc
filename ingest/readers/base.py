"""What a reader is: it recognises its format by content and turns a file into rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Fields = Mapping[str, Any]

SAMPLE_BYTES = 65_536
MAX_FIELD_CHARACTERS = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it stands in a file. `number` counts records from 1; `fault` says why it cannot be used."""

    number: int
    fields: Fields
    fault: str | None = None


class Reader(Protocol):
    """Reads one format. Readers stream: a file of any size is read in bounded memory."""

    name: str

    def recognises(self, sample: bytes, file_name: str) -> bool:
        """Whether this is the format of a file that begins with `sample` (at most SAMPLE_BYTES)."""
        ...

    def rows(self, path: Path) -> Iterator[Row]:
        """Yield the file's records in order.

        Raises:
            UnreadableFileError: the file is damaged; what was yielded before must not be kept.
        """
        ...
