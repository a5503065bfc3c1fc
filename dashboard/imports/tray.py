"""The files that a curator has dropped, on disk for as long as their session holds them."""

from collections.abc import Iterable
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


class Tray:
    """A folder of its own with the dropped files; it goes when nothing holds the tray any more."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="promptory-upload-", ignore_cleanup_errors=True)
        self.paths: list[Path] = []

    @property
    def root(self) -> Path:
        """The folder that the files lie in."""
        return Path(self._folder.name)

    def add(self, uploads: Iterable[Upload]) -> None:
        """Put files in under their base names; a second file of one name gets a number."""
        for upload in uploads:
            path = self._free(safe_name(upload.name))
            path.write_bytes(upload.getbuffer())
            self.paths.append(path)

    def remove(self, path: Path) -> None:
        """Take a file out."""
        if path in self.paths:
            self.paths.remove(path)
            path.unlink(missing_ok=True)

    def _free(self, name: str) -> Path:
        stem, dot, endings = name.partition(".")
        path, number = self.root / name, 1
        while path.exists():
            number += 1
            path = self.root / f"{stem} ({number}){dot}{endings}"
        return path


def safe_name(name: str) -> str:
    """The base name of `name`, whichever system wrote it, fit for any file system."""
    base = "".join(character for character in PureWindowsPath(name).name if character.isprintable())
    while len(base.encode(errors="replace")) > _MAX_NAME_BYTES:
        base = base[1:]
    return base if base.strip(". ") else "upload"
