"""Where collections lie: files, folders, archives, standard input and S3, as one kind of file to the readers."""

from ingest.sources.addresses import (
    Address,
    PassedOver,
    Sources,
    check_paths,
    each_once,
    is_remote,
    label_of,
    open_sources,
    s3_files,
)
from ingest.sources.file import MAX_DOCUMENT_BYTES, MAX_FIELD_CHARACTERS, SourceFile, bounded_lines

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "MAX_FIELD_CHARACTERS",
    "Address",
    "PassedOver",
    "SourceFile",
    "Sources",
    "bounded_lines",
    "check_paths",
    "each_once",
    "is_remote",
    "label_of",
    "open_sources",
    "s3_files",
]
