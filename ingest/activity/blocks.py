"""Event files read many records at once, by column: some ten times as fast as record by record.

A block whose records are all plainly right is ready to be staged. In any other, each record is looked at for itself,
so that the one that is wrong is rejected with its reason.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from ingest.activity import records
from ingest.activity.records import STAGED, event_id_of
from ingest.readers import Reader, Row
from ingest.readers.json_records import row_of_line
from ingest.readers.on_disk import on_disk
from ingest.sources import SourceFile
from schema.models import EventType

BLOCK_BYTES = 4 * 1024 * 1024
_BLOCK_ROWS = 32_768

_TEXTS = ("event_id", "occurred_at", "event_type", "prompt_key", "session_id", "query")
_INTEGERS = ("prompt_id", "result_count", "position")
_COLUMNS = (*_TEXTS, "user_id", *_INTEGERS)
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_TYPES = pa.array([kind.value for kind in EventType])
_ABOUT_A_PROMPT = pa.array([kind.value for kind in records.ABOUT_A_PROMPT])
_BY_A_PERSON = pa.array([kind.value for kind in records.BY_A_PERSON])


class NotByColumnError(Exception):
    """A file that only its reader can make sense of, or refuse in words."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some records of a file in a row, the first of which is number `first`."""

    first: int
    table: pa.Table | None
    lines: bytes = b""

    def rows(self) -> Iterator[Row]:
        """The records, one by one."""
        if self.lines:
            for number, line in enumerate(self.lines.decode().split("\n")[:-1], start=self.first):
                yield row_of_line(number, line)
        else:
            assert self.table is not None
            for number, record in enumerate(self.table.to_pylist(), start=self.first):
                yield Row(number, record)


def blocks_of(file: SourceFile, reader: Reader) -> Iterator[Block]:
    """The blocks of a file of JSON Lines, CSV or Parquet.

    Raises:
        NotByColumnError: it has to be read by its reader; what was yielded before must not be kept.
    """
    read = {"jsonl": _json_lines, "csv": _csv, "parquet": _parquet}.get(reader.name)
    if read is None:
        raise NotByColumnError
    try:
        yield from read(file)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise NotByColumnError from error


def ready(block: Block, latest: datetime) -> pa.Table | None:
    """The records of a block as they are staged, or None where any of them is not plainly right."""
    if block.table is None:
        return None
    try:
        staged = _staged(block.table, block.first)
    except pa.ArrowException:
        return None
    return staged if _is_right(staged, latest) else None


def _json_lines(file: SourceFile) -> Iterator[Block]:
    first = 1
    with file.open() as stream:
        for lines in _whole_lines(stream):
            lines.decode()  # what is not UTF-8 throughout, its reader knows how to read or refuse
            count, table = lines.count(b"\n"), _parsed(lines)
            if table is not None and table.num_rows != count:
                raise NotByColumnError  # empty lines, or several values in one
            yield Block(first, table, lines)
            first += count


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while piece := stream.read(BLOCK_BYTES):
        lines, newline, after = (rest + piece).rpartition(b"\n")
        if not newline and len(after) > BLOCK_BYTES:
            raise NotByColumnError
        rest = after
        if newline:
            yield lines + newline
    if rest:
        yield rest + b"\n"


def _parsed(lines: bytes) -> pa.Table | None:
    """Ids of people may be numbers, too."""
    if b"\r" in lines or lines.startswith(b"\xef\xbb\xbf"):
        raise NotByColumnError
    for user_id in (pa.string(), pa.int64()):
        types = dict.fromkeys(_TEXTS, pa.string()) | dict.fromkeys(_INTEGERS, pa.int64()) | {"user_id": user_id}
        schema = pa.schema(list(types.items()))
        options = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        try:
            return pa_json.read_json(
                io.BytesIO(lines), pa_json.ReadOptions(use_threads=False, block_size=2 * BLOCK_BYTES), options
            )
        except pa.ArrowException:
            continue
    return None


def _csv(file: SourceFile) -> Iterator[Block]:
    if file.encoding not in ("utf-8", "utf-8-sig") or file.text_sample is None:
        raise NotByColumnError
    header = next(csv.reader(io.StringIO(file.text_sample)), [])
    if "event_id" not in header or len(set(header)) != len(header):
        raise NotByColumnError
    first = 1
    with file.open() as stream:
        table = pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            pa_csv.ParseOptions(newlines_in_values=True),
            pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in header}, strings_can_be_null=True, null_values=[""]
            ),
        )
        for batch in table:
            yield Block(first, pa.Table.from_batches([batch]))
            first += batch.num_rows


def _parquet(file: SourceFile) -> Iterator[Block]:
    first = 1
    # What is buffered ahead is held until the end of the file.
    with on_disk(file) as path, pq.ParquetFile(path, pre_buffer=False) as table:
        known = [name for name in table.schema_arrow.names if name in _COLUMNS]
        for batch in table.iter_batches(_BLOCK_ROWS, columns=known):
            yield Block(first, pa.Table.from_batches([batch]))
            first += batch.num_rows


def _staged(table: pa.Table, first: int) -> pa.Table:
    raw: dict[str, Any] = {name: table[name] if name in table.column_names else None for name in _COLUMNS}
    texts = {name: _text(raw[name], table.num_rows) for name in (*_TEXTS, "user_id") if name != "occurred_at"}
    numbers = {name: _integer(raw[name], table.num_rows) for name in _INTEGERS}
    columns = {
        "row_number": pa.array(range(first, first + table.num_rows), pa.int64()),
        "event_id": _ids(texts["event_id"]),
        "occurred_at": _moments(raw["occurred_at"], table.num_rows),
        "event_type": texts["event_type"],
        "external_user": texts["user_id"],
        "library_prompt": numbers["prompt_id"],
        "prompt_key": texts["prompt_key"],
        "session_id": texts["session_id"],
        "query": texts["query"],
        "result_count": numbers["result_count"],
        "position": numbers["position"],
    }
    return pa.table([columns[name] for name in STAGED.names], schema=STAGED)


def _text(column: Any, rows: int) -> Any:
    """As `ingest.values.optional_text` has it."""
    if column is None:
        return pa.nulls(rows, pa.string())
    if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise pa.ArrowInvalid("is no text")
    trimmed = pc.utf8_trim_whitespace(pc.utf8_normalize(column.cast(pa.string()), "NFC"))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _integer(column: Any, rows: int) -> Any:
    if column is None:
        return pa.nulls(rows, pa.int64())
    if pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        raise pa.ArrowInvalid("is no whole number")
    return column.cast(pa.int64())


def _moments(column: Any, rows: int) -> Any:
    if column is None:
        return pa.nulls(rows, STAGED.field("occurred_at").type)
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz or "UTC")).cast(pa.timestamp("us", "UTC"))
    if not pa.types.is_string(column.type):
        raise pa.ArrowInvalid("is no moment")
    return column.cast(pa.timestamp("us", "UTC"))


def _ids(column: Any) -> Any:
    if pc.all(pc.match_substring_regex(column, _UUID)).as_py():
        return column
    return pa.array([text and event_id_of(text) for text in column.to_pylist()], pa.string())


def _is_right(staged: pa.Table, latest: datetime) -> bool:
    kinds, moments = staged["event_type"], staged["occurred_at"]
    without_prompt = pc.and_(pc.is_null(staged["library_prompt"]), pc.is_null(staged["prompt_key"]))
    without_person = pc.is_null(staged["external_user"])
    wrong = (
        pc.invert(pc.is_in(kinds, _TYPES)),
        pc.is_null(staged["event_id"]),
        pc.is_null(moments),
        pc.greater(moments, pa.scalar(latest)),
        pc.less(moments, pa.scalar(records.EARLIEST)),
        pc.and_(without_prompt, pc.is_in(kinds, _ABOUT_A_PROMPT)),
        pc.and_(without_person, pc.is_in(kinds, _BY_A_PERSON)),
        *(pc.less(staged[name], 0) for name in ("library_prompt", "result_count", "position")),
        *(pc.greater(staged[name], records.MAX_INTEGER) for name in ("result_count", "position")),
        *(
            pc.greater(pc.utf8_length(staged[name]), limit)
            for name, limit in (
                ("external_user", records.MAX_ID_CHARACTERS),
                ("session_id", records.MAX_ID_CHARACTERS),
                ("prompt_key", records.MAX_KEY_CHARACTERS),
                ("query", records.MAX_QUERY_CHARACTERS),
            )
        ),
        # What the database cannot hold, or is written in another way there.
        *(
            pc.match_substring_regex(staged[name], "[\\x00\\r]")
            for name in ("external_user", "session_id", "prompt_key", "query")
        ),
    )
    return not any(pc.any(column).as_py() for column in wrong)
