"""The lake's files, in a folder or in S3: markers put as a whole, data files written as streams."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import LakeDayError, LakeError
from ingest.folder import Folder
from ingest.lake.layout import EVENTS, MARKER, PART, begin_again, day_of, mend
from ingest.lake.manifest import Manifest
from ingest.sources import is_remote


class Lake(Folder):
    """The event lake below `root`. Whatever keeps a method from the files is a LakeError."""

    def days(self) -> list[date]:
        """The days that have a folder, in order."""
        return sorted(day for day in map(day_of, self.folders()) if day)

    def folders(self) -> list[str]:
        """The names of what lies in `activity`."""
        place = f"{self.path}/activity"
        with self._reached(place):
            if not self.has_folder(self._files, place):
                return []
            return sorted(str(path).rstrip("/").rpartition("/")[2] for path in self._files.ls(place, detail=False))

    def names(self, day: date) -> list[str]:
        """The names of what lies in a day's folder."""
        place = self.place(day)
        with self._reached(place):
            if not self._files.exists(place):
                return []
            paths = self._files.ls(place, detail=False)
        return sorted(name for path in paths if (name := str(path).removeprefix(place).strip("/")))

    def manifest(self, day: date) -> Manifest | None:
        """What may be read of a day; None where it has no marker."""
        place = self.place(day, MARKER)
        with self._reached(place):
            try:
                content = self._files.cat_file(place)
            except FileNotFoundError:
                return None
        return Manifest.parse(day, content, self.told(day, MARKER), begin_again(day))

    def manifests(self) -> dict[date, Manifest | LakeDayError]:
        """What may be read of each day that has a marker, in order; an error stands for a marker that is not readable.

        Markers in S3 are fetched many at once.
        """
        places = {self.place(day, MARKER): day for day in self.days()}
        with self._reached(f"{self.path}/activity"):
            found = self._files.cat(list(places), on_error="return") if places else {}
        manifests: dict[date, Manifest | LakeDayError] = {}
        for place, day in places.items():
            content = found[place]
            if isinstance(content, FileNotFoundError):
                continue
            if isinstance(content, Exception):
                raise self._away(place, content)
            try:
                manifests[day] = Manifest.parse(day, content, self.told(day, MARKER), begin_again(day))
            except LakeDayError as error:
                manifests[day] = error
        return manifests

    def put(self, manifest: Manifest) -> None:
        """Put a day's marker in its place, as a whole."""
        content, place = manifest.content(), self.place(manifest.day, MARKER)
        with self._reached(place):
            if is_remote(self.root):
                self._files.pipe_file(place, content)
                return
            folder = Path(place).parent
            folder.mkdir(parents=True, exist_ok=True)
            aside = folder / f"{PART}{token_hex(4)}"
            with aside.open("xb") as file:  # whoever may read the day's files may read its marker
                file.write(content)
                _to_disk(file)
            aside.replace(place)
            _folder_to_disk(folder)

    @contextmanager
    def writing(self, day: date, name: str) -> Iterator[BinaryIO]:
        """A new file of a day; at the end of the context it is there to stay."""
        place = self.place(day, name)
        with self._reached(place):
            if is_remote(self.root):
                with self._files.open(place, "wb") as remote:
                    yield cast(BinaryIO, remote)
                return
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            with Path(place).open("xb") as file:
                yield file
                _to_disk(file)

    @contextmanager
    def reading(self, day: date, name: str) -> Iterator[pq.ParquetFile]:
        """A file of a day as a table of EVENTS.

        Raises:
            LakeDayError: it is not there, cannot be read, or is of another schema.
        """
        place = self.place(day, name)
        with self._reached(place):
            try:
                with (
                    self._files.open(place, "rb") as stored,
                    pq.ParquetFile(
                        stored if is_remote(self.root) else place,
                        pre_buffer=False,  # what is buffered ahead is held until the end of the file
                        page_checksum_verification=True,
                    ) as table,
                ):
                    if not table.schema_arrow.equals(EVENTS):
                        differing = sorted({one.name for one in set(table.schema_arrow) ^ set(EVENTS)})
                        raise LakeDayError(
                            f"{self.told(day, name)} is of another schema ({', '.join(differing)}); {mend(day)}"
                        )
                    yield table
            except FileNotFoundError:
                raise LakeDayError(
                    f"{self.told(day, name)} is not there, though the marker names it; {mend(day)}"
                ) from None
            except (pa.ArrowException, OSError) as error:
                if not _is_about_content(error):
                    raise
                told = " ".join(str(error).split())[:200]
                raise LakeDayError(f"{self.told(day, name)} cannot be read ({told}); {mend(day)}") from None

    def content(self, day: date, name: str) -> BinaryIO:
        """A file of a day as bytes."""
        with self._reached(place := self.place(day, name)):
            return cast(BinaryIO, self._files.open(place, "rb"))

    def delete(self, day: date, names: Iterable[str]) -> int:
        """Delete files of a day, if they are there; returns how many were."""
        deleted = 0
        for name in names:
            place = self.place(day, name)
            with self._reached(place):
                if self._files.exists(place):
                    self._files.rm_file(place)
                    deleted += 1
        return deleted

    def place(self, day: date, name: str = "") -> str:
        """The path of a day's folder, or of a file in it, on the lake's file system."""
        return f"{self.path}/activity/dt={day}" + (f"/{name}" if name else "")

    def told(self, day: date, name: str) -> str:
        """A file as people are told of it."""
        return f"{name} of {day} in the lake"

    @cached_property
    def _files(self) -> Any:
        return self.fs

    @contextmanager
    def _reached(self, place: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, OSError) as error:
            raise self._away(place, error) from None

    def _away(self, place: str, error: Exception) -> LakeError:
        told = " ".join(str(error).split())[:200]
        said = "PROMPTORY_LAKE and the AWS credentials" if is_remote(self.root) else "PROMPTORY_LAKE and its rights"
        return LakeError(f"The lake cannot be used at {place} ({told}); check {said}.")


def _is_about_content(error: Exception) -> bool:
    """Whether a file was read, and is no table: Arrow has no number for it, as the systems below have."""
    return isinstance(error, pa.ArrowException) or (type(error) is OSError and error.errno is None)


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    """A name is on disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
