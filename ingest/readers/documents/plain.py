"""A text without any marker is one prompt, where the curator named the file itself."""

import re
from collections.abc import Iterator

from ingest.columns import meaning_of
from ingest.readers.base import Row, key_of
from ingest.readers.documents.base import MARKDOWN, document_of, heading_of, row_of, sample_of
from ingest.readers.yaml_records import YamlReader
from ingest.sources import SourceFile

_DELIMITER = re.compile(r"[,;|\t]")


class PlainReader:
    """The whole text of a `.txt` or `.md` file."""

    name = "text"

    def recognises(self, file: SourceFile) -> bool:
        """Prose that was named; what lies in a folder or an archive may be anything."""
        return file.named and is_prose(file)

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        yield row_of(document, document.fields, title=heading_of(document.body) or file.stem, key=key_of(file))


def is_prose(file: SourceFile) -> bool:
    """Whether a file is Markdown, or a text that is no list of records under a text's name."""
    text = sample_of(file).lstrip()
    if file.ending in MARKDOWN:
        return bool(text)
    header = [meaning_of(cell.strip(' "')) for cell in _DELIMITER.split(text.partition("\n")[0][:2000])]
    is_table = len(header) > 1 and "prompt" in header
    is_list = is_table or text[:1] in ("[", "{") or YamlReader().recognises(file)
    return file.ending == ".txt" and bool(text) and not is_list
