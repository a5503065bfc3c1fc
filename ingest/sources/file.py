"""A file of a collection, wherever it lies: opened as bytes or as text, with faults told in words."""

import gzip
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import PurePosixPath
from typing import BinaryIO, TextIO, cast

import fsspec
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import UnreadableFileError
from ingest.sources.encodings import NAMES, encoding_of

SAMPLE_BYTES = 65_536
MAX_FIELD_CHARACTERS = 4 * 1024 * 1024
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
"""Of a file that is read as a whole, such as YAML or Markdown."""

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
# Text packs to a twentieth, and what is made to fill a disk to a thousandth.
_BOMB_BYTES = 100 * 1024 * 1024
_BOMB_RATIO = 200


class SourceFile:
    """A file on an fsspec file system.

    `label` is its name for people; `origin` is the label of what the curator named: the file, or a folder or archive
    that it is in.
    """

    def __init__(self, fs: fsspec.AbstractFileSystem, path: str, label: str, origin: str | None = None) -> None:
        self.fs, self.path = fs, path
        self.label, self.origin = _shown(label), _shown(label if origin is None else origin)

    @property
    def named(self) -> bool:
        """Whether the curator named the file itself."""
        return self.origin == self.label

    @property
    def place(self) -> str:
        """Its path below its origin, or its name: the same wherever the collection lies."""
        return self.name if self.named else self.label.removeprefix(f"{self.origin}/")

    @property
    def name(self) -> str:
        """Its base name."""
        return PurePosixPath(self.label).name

    @property
    def stem(self) -> str:
        """Its base name without endings (`.gz` counts as none of its own)."""
        return self.name.removesuffix(".gz").rpartition(".")[0] or self.name

    @property
    def ending(self) -> str:
        """The last ending of its name, in lower case with the dot; `.gz` is left out; '' without one."""
        return PurePosixPath(self.name.lower().removesuffix(".gz")).suffix

    @property
    def folder(self) -> str:
        """The name of the folder it lies in; '' where that is not known."""
        return PurePosixPath(self.label).parent.name

    @cached_property
    def head(self) -> bytes:
        """Its first bytes as they are stored, at most SAMPLE_BYTES; for a small file, all of them."""
        with self.faults(), self.fs.open(self.path, "rb") as file:
            return cast(bytes, file.read(SAMPLE_BYTES))

    @cached_property
    def sample(self) -> bytes:
        """Its first bytes unpacked, at most SAMPLE_BYTES."""
        with self.open() as file:
            return file.read(SAMPLE_BYTES)

    def forget(self) -> None:
        """Give back the memory of what was read."""
        for name in ("head", "sample", "encoding", "text_sample"):
            self.__dict__.pop(name, None)

    @cached_property
    def encoding(self) -> str | None:
        """The encoding of the text; None where it is no text."""
        if not self.sample.isascii() or b"\0" in self.sample:
            return encoding_of(self.sample)
        with self.open() as file:
            while chunk := file.read(_CHUNK):
                if not chunk.isascii():
                    return encoding_of(chunk[max(0, _first_beyond_ascii(chunk) - 1000) :][:SAMPLE_BYTES])
        return "utf-8"

    @property
    def encoding_name(self) -> str:
        """The encoding as people call it."""
        return NAMES.get(self.encoding or "", "binary")

    @cached_property
    def text_sample(self) -> str | None:
        """The beginning as text; None where it is no text."""
        if self.encoding is None:
            return None
        return self.sample.decode(self.encoding, errors="ignore").removeprefix("\ufeff")

    def sibling(self, name: str) -> "SourceFile | None":
        """The file of that name in the same folder, if there is one."""
        parent, slash, _ = self.path.rpartition("/")
        path = f"{parent}{slash}{name}"
        with self.faults():
            if not self.fs.isfile(path):
                return None
        return SourceFile(self.fs, path, str(PurePosixPath(self.label).with_name(name)), self.origin)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it for reading; gzip is unpacked, by its content.

        Raises:
            UnreadableFileError: it is missing, may not be read, is damaged, or changed while it was read.
        """
        with self.faults():
            if len(self.head) < SAMPLE_BYTES:
                with self._unpacked(io.BytesIO(self.head)) as file:
                    yield file
                return
            before = self._mark()
            with self.fs.open(self.path, "rb") as stored, self._unpacked(stored) as file:
                yield file
            if self._mark() != before:
                raise UnreadableFileError(f"{self.label} changed while it was read; import it again once it is whole.")

    @contextmanager
    def open_text(self) -> Iterator[TextIO]:
        """Open it as text of whatever encoding it has, without its byte-order mark; line endings stay as they are.

        Raises:
            UnreadableFileError: as `open`, or it is no text that we know.
        """
        if self.encoding is None:
            raise UnreadableFileError(
                f"{self.label} is not UTF-8, and in no other encoding that can be told; save it as UTF-8."
            )
        with self.open() as file:
            try:
                yield io.TextIOWrapper(file, encoding=self.encoding, newline="")
            except UnicodeDecodeError as error:
                raise UnreadableFileError(
                    f"{self.label} is not {self.encoding_name} throughout (byte 0x{error.object[error.start]:02x}); "
                    "save it as UTF-8."
                ) from None

    def read_text(self) -> str:
        """The whole text, for formats that are no lists of records.

        Raises:
            UnreadableFileError: as `open_text`, or it is longer than MAX_DOCUMENT_BYTES.
        """
        with self.open_text() as file:
            text = file.read(MAX_DOCUMENT_BYTES + 1)
        if len(text) > MAX_DOCUMENT_BYTES:
            raise UnreadableFileError(f"{self.label} is over 16 MB, which is no document of prompts; split it.")
        return text.removeprefix("\ufeff")

    @contextmanager
    def _unpacked(self, stored: BinaryIO) -> Iterator[BinaryIO]:
        if self.head.startswith(_GZIP_MAGIC):
            with gzip.open(stored) as unpacked:
                yield cast(BinaryIO, _Bounded(unpacked, stored, self.label))
        else:
            yield stored

    def _mark(self) -> tuple[object, ...]:
        """Changes when the file does."""
        self.fs.invalidate_cache(self.fs._parent(self.path))
        found = self.fs.info(self.path)
        return tuple(str(found.get(name)) for name in ("size", "mtime", "ETag", "LastModified"))

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What file systems raise, as an UnreadableFileError in words."""
        label = self.label
        try:
            yield
        except FileNotFoundError:
            raise UnreadableFileError(f"{label} does not exist; check the path.") from None
        except IsADirectoryError:
            raise UnreadableFileError(f"{label} is a folder; name the files in it.") from None
        except PermissionError:
            raise UnreadableFileError(f"{label} may not be read by this user; change its permissions.") from None
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UnreadableFileError(f"{label} is damaged gzip ({error}); fetch it again.") from None
        except zipfile.BadZipFile as error:
            raise UnreadableFileError(
                f"{label} is damaged in its archive ({error}); fetch the archive again."
            ) from None
        except (BotoCoreError, ClientError) as error:
            raise UnreadableFileError(f"{label} cannot be read from S3 ({_one_line(error)}).") from None
        except OSError as error:
            raise UnreadableFileError(f"{label} cannot be read ({error.strerror or _one_line(error)}).") from None


class _Bounded(io.RawIOBase):
    """An unpacked stream that stops where it grows as no text does."""

    def __init__(self, unpacked: gzip.GzipFile, packed: BinaryIO, label: str) -> None:
        self._unpacked, self._packed, self._label = unpacked, packed, label

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._unpacked.read(size)
        so_far = self._unpacked.tell()
        check_unpacked(self._label, so_far, self._packed.tell())
        return piece

    def read1(self, size: int = -1) -> bytes:
        return self.read(size if size >= 0 else _CHUNK)

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        piece = self.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _shown(label: str) -> str:
    """A label as people may see it: no sign in it moves a terminal's cursor."""
    told = unicodedata.normalize("NFC", label).encode(errors="replace").decode()
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in told)


def check_unpacked(label: str, unpacked: int, packed: int) -> None:
    """Refuse what unpacks as no text does (sizes in bytes).

    Raises:
        UnreadableFileError: it is large, and many times larger than it was packed.
    """
    if unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * packed:
        raise UnreadableFileError(f"{label} unpacks to over {_BOMB_RATIO} times its size; it is no text.")


def bounded_lines(file: TextIO, label: str) -> Iterator[str]:
    """The lines of a file, none of which may be longer than MAX_FIELD_CHARACTERS."""
    while line := file.readline(MAX_FIELD_CHARACTERS):
        if len(line) == MAX_FIELD_CHARACTERS and not line.endswith(("\n", "\r")):
            raise UnreadableFileError(f"{label} has a line of over 4 million characters; split it.")
        yield line


def _first_beyond_ascii(chunk: bytes) -> int:
    low, high = 0, len(chunk)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if chunk[low:middle].isascii() else (low, middle)
    return low


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
