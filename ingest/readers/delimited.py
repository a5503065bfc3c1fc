"""CSV and its kin: any of the usual delimiters, quoted cells with line breaks, cells of any sensible length."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ingest.columns import is_field, meaning_of
from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.sources import MAX_FIELD_CHARACTERS, SourceFile, bounded_lines

_DELIMITERS = ",\t;|"
_SURPLUS = "(surplus cells)"
# What Excel writes first to say what the delimiter is.
_DECLARED = re.compile(r"\"?sep=(?P<delimiter>[,;|\t])\"?\s*", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_LONGEST_NAME = 60
_WITHOUT_HEADER = ["title", "prompt"]

# The module's own limit, 131,072, is shorter than real prompts.
csv.field_size_limit(MAX_FIELD_CHARACTERS)


class _Header(NamedTuple):
    """A table's columns. `needed` are the cells that a row must have for its prompt to be among them."""

    names: list[str]
    needed: int


class DelimitedReader:
    """Rows of a delimited text file, keyed by its header."""

    name = "csv"

    def recognises(self, file: SourceFile) -> bool:
        """A name that says so; or a header of short, distinct names: known ones, or above a line of as many cells."""
        if file.text_sample is None:
            return False
        if file.ending in (".csv", ".tsv"):
            return True
        first, _, rest = file.text_sample.lstrip().partition("\n")
        delimiter = _delimiter(first)
        names = [name.strip(' "\r') for name in first.split(delimiter)]
        if not 2 <= len(names) == len(set(names)) or not all(0 < len(name) <= _LONGEST_NAME for name in names):
            return False
        second = _QUOTED.sub("", rest.lstrip().partition("\n")[0])
        return any(map(is_field, names)) or second.count(delimiter) == len(names) - 1

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield rows; one with more cells than the header, or with too few to hold a prompt, carries a fault.

        A quote that is never closed swallows all that follows, so it refuses the file.
        """
        with file.open_text() as text:
            lines = bounded_lines(text, file.label)
            first_line, delimiter = _beginning(lines)
            last_line = [first_line]
            table = csv.reader(chain([first_line], _remembered(lines, last_line)), delimiter=delimiter)
            try:
                header, first_rows = _header(next(table, []))
                number, began = 0, table.line_num
                cells, spans_lines = header.names, False
                for cells in chain(first_rows, table):
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


def distinct(header: list[str]) -> list[str]:
    """Column names; one that comes again gets its number, so that no cell is lost."""
    seen: Counter[str] = Counter()
    names = []
    for name in (name.strip() for name in header):
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return names


def _beginning(lines: Iterator[str]) -> tuple[str, str]:
    """The first line that is not blank, and the delimiter that it shows or the line before it declares."""
    first = next((line for line in lines if line.strip()), "")
    declared = _DECLARED.fullmatch(first)
    if declared is None:
        return first, _delimiter(first)
    return next((line for line in lines if line.strip()), ""), declared["delimiter"]


def _header(cells: list[str]) -> tuple[_Header, list[list[str]]]:
    """The header, and the rows that were read to know it: two cells of which one is as long as a text are no header."""
    if len(cells) == 2 and len(cells[1]) > _LONGEST_NAME and not any(map(is_field, cells)):
        return _Header(_WITHOUT_HEADER, 2), [cells]
    names = distinct(cells)
    prompts = [place for place, name in enumerate(names, start=1) if meaning_of(name) == "prompt"]
    return _Header(names, min(prompts, default=0)), []


def _remembered(lines: Iterator[str], last: list[str]) -> Iterator[str]:
    """The lines as they are; `last` holds the one that was read last."""
    for line in lines:
        last[0] = line
        yield line


def _is_closed(cells: list[str], header: _Header, *, spans_lines: bool, last_line: str) -> bool:
    """Whether the last row, if it is over several lines, ends as one does whose quotes are closed.

    A quote that stays open makes the row end with the file: with cells missing, or in a cell without a closing quote.
    """
    if not (spans_lines and cells):
        return True
    is_whole = len(cells) >= len(header.names)
    return is_whole and ("\n" not in cells[-1] or last_line.rstrip("\r\n").endswith('"'))


def _row(number: int, header: _Header, cells: list[str]) -> Row:
    fields: dict[str, object] = dict(zip(header.names, cells, strict=False))
    surplus = cells[len(header.names) :]
    if any(map(str.strip, surplus)):
        fault = f"has {_cells(len(surplus))} more than the header; quote cells that hold the delimiter"
        return Row(number, fields | {_SURPLUS: surplus}, fault)
    if 1 < len(cells) < header.needed:
        fault = f"has {_cells(len(header.names) - len(cells))} fewer than the header, and none for the prompt"
        return Row(number, fields, fault)
    return Row(number, fields)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _delimiter(header: str) -> str:
    unquoted = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=unquoted.count)
