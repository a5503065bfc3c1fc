"""Readers, tried in order: the first that recognises a file's content reads it.

A new format is a module with a Reader and a line in READERS.
"""

from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.readers.base import SAMPLE_BYTES, Fields, Reader, Row
from ingest.readers.delimited import DelimitedReader
from ingest.readers.files import open_bytes
from ingest.readers.json_records import JsonLinesReader, JsonReader

READERS: tuple[Reader, ...] = (JsonLinesReader(), JsonReader(), DelimitedReader())

__all__ = ["READERS", "Fields", "Reader", "Row", "reader_for"]


def reader_for(path: Path) -> Reader:
    """Choose the reader by the file's content.

    Raises:
        UnreadableFileError: the file is missing, empty, or of no format that a reader recognises.
    """
    with open_bytes(path) as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip():
        raise UnreadableFileError(f"{path} is empty.")
    for reader in READERS:
        if reader.recognises(sample, path.name.lower()):
            return reader
    names = ", ".join(reader.name for reader in READERS)
    raise UnreadableFileError(f"{path} is of no format that Promptory reads ({names}).")
