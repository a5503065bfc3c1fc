"""JSON of any size, piece by piece: what is short is decoded at once, a long list or object is walked through."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, TextIO

from ingest.errors import UnreadableFileError
from ingest.readers.holding import Elements, Members
from ingest.sources import MAX_FIELD_CHARACTERS

_CHUNK = 1 << 16
_LONGEST_INTEGER = 40
_SPACE = " \t\r\n"


def _integer(digits: str) -> int | str:
    """Python refuses to convert thousands of digits; such a number is kept as it is written."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _decimal(digits: str) -> float | str:
    """A number beyond what a float holds is kept as it is written: infinity is no JSON."""
    number = float(digits)
    return number if math.isfinite(number) else digits


# NaN and the infinities are no JSON, and no database takes them: nothing is what they say.
decoder = json.JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=lambda _: None)


class JsonScanner:
    """Walks over the values of a JSON text. What holds more than a record may is handed out as an iterator."""

    def __init__(self, file: TextIO, label: str) -> None:
        self._file, self._label = file, label
        self._buffer, self._position, self._ended = "", 0, False

    def values(self) -> Iterator[Any]:
        """The values that follow each other in the file (usually one). A list is always an iterator."""
        while character := self._peek():
            yield from self._handed_out(Elements(self._elements()) if character == "[" else self._value())

    def _value(self) -> Any:
        """The value that begins here, or an iterator over it where it is long."""
        self._peek()
        while True:
            try:
                value, end = decoder.raw_decode(self._buffer, self._position)
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._position > MAX_FIELD_CHARACTERS:
                    return self._long_value()
                if not self._read_on():
                    raise self._unreadable(one_line(error.msg)) from None
            except RecursionError:
                raise UnreadableFileError(f"{self._label} is nested too deeply to be a list of records.") from None
            else:
                # A number at the end of what was read may go on.
                if end < len(self._buffer) or not self._read_on():
                    self._position = end
                    return value

    def _long_value(self) -> Elements | Members:
        if self._peek() == "[":
            return Elements(self._elements())
        if self._peek() == "{":
            return Members(self._members())
        raise UnreadableFileError(f"{self._label} holds a text of over 4 million characters; split it.")

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            yield from self._handed_out(self._value())
            if self._peek() == "]":
                self._take("]")
                return
            self._take(",")

    def _members(self) -> Iterator[tuple[str, Any]]:
        self._take("{")
        while self._peek() != "}":
            name = self._value()
            if not isinstance(name, str):
                raise self._unreadable("a name is missing in an object")
            self._take(":")
            for value in self._handed_out(self._value()):
                yield name, value
            if self._peek() != "}":
                self._take(",")
        self._take("}")

    def _handed_out(self, value: Any) -> Iterator[Any]:
        """The value; what its receiver left unread of an iterator is passed over."""
        yield value
        if isinstance(value, (Elements, Members)):
            for _ in value:
                pass

    def _peek(self) -> str:
        """The next character that is not white space; '' at the end."""
        while True:
            while self._position < len(self._buffer):
                if self._buffer[self._position] not in _SPACE:
                    return self._buffer[self._position]
                self._position += 1
            if not self._read_on():
                return ""

    def _take(self, character: str) -> None:
        found = self._peek()
        if found != character:
            raise self._unreadable(f"'{character}' is missing before '{found or 'the end of the file'}'")
        self._position += 1

    def _read_on(self) -> bool:
        """Read twice as far as before, so that a long element is not scanned again and again."""
        if self._ended:
            return False
        piece = self._file.read(max(_CHUNK, len(self._buffer) - self._position))
        self._ended = not piece
        self._buffer, self._position = self._buffer[self._position :] + piece, 0
        return bool(piece)

    def _unreadable(self, what: str) -> UnreadableFileError:
        return UnreadableFileError(f"{self._label} is not readable JSON: {what}.")


def one_line(message: str) -> str:
    """A message of the decoder, for the middle of a sentence."""
    return re.sub(r"\s+", " ", message).strip()[:160].rstrip(".")
