"""CSV and its kin: any of the usual delimiters, quoted cells with line breaks, cells of any sensible length."""

import csv
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.readers.base import MAX_FIELD_CHARACTERS, Row
from ingest.readers.files import open_text

_DELIMITERS = ",\t;|"
_SURPLUS = "(surplus cells)"

# The module's own limit, 131,072, is shorter than real prompts.
csv.field_size_limit(MAX_FIELD_CHARACTERS)


class DelimitedReader:
    """Rows of a delimited text file, keyed by its header."""

    name = "csv"

    def recognises(self, sample: bytes, file_name: str) -> bool:
        """A header line of at least two distinct, short names; or a name that says so; never binary data."""
        if b"\0" in sample:
            return False
        if file_name.endswith((".csv", ".tsv", ".csv.gz", ".tsv.gz")):
            return True
        header = _header(sample.decode("utf-8-sig", errors="replace"))
        return len(header) >= 2 and len(set(header)) == len(header) and all(0 < len(name) <= 60 for name in header)

    def rows(self, path: Path) -> Iterator[Row]:
        """Yield rows; a row with more cells than the header carries a fault."""
        with open_text(path, newline="") as file:
            first_line = file.readline()
            file.seek(0)
            table = csv.DictReader(file, delimiter=_delimiter(first_line), restkey=_SURPLUS)
            try:
                for number, cells in enumerate(table, start=1):
                    surplus = cells.pop(_SURPLUS, None)
                    yield Row(
                        number,
                        {(name or "").strip(): cell for name, cell in cells.items()},
                        f"has {len(surplus)} cells more than the header; quote cells that hold the delimiter"
                        if surplus
                        else None,
                    )
            except csv.Error as error:
                raise UnreadableFileError(f"{path} is not readable CSV at line {table.line_num}: {error}.") from None


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _header(text: str) -> list[str]:
    first_line = text.partition("\n")[0].rstrip("\r")
    return [name.strip(' "') for name in first_line.split(_delimiter(first_line))]
