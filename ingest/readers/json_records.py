"""JSON and JSON Lines, streamed in bounded memory with the standard library's decoder."""

from collections.abc import Iterator

from ingest.readers.base import Row
from ingest.readers.file_names import rows_in, with_twin
from ingest.readers.json_scanner import JsonScanner, decoder, one_line
from ingest.readers.nested import NOT_AN_OBJECT
from ingest.sources import SourceFile, bounded_lines


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
            return bool(rest.strip()) and isinstance(decoder.decode(first), dict)
        except (ValueError, RecursionError):
            return False

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a line; a line that is not a JSON object carries a fault."""
        with file.open_text() as text:
            lines = (line for line in bounded_lines(text, file.label) if line.strip())
            for number, line in enumerate(lines, start=1):
                yield row_of_line(number, line)


class JsonReader:
    """JSON lists and objects, nested as collections nest them, or such values one after the other."""

    name = "json"

    def recognises(self, file: SourceFile) -> bool:
        """The file begins as a JSON object or list."""
        return (file.text_sample or "").lstrip()[:1] in ("[", "{")

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield a row a record; a text over 4 million characters refuses the file."""
        yield from with_twin(file, self._read)

    @staticmethod
    def _read(file: SourceFile) -> Iterator[Row]:
        with file.open_text() as text:
            yield from rows_in(file, JsonScanner(text, file.label).values())


def row_of_line(number: int, line: str) -> Row:
    """A line of JSON Lines as a row; one that is not a JSON object carries a fault."""
    try:
        fields = decoder.decode(line)
    except RecursionError:
        return Row(number, {"line": line[:2000]}, "is nested too deeply")
    except ValueError as error:
        return Row(number, {"line": line[:2000]}, f"is not JSON: {one_line(str(error))}")
    if not isinstance(fields, dict):
        return Row(number, {"value": fields}, NOT_AN_OBJECT)
    return Row(number, fields)
