"""CSV and its kin: any of the usual delimiters, quoted cells with line breaks, cells of any sensible length."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.sources import MAX_FIELD_CHARACTERS, SourceFile, bounded_lines

_DELIMITERS = ",\t;|"
_SURPLUS = "(surplus cells)"

# The module's own limit, 131,072, is shorter than real prompts.
csv.field_size_limit(MAX_FIELD_CHARACTERS)


class DelimitedReader:
    """Rows of a delimited text file, keyed by its header."""

    name = "csv"

    def recognises(self, file: SourceFile) -> bool:
        """A header line of at least two distinct, short names; or a name that says so; never binary data."""
        if file.text_sample is None:
            return False
        if file.ending in (".csv", ".tsv"):
            return True
        first_line = file.text_sample.lstrip().partition("\n")[0].rstrip("\r")
        header = [name.strip(' "') for name in first_line.split(_delimiter(first_line))]
        return len(header) >= 2 and len(set(header)) == len(header) and all(0 < len(name) <= 60 for name in header)

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield rows; a row with more cells than the header carries a fault.

        A quote that is never closed swallows all that follows, so it refuses the file.
        """
        with file.open_text() as text:
            lines = bounded_lines(text, file.label)
            first_line = next((line for line in lines if line.strip()), "")
            last_line = [first_line]
            table = csv.reader(chain([first_line], _remembered(lines, last_line)), delimiter=_delimiter(first_line))
            try:
                header = _distinct(next(table, []))
                number, began = 0, table.line_num
                cells, spans_lines = header, False
                for cells in table:
                    spans_lines, began = table.line_num > began + 1, table.line_num
                    if cells:
                        number += 1
                        yield _row(number, header, cells)
                if not _is_closed(cells, header, spans_lines=spans_lines, last_line=last_line[0]):
                    raise UnreadableFileError(f"{file.label}: a quote is opened in its last rows and never closed.")
            except csv.Error as error:
                raise UnreadableFileError(
                    f"{file.label} is not readable CSV at line {table.line_num}: {error}."
                ) from None


def _remembered(lines: Iterator[str], last: list[str]) -> Iterator[str]:
    """The lines as they are; `last` holds the one that was read last."""
    for line in lines:
        last[0] = line
        yield line


def _is_closed(cells: list[str], header: list[str], *, spans_lines: bool, last_line: str) -> bool:
    """Whether the last row, if it is over several lines, ends as one does whose quotes are closed.

    A quote that stays open makes the row end with the file: with cells missing, or in a cell without a closing quote.
    """
    if not (spans_lines and cells):
        return True
    return len(cells) >= len(header) and ("\n" not in cells[-1] or last_line.rstrip("\r\n").endswith('"'))


def _row(number: int, header: list[str], cells: list[str]) -> Row:
    fields: dict[str, object] = dict(zip(header, cells, strict=False))
    surplus = cells[len(header) :]
    if not surplus:
        return Row(number, fields)
    fault = f"has {len(surplus)} cells more than the header; quote cells that hold the delimiter"
    return Row(number, fields | {_SURPLUS: surplus}, fault)


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _distinct(header: list[str]) -> list[str]:
    """Column names; one that comes again gets its number, so that no cell is lost."""
    seen: Counter[str] = Counter()
    names = []
    for name in (name.strip() for name in header):
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return names
