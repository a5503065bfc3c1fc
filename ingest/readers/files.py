"""Opening files: plain or gzip, as bytes or as text, with faults told in words."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from ingest.errors import UnreadableFileError
from ingest.readers.base import MAX_FIELD_CHARACTERS

_GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressing gzip by its content.

    Raises:
        UnreadableFileError: it is missing, is a folder, may not be read, or is damaged gzip.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            if compressed:
                with gzip.open(file) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield file
    except FileNotFoundError:
        raise UnreadableFileError(f"{path} does not exist; check the path.") from None
    except IsADirectoryError:
        raise UnreadableFileError(f"{path} is a folder; name the files in it.") from None
    except PermissionError:
        raise UnreadableFileError(f"{path} may not be read by this user; change its permissions.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableFileError(f"{path} is damaged gzip ({error}); fetch it again.") from None
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error.strerror or error}).") from None


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a file as UTF-8 text, with or without a byte-order mark; line endings stay as they are.

    Raises:
        UnreadableFileError: as `open_bytes`, or the text is not UTF-8.
    """
    with open_bytes(path) as file:
        try:
            yield io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{path} is not UTF-8 text (byte 0x{error.object[error.start]:02x}); save it as UTF-8."
            ) from None


def bounded_lines(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of a file, none of which may be longer than MAX_FIELD_CHARACTERS."""
    while line := file.readline(MAX_FIELD_CHARACTERS):
        if len(line) == MAX_FIELD_CHARACTERS and not line.endswith(("\n", "\r")):
            raise UnreadableFileError(f"{path} has a line of over 4 million characters; split it.")
        yield line
