"""JSON lists and JSON Lines, streamed in bounded memory with the standard library's decoder."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, TextIO

from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.sources import MAX_FIELD_CHARACTERS, SourceFile, bounded_lines

_NOT_AN_OBJECT = "is not an object with named fields"
_CHUNK = 1 << 16
_LONGEST_INTEGER = 40
_SPACE = " \t\r\n"


def _integer(digits: str) -> int | str:
    """Python refuses to convert thousands of digits; such a number is kept as it is written."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


# NaN and the infinities are no JSON, and no database takes them: nothing is what they say.
_decoder = json.JSONDecoder(parse_int=_integer, parse_constant=lambda _: None)


class JsonLinesReader:
    """One JSON object a line."""

    name = "jsonl"

    def recognises(self, file: SourceFile) -> bool:
        """Its name says so, or its first line is a whole JSON object and not the only line."""
        text = (file.text_sample or "").lstrip()
        if file.ending in (".jsonl", ".ndjson"):
            return text[:1] == "{"
        first, _, rest = text.partition("\n")
        try:
            return bool(rest.strip()) and isinstance(_decoder.decode(first), dict)
        except (ValueError, RecursionError):
            return False

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a line; a line that is not a JSON object carries a fault."""
        with file.open_text() as text:
            lines = (line for line in bounded_lines(text, file.label) if line.strip())
            for number, line in enumerate(lines, start=1):
                yield _row_of_line(number, line)


class JsonReader:
    """A JSON list of objects, an object with one in it (`{"prompts": [...]}`), or objects one after the other."""

    name = "json"

    def recognises(self, file: SourceFile) -> bool:
        """The file begins as a JSON object or list."""
        return (file.text_sample or "").lstrip()[:1] in ("[", "{")

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row an element of the list; an element over 4 million characters refuses the file."""
        with file.open_text() as text:
            scanner = _Scanner(text, file.label)
            values = chain.from_iterable(scanner.records() for _ in iter(scanner.peek, ""))
            for number, item in enumerate(values, start=1):
                yield Row(number, item) if isinstance(item, dict) else Row(number, {"value": item}, _NOT_AN_OBJECT)


class _Scanner:
    """Walks over a JSON text that is read piece by piece."""

    def __init__(self, file: TextIO, label: str) -> None:
        self.file, self.label = file, label
        self.buffer, self.position, self.ended = "", 0, False

    def records(self) -> Iterator[Any]:
        """The records of the value that begins here: a list's elements, or those of the list in an object."""
        if self.peek() == "[":
            yield from self._elements()
        elif self.peek() == "{":
            yield from self._in_object()
        else:
            yield self._value()

    def peek(self) -> str:
        """The next character that is not white space; '' at the end."""
        while True:
            while self.position < len(self.buffer):
                if self.buffer[self.position] not in _SPACE:
                    return self.buffer[self.position]
                self.position += 1
            if not self._read_on():
                return ""

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        if self.peek() == "]":
            self._take("]")
            return
        while True:
            yield self._value()
            if self.peek() == "]":
                self._take("]")
                return
            self._take(",")

    def _in_object(self) -> Iterator[Any]:
        """The first list of objects in the object is what it holds; without one, the object is itself a record."""
        fields: dict[str, Any] = {}
        self._take("{")
        while self.peek() != "}":
            name = str(self._value())
            self._take(":")
            if self.peek() == "[":
                elements = self._elements()
                first = next(elements, None)
                if isinstance(first, dict):
                    yield first
                    yield from elements
                    self._skip_rest()
                    return
                fields[name] = [first, *elements] if first is not None else list(elements)
            else:
                fields[name] = self._value()
            if self.peek() == ",":
                self._take(",")
        self._take("}")
        inner = _list_within(fields)
        if inner is None:
            yield fields
        else:
            yield from inner

    def _skip_rest(self) -> None:
        while self.peek() == ",":
            self._take(",")
            self._value()
            self._take(":")
            self._value()
        self._take("}")

    def _take(self, character: str) -> None:
        if self.peek() != character:
            found = self.peek() or "the end of the file"
            raise UnreadableFileError(f"{self.label} is not readable JSON: '{character}' is missing before '{found}'.")
        self.position += 1

    def _value(self) -> Any:
        self.peek()
        self.buffer, self.position = self.buffer[self.position :], 0
        while True:
            try:
                value, end = _decoder.raw_decode(self.buffer)
            except json.JSONDecodeError as error:
                if not self._read_on():
                    raise self._unreadable(error) from None
            except RecursionError:
                raise UnreadableFileError(f"{self.label} is nested too deeply to be a list of records.") from None
            else:
                # A number at the end of what was read may go on.
                if end < len(self.buffer) or not self._read_on():
                    self.position = end
                    return value

    def _read_on(self) -> bool:
        """Read twice as far as before, so that a long element is not scanned again and again."""
        if self.ended:
            return False
        if len(self.buffer) - self.position > MAX_FIELD_CHARACTERS:
            raise UnreadableFileError(f"{self.label} holds a record of over 4 million characters; split it.")
        piece = self.file.read(max(_CHUNK, len(self.buffer) - self.position))
        self.ended = not piece
        self.buffer, self.position = self.buffer[self.position :] + piece, 0
        return bool(piece)

    def _unreadable(self, error: json.JSONDecodeError) -> UnreadableFileError:
        return UnreadableFileError(f"{self.label} is not readable JSON: {_one_line(error.msg)}.")


def _list_within(fields: dict[str, Any]) -> list[Any] | None:
    """The list of objects one level down (`{"data": {"prompts": [...]}}`), if there is one."""
    for value in fields.values():
        if isinstance(value, dict):
            for inner in value.values():
                if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                    return inner
    return None


def _row_of_line(number: int, line: str) -> Row:
    try:
        fields = _decoder.decode(line)
    except RecursionError:
        return Row(number, {"line": line[:2000]}, "is nested too deeply")
    except ValueError as error:
        return Row(number, {"line": line[:2000]}, f"is not JSON: {_one_line(str(error))}")
    if not isinstance(fields, dict):
        return Row(number, {"value": fields}, _NOT_AN_OBJECT)
    return Row(number, fields)


def _one_line(message: str) -> str:
    return re.sub(r"\s+", " ", message).strip()[:160].rstrip(".")
