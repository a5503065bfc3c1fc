"""JSON lists and JSON Lines, streamed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import ijson

from ingest.errors import UnreadableFileError
from ingest.readers.base import MAX_FIELD_CHARACTERS, Row
from ingest.readers.files import open_bytes, open_text

_NOT_AN_OBJECT = "is not an object with named fields"


class JsonLinesReader:
    """One JSON object a line."""

    name = "jsonl"

    def recognises(self, sample: bytes, file_name: str) -> bool:
        """The first line is a whole JSON object, and it is not the only one unless the name says so."""
        first, _, rest = sample.lstrip(b"\xef\xbb\xbf \r\n\t").partition(b"\n")
        if not (rest.strip() or file_name.endswith((".jsonl", ".ndjson", ".jsonl.gz"))):
            return False
        try:
            return isinstance(json.loads(first), dict)
        except (ValueError, RecursionError):
            return False

    def rows(self, path: Path) -> Iterator[Row]:
        """Yield a row a line; a line that is not a JSON object carries a fault."""
        with open_text(path) as file:
            number = 0
            while line := file.readline(MAX_FIELD_CHARACTERS):
                if not line.endswith("\n") and len(line) == MAX_FIELD_CHARACTERS:
                    raise UnreadableFileError(f"{path}: line {number + 1} is over 4 MiB; split it.")
                if not line.strip():
                    continue
                number += 1
                yield _row_of_line(number, line)


class JsonReader:
    """A JSON list of objects, or an object with one such list in it (`{"prompts": [...]}`)."""

    name = "json"

    def recognises(self, sample: bytes, file_name: str) -> bool:  # noqa: ARG002 (the interface)
        """The file begins as a JSON object or list."""
        return sample.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{")

    def rows(self, path: Path) -> Iterator[Row]:
        """Yield a row an element of the first list of objects."""
        prefix = self._list_prefix(path)
        with open_bytes(path) as file:
            try:
                _skip_byte_order_mark(file)
                for number, item in enumerate(ijson.items(file, prefix, use_float=True), start=1):
                    if isinstance(item, dict):
                        yield Row(number, item)
                    else:
                        yield Row(number, {"value": item}, _NOT_AN_OBJECT)
            except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
                raise UnreadableFileError(f"{path} is not readable JSON: {_one_line(error)}.") from None

    def _list_prefix(self, path: Path) -> str:
        with open_bytes(path) as file:
            try:
                _skip_byte_order_mark(file)
                for prefix, event, _ in ijson.parse(file):
                    if event == "start_array":
                        return f"{prefix}.item" if prefix else "item"
            except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
                raise UnreadableFileError(f"{path} is not readable JSON: {_one_line(error)}.") from None
        return ""


def _row_of_line(number: int, line: str) -> Row:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, {"line": line[:2000]}, f"is not JSON: {_one_line(error)}")
    if not isinstance(fields, dict):
        return Row(number, {"value": fields}, _NOT_AN_OBJECT)
    return Row(number, fields)


def _skip_byte_order_mark(file: BinaryIO) -> None:
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()[:160].rstrip(".")
