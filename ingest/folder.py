"""A folder on this machine or in S3, whose files other systems drop."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from ingest.errors import UnreadableFileError
from ingest.sources import Address, is_remote, s3_files


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, or `s3://bucket/prefix`."""

    root: str

    @property
    def fs(self) -> Any:
        """Its file system."""
        return s3_files() if is_remote(self.root) else fsspec.filesystem("file", auto_mkdir=True)

    @property
    def path(self) -> str:
        """Its path there."""
        return self.root.removeprefix("s3://").rstrip("/")

    def has_folder(self, fs: Any, path: str) -> bool:
        """Whether there is a folder of that path; in S3, whether anything lies below it.

        Raises:
            UnreadableFileError: there is no such bucket, which an empty one would look like.
        """
        if fs.isdir(path):
            return True
        if is_remote(self.root):
            try:
                fs.call_s3("head_bucket", Bucket=path.partition("/")[0])
            except PermissionError:
                pass  # who may list a prefix alone may not ask for the bucket
            except FileNotFoundError:
                raise UnreadableFileError(
                    f"The bucket of {self.root} does not exist; check PROMPTORY_INBOX, PROMPTORY_LANDING "
                    "and PROMPTORY_LAKE."
                ) from None
        return False

    def address(self, name: str) -> Address:
        """Where the file of that name below it lies, as ingest takes it."""
        return f"{self.root.rstrip('/')}/{name}" if is_remote(self.root) else Path(self.root) / name


def is_plain_file(found: dict[str, Any]) -> bool:
    """Whether an entry of a listing may be read: links may lead out of the folder, a pipe would be read without end."""
    return found["type"] == "file" and not found.get("islink")


def is_tellable(path: str) -> bool:
    """Whether other systems can be told the file's name; one that is not is left where it lies."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def mark_of(name: str, found: dict[str, Any]) -> str:
    """Changes when the file does."""
    return f"{name}:{found.get('size')}:{found.get('ETag') or found.get('mtime')}"


def fingerprint(marks: Iterable[str]) -> str:
    """One mark for several files."""
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]
