"""Spreadsheets (XLSX, XLS, ODS): the sheets whose header names a prompt."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from ingest.columns import meaning_of
from ingest.errors import UnreadableFileError
from ingest.readers import spreadsheet_cells
from ingest.readers.base import Row
from ingest.readers.delimited import distinct
from ingest.readers.on_disk import on_disk
from ingest.sources import SourceFile

Cells = list[str]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_LAST_HEADER_LINE = 20


class SpreadsheetReader:
    """Rows of a workbook's sheets, keyed by their headers."""

    def __init__(self, name: str) -> None:
        self.name = name

    def recognises(self, file: SourceFile) -> bool:
        """By what such a file begins with, and its name where that leaves doubt."""
        return _kind_of(file) == self.name

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a line of each sheet that has a header with a prompt; where none has, of all sheets.

        A header may stand below a title or blank lines.
        """
        with on_disk(file) as path:
            for is_header in (_names_a_prompt, any):
                is_found = False
                for number, fields in enumerate(_records(_cells(path, file.label), is_header), start=1):
                    is_found = True
                    yield Row(number, fields)
                if is_found:
                    return


def _records(cells: Iterator[tuple[str, Cells]], is_header: Callable[[Cells], bool]) -> Iterator[dict[str, str]]:
    for sheet, pairs in groupby(cells, key=itemgetter(0)):
        lines = (line for _, line in pairs)
        header = _header(lines, is_header)
        for line in lines if header else ():
            if any(line):
                yield {**dict(zip(header, line, strict=False)), "sheet": sheet}


def _header(lines: Iterator[Cells], is_header: Callable[[Cells], bool]) -> Cells:
    """The names of a sheet's columns, after which its lines go on; [] where it has no header."""
    for line in islice(lines, _LAST_HEADER_LINE):
        if is_header(line):
            return distinct([cell or f"column {n}" for n, cell in enumerate(line, start=1)])
    return []


def _names_a_prompt(line: Cells) -> bool:
    return any(meaning_of(cell) == "prompt" for cell in line)


def _cells(path: Path, label: str) -> Iterator[tuple[str, Cells]]:
    """The lines of all sheets with their sheet's name, as another process reads them."""
    program = [sys.executable, "-I", spreadsheet_cells.__file__, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield from _told(process.stdout or (), label)
        finally:
            process.kill()


def _told(output: Iterable[bytes], label: str) -> Iterator[tuple[str, Cells]]:
    sheet = ""
    for told in output:
        if not told.endswith(b"\n"):
            break
        value = json.loads(told)
        if isinstance(value, list):
            yield sheet, value
        elif "fault" in value:
            raise _unreadable(label, value["fault"])
        elif "end" in value:
            return
        else:
            sheet = value["sheet"]
    raise _unreadable(label, "reading it takes more memory or time than any collection does")


def _unreadable(label: str, why: str) -> UnreadableFileError:
    told = " ".join(why.split())[:160]
    return UnreadableFileError(f"{label} is no spreadsheet that can be read ({told}); save it anew, or as CSV.")


def _kind_of(file: SourceFile) -> str | None:
    sample = file.sample
    if sample.startswith(_ZIP):
        if _ODS in sample[:200] or file.ending == ".ods":
            return "ods"
        return "xlsx" if b"xl/" in sample or file.ending in (".xlsx", ".xlsm") else None
    return "xls" if sample.startswith(_OLE) and file.ending == ".xls" else None


SPREADSHEET_READERS = tuple(SpreadsheetReader(name) for name in ("xlsx", "xls", "ods"))
