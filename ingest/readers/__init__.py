"""Readers, tried in order: the first that recognises a file's content reads it.

A new format is a module with a Reader and a line in READERS. Readers of lists yield records as they stand there;
what a record of a known shape means is told in `ingest/shapes/`.
"""

from ingest.errors import UnreadableFileError
from ingest.readers.base import Fields, Reader, Row
from ingest.readers.delimited import DelimitedReader
from ingest.readers.json_records import JsonLinesReader, JsonReader
from ingest.sources import SourceFile

READERS: tuple[Reader, ...] = (JsonLinesReader(), JsonReader(), DelimitedReader())

__all__ = ["READERS", "Fields", "Reader", "Row", "reader_for"]


def reader_for(file: SourceFile) -> Reader:
    """Choose the reader by the file's content.

    Raises:
        UnreadableFileError: the file is missing, empty, or of no format that a reader recognises.
    """
    if not file.sample.strip():
        raise UnreadableFileError(f"{file.label} is empty.")
    for reader in READERS:
        if reader.recognises(file):
            return reader
    raise UnreadableFileError(f"{file.label} is of no format that Promptory reads.")
