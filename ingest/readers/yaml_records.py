"""YAML: lists of records, records by name, single ones, and documents one after the other."""

import re
from collections.abc import Iterator

from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.readers.file_names import rows_in
from ingest.readers.holding import Holds, held
from ingest.readers.yaml_loader import load_documents
from ingest.sources import SourceFile
from ingest.sources.file import SAMPLE_BYTES

_ENDINGS = (".yaml", ".yml")
_BEGINS = re.compile(r"(?:\s*(?:#[^\n]*)?\n|---[^\n]*\n)*(?:- +)?[\w\"'][^\n:]{0,60}:(?:\s|$)")


class YamlReader:
    """The records of a YAML file, which is read as a whole: it has an end where its meaning is clear."""

    name = "yaml"

    def recognises(self, file: SourceFile) -> bool:
        """Its name says so; of a file whose name says nothing, it is short YAML that holds prompts."""
        text = file.text_sample
        if text is None or file.ending in _ENDINGS:
            return text is not None
        if file.ending not in ("", ".txt") or not _BEGINS.match(text) or len(file.sample) == SAMPLE_BYTES:
            return False
        try:
            return any(held("", value) == Holds.RECORDS for value in load_documents(text, file.label))
        except UnreadableFileError:
            return False

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a record."""
        documents = load_documents(file.read_text(), file.label)
        yield from rows_in(file, (value for value in documents if value is not None))
