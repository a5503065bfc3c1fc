"""Whatever bytes a file holds, every reader yields rows or says in words why it does not; nothing else comes out."""

import json
from dataclasses import dataclass
from itertools import islice

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.columns import Fields
from ingest.errors import RecordError, UnreadableFileError
from ingest.readers import READERS, Reader, reader_for
from ingest.sources import SourceFile
from ingest.staging import bounded
from tests.ingest.formats.reading import OPTIONS
from tests.ingest.formats.samples import TEXTS, samples

MOST_ROWS = 2000
# Each of these starts a process.
SLOW = frozenset({"xlsx", "xls", "ods"})


@dataclass(frozen=True)
class Change:
    """A piece of a file, from `start` (a share of its length), replaced by `piece` times `times`."""

    start: float
    length: int
    piece: bytes
    times: int

    def of(self, content: bytes) -> bytes:
        """The content with this change."""
        begin = int(self.start * len(content))
        return content[:begin] + self.piece * self.times + content[begin + self.length :]


PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"[", b"{", b'"', b"\n", b"\x00", b"---\n", b"&a [*a]", b"1e999", b"\xff\xfe", b"\\ud800", b"<<: ", b",,"]
    ),
)
CHANGES = st.lists(
    st.builds(Change, st.floats(0, 1), st.integers(0, 40), PIECES, st.sampled_from([1, 1, 2, 300])),
    min_size=1,
    max_size=4,
)


def stored(name: str, content: bytes) -> SourceFile:
    """A file in memory that a curator named."""
    fs = fsspec.filesystem("memory")
    fs.pipe_file(f"/fuzz/{name}", content)
    return SourceFile(fs, f"/fuzz/{name}", f"fuzz/{name}")


def read_or_refuse(reader: Reader, file: SourceFile) -> None:
    """Read a file as an import does; to say that it cannot be read is as good."""
    try:
        for number, row in enumerate(islice(reader.rows(file), MOST_ROWS), start=1):
            assert row.number == number
            fields = bounded(row).fields
            assert json.dumps(dict(fields), allow_nan=False), "the history keeps rejected records as JSON"
            validate(fields)
    except UnreadableFileError as error:
        told = str(error)
    else:
        return
    assert file.name in told


def validate(fields: Fields) -> None:
    """Make a prompt of a record; to say that it is none is as good."""
    try:
        OPTIONS.to_record(fields)
    except RecordError as error:
        told = str(error)
    else:
        return
    assert told


def recognises(reader: Reader, file: SourceFile) -> bool:
    """Whether a reader takes a file; one that cannot be opened is nobody's."""
    try:
        return reader.recognises(file)
    except UnreadableFileError:
        return False


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_changed_files_are_read_or_refused(reader: Reader) -> None:
    known = [name for name, content in samples().items() if recognises(reader, stored(name, content))]
    assert known, f"add a sample of {reader.name}"

    @settings(max_examples=60 if reader.name in SLOW else 3000, deadline=None, database=None)
    @given(st.sampled_from(known), CHANGES)
    def check(name: str, changes: list[Change]) -> None:
        content = samples()[name]
        for change in changes:
            content = change.of(content)
        file = stored(name, content)
        if recognises(reader, file):
            read_or_refuse(reader, file)

    check()


@settings(max_examples=6000, deadline=None, database=None)
@given(st.sampled_from([*sorted(TEXTS), "p.parquet", "p", "p.txt", "p.tsv", "p.csv.gz"]), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    file = stored(name, content)
    for reader in READERS:
        if reader.name not in SLOW and recognises(reader, file):
            read_or_refuse(reader, file)


NAMES = st.text(max_size=8) | st.sampled_from(
    [
        "prompt",
        "title",
        "prompts",
        "messages",
        "role",
        "content",
        "ko",
        "config",
        "conversations",
        "lc",
        "kwargs",
        "labels",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["user", "system"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=6000, deadline=None, database=None)
@given(VALUES)
def test_any_json_is_read_or_refused(value: object) -> None:
    file = stored("any.json", json.dumps([value]).encode())
    read_or_refuse(reader_for(file), file)
