"""Readers, tried in order: the first that recognises a file's content reads it.

A new format is a module with a Reader and a line in READERS. Readers of lists yield records as they stand there;
what a record of a known shape means is told in `ingest/shapes/`.
"""

from ingest.errors import UnreadableFileError
from ingest.readers.base import Fields, Reader, Row
from ingest.readers.companions import passed_over_reason
from ingest.readers.delimited import DelimitedReader
from ingest.readers.documents import DOCUMENT_READERS
from ingest.readers.json_records import JsonLinesReader, JsonReader
from ingest.readers.parquet import ParquetReader
from ingest.readers.spreadsheet import SPREADSHEET_READERS
from ingest.readers.yaml_records import YamlReader
from ingest.sources import SourceFile

READERS: tuple[Reader, ...] = (
    *DOCUMENT_READERS,
    *SPREADSHEET_READERS,
    ParquetReader(),
    JsonLinesReader(),
    JsonReader(),
    YamlReader(),
    DelimitedReader(),
)

__all__ = ["READERS", "Fields", "Reader", "Row", "reader_for"]


def reader_for(file: SourceFile) -> Reader:
    """Choose the reader by the file's content.

    Raises:
        UnreadableFileError: the file is missing, empty, or of no format that a reader recognises; or it was found in a
            folder or an archive and is no prompt there.
    """
    reason = None if file.named else passed_over_reason(file)
    if reason:
        raise UnreadableFileError(f"{file.label} {reason}.")
    if not file.sample.strip():
        raise UnreadableFileError(f"{file.label} is empty.")
    for reader in READERS:
        if reader.recognises(file):
            return reader
    raise UnreadableFileError(f"{file.label} is of no format that Promptory reads.")
