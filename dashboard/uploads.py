"""Uploaded files on disk for as long as an import needs them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Protocol

_MAX_NAME_BYTES = 200


class Upload(Protocol):
    """What the browser sent: a name, which may be anything, and the content."""

    @property
    def name(self) -> str:
        """The file's name on the person's machine."""

    def getbuffer(self) -> memoryview:
        """The content."""


@contextmanager
def saved(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The files under their own base names, each in a folder of its own as two may share a name."""
    with TemporaryDirectory(prefix="promptory-upload-") as folder:
        paths = []
        for number, upload in enumerate(uploads, start=1):
            path = Path(folder) / str(number) / safe_name(upload.name)
            path.parent.mkdir()
            path.write_bytes(upload.getbuffer())
            paths.append(path)
        yield paths


def safe_name(name: str) -> str:
    """The base name of `name`, whichever system wrote it, fit for any file system."""
    base = "".join(character for character in PureWindowsPath(name).name if character.isprintable())
    while len(base.encode(errors="replace")) > _MAX_NAME_BYTES:
        base = base[1:]
    return base if base.strip(". ") else "upload"


def without_folder(message: str, paths: Sequence[Path]) -> str:
    """`message` with the files' names in place of where they lie on this machine."""
    for path in paths:
        message = message.replace(f"{path.parent}/", "")
    return message
