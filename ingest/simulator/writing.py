"""Files of activity, written by whole columns: JSON Lines, CSV or Parquet."""

import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingest.simulator.events import TYPES, Events
from ingest.simulator.simulation import MS_A_DAY, NONE, Format, Ints

_HEXADECIMAL = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)
_DIGITS = np.frombuffer("".join(f"{number:03d}" for number in range(1000)).encode(), np.uint8).reshape(1000, 3)
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("event_id", "occurred_at", "event_type", "user_id", "session_id")]
    + [(name, pa.string()) for name in ("prompt_key", "query")]
    + [(name, pa.int32()) for name in ("result_count", "position")]
)


class Vocabulary:
    """Texts that codes stand for, as they are and as JSON."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = pa.array(texts, pa.string())

    @cached_property
    def as_json(self) -> pa.Array:
        """The texts quoted and escaped."""
        return pa.array([json.dumps(text, ensure_ascii=False) for text in self.texts.to_pylist()], pa.string())


class Words:
    """The vocabularies of a simulation's codes: its users' ids, its prompts' keys and what people search for."""

    def __init__(self, users: Sequence[str], prompts: Sequence[str], queries: Sequence[str]) -> None:
        self.users, self.prompts, self.queries = Vocabulary(users), Vocabulary(prompts), Vocabulary(queries)
        self.types = Vocabulary([event_type.value for event_type in TYPES])


class ActivityFile(Protocol):
    """A file that takes events."""

    def write(self, events: Events) -> None:
        """Append events."""


@contextmanager
def activity_file(path: Path, form: Format, words: Words) -> Iterator[ActivityFile]:
    """A new file of events; the same events make the same bytes. The path's name ends in .gz for one with gzip."""
    with path.open("wb") as raw:
        if path.suffix == ".gz":
            with (
                gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as file,
                _form(file, form, words) as one,
            ):
                yield one
        else:
            with _form(raw, form, words) as one:
                yield one


@contextmanager
def _form(file: Any, form: Format, words: Words) -> Iterator[ActivityFile]:
    if form is Format.JSONL:
        yield _JsonLines(file, words)
    elif form is Format.CSV:
        with pa_csv.CSVWriter(file, _SCHEMA) as writer:
            yield _Table(writer, words)
    else:
        with pq.ParquetWriter(file, _SCHEMA, compression="zstd") as writer:
            yield _Table(writer, words)


class _JsonLines:
    def __init__(self, file: IO[bytes], words: Words) -> None:
        self._file, self._words = file, words

    def write(self, events: Events) -> None:
        words = self._words
        parts = [
            *('{"event_id": "', _ids(events.event_id), '", "occurred_at": "', _moments(events.occurred_at)),
            *('", "event_type": ', words.types.as_json.take(_codes(events.event_type))),
            *(', "user_id": ', words.users.as_json.take(_codes(events.user)).fill_null("null")),
            *(', "session_id": "s', _numbers(events.session).cast(pa.string())),
            *('", "prompt_key": ', words.prompts.as_json.take(_codes(events.prompt)).fill_null("null")),
            *(', "query": ', words.queries.as_json.take(_codes(events.query)).fill_null("null")),
            *(', "result_count": ', _numbers(events.result_count).cast(pa.string()).fill_null("null")),
            *(', "position": ', _numbers(events.position).cast(pa.string()).fill_null("null"), "}\n"),
        ]
        lines = pc.binary_join_element_wise(*parts, "")
        # Texts of an array lie one behind the other, and its buffer is filled up to a round size.
        _, ends, texts = lines.buffers()
        self._file.write(texts[: np.frombuffer(ends, np.int32)[len(lines)]])


class _Table:
    def __init__(self, writer: Any, words: Words) -> None:
        self._writer, self._words = writer, words

    def write(self, events: Events) -> None:
        words = self._words
        columns = [
            _ids(events.event_id),
            _moments(events.occurred_at),
            words.types.texts.take(_codes(events.event_type)),
            words.users.texts.take(_codes(events.user)),
            pc.binary_join_element_wise("s", _numbers(events.session).cast(pa.string()), ""),
            words.prompts.texts.take(_codes(events.prompt)),
            words.queries.texts.take(_codes(events.query)),
            _numbers(events.result_count),
            _numbers(events.position),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA))


def _codes(codes: Ints) -> pa.Array:
    return pa.array(codes, mask=codes == NONE)


def _numbers(numbers: Ints) -> pa.Array:
    return pa.array(numbers.astype(np.int32), mask=numbers == NONE)


def _ids(ids: NDArray[np.uint8]) -> pa.Array:
    """UUIDs as text: eight, four, four, four and twelve hexadecimal digits."""
    digits = _HEXADECIMAL[ids].reshape(-1, 32)
    text = np.full((len(ids), 36), ord("-"), np.uint8)
    for place, start, end in ((0, 0, 8), (9, 8, 12), (14, 12, 16), (19, 16, 20), (24, 20, 32)):
        text[:, place : place + end - start] = digits[:, start:end]
    return _texts(text)


def _moments(moments: Ints) -> pa.Array:
    """Milliseconds since 1970 as 2026-03-31T09:30:00.000+00:00."""
    days, rest = np.divmod(moments, MS_A_DAY)
    text = np.tile(np.frombuffer(b"0000-00-00T00:00:00.000+00:00", np.uint8), (len(moments), 1))
    kinds, which = np.unique(days, return_inverse=True)
    dates = np.datetime_as_string(kinds.astype("datetime64[D]")).astype("S10")
    text[:, :10] = dates.view(np.uint8).reshape(-1, 10)[which]
    for place, unit in ((11, 3_600_000), (14, 60_000), (17, 1_000)):
        number, rest = np.divmod(rest, unit)
        text[:, place : place + 2] = _DIGITS[number, 1:]
    text[:, 20:23] = _DIGITS[rest]
    return _texts(text)


def _texts(letters: NDArray[np.uint8]) -> pa.Array:
    """Rows of ASCII letters, all of one length, as texts."""
    rows, length = letters.shape
    ends = np.arange(0, (rows + 1) * length, length, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters)))
