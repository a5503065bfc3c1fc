"""What a reader is: it recognises its format by content and turns a file into rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from ingest.columns import Fields
from ingest.sources import SourceFile

__all__ = ["Fields", "Reader", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it stands in a file. `number` counts records from 1; `fault` says why it cannot be used."""

    number: int
    fields: Fields
    fault: str | None = None


def key_of(file: SourceFile) -> str:
    """What names a prompt that is a file: its place in the collection, without its ending."""
    return f"{PurePosixPath(file.place).parent / file.stem}"


class Reader(Protocol):
    """Reads one format. Readers stream: a file of any size is read in bounded memory."""

    name: str

    def recognises(self, file: SourceFile) -> bool:
        """Whether this is the file's format, by its `sample` or `text_sample`, and where that leaves doubt its name."""
        ...

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the file's records in order.

        Raises:
            UnreadableFileError: the file is damaged; what was yielded before must not be kept.
        """
        ...
