"""A file where libraries that open paths can read it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from fsspec.implementations.local import LocalFileSystem

from ingest.sources import SourceFile


@contextmanager
def on_disk(file: SourceFile) -> Iterator[Path]:
    """The path of a file, unpacked: its own, or that of a copy that is gone afterwards."""
    with file.open() as stored:
        if isinstance(file.fs, LocalFileSystem) and file.sample[:4] == file.head[:4]:
            yield Path(file.path)
            return
        with NamedTemporaryFile(prefix="promptory-") as copy:
            shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)
