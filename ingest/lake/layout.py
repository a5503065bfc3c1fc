"""Where the event lake keeps what, in a folder or below `s3://bucket/prefix`, as Spark reads it where it lies.

    activity/dt=2026-06-30/_manifest.json         which files of the UTC day are read: its marker
    activity/dt=2026-06-30/<writing>-<n>.parquet  events; a writing is a moment and eight letters of chance

Data files never change. One that no marker names is not there yet, or not any more; to put a marker in its place is
the one act by which a day changes. Who reads the folder past the markers may see events twice.

An event's id is 16 bytes (FIXED_LEN_BYTE_ARRAY, which Spark 3.5 reads as `binary` and orders as PostgreSQL orders a
`uuid`): ids do not pack, and with zstd they take 18.1 bytes an event beside its moment, against 21.9 as text; with
snappy 22.0 against 41.7. It is unique within its day.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import LakeDayError, LakeError
from ingest.folder import Folder
from ingest.lake.manifest import FILE_NAME, Manifest
from ingest.sources import is_remote

EVENTS = pa.schema(
    [
        pa.field("event_id", pa.binary(16), nullable=False),
        pa.field("occurred_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        ("user_id", pa.int64()),
        ("prompt_id", pa.int64()),
        ("session_id", pa.string()),
        ("query", pa.string()),
        ("result_count", pa.int32()),
        ("position", pa.int32()),
    ]
)
"""An event: people and prompts by the library's ids, moments in microseconds of UTC."""

COLUMNS = {field.name: str(field.type) for field in EVENTS}
MARKER = "_manifest.json"

_DAY = re.compile(r"dt=(\d{4}-\d{2}-\d{2})", re.ASCII)
_PART = ".part-"


class Lake(Folder):
    """The event lake below `root`. Whatever keeps a method from the files is a LakeError."""

    def days(self) -> list[date]:
        """The days that have a folder, in order."""
        return sorted(day for day in map(_day_of, self.folders()) if day)

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
        return Manifest.parse(day, content, self.told(day, MARKER), mend(day))

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
                manifests[day] = Manifest.parse(day, content, self.told(day, MARKER), mend(day))
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
            with NamedTemporaryFile(dir=Path(place).parent, prefix=_PART, delete=False) as aside:
                aside.write(content)
                _to_disk(aside)
            Path(aside.name).replace(place)
            _folder_to_disk(Path(place).parent)

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
        """A file of a day as a table."""
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
        remedy = "PROMPTORY_LAKE and the AWS credentials" if is_remote(self.root) else "PROMPTORY_LAKE and its rights"
        return LakeError(f"The lake cannot be used at {place} ({told}); check {remedy}.")


def is_ours(name: str) -> bool:
    """Whether a name in a day's folder is one that the lake gives: a marker, a file of events, or one not finished."""
    return name == MARKER or name.startswith(_PART) or FILE_NAME.fullmatch(name) is not None


def mend(day: date) -> str:
    """What to do about a day of which something is damaged."""
    return f"delete the folder dt={day} there, and {again(day)}"


def again(day: date) -> str:
    """What to do about a day that is lost."""
    return f"write the day again: promptory lake write FILES, or --loaded --from {day} --to {day}."


def _is_about_content(error: Exception) -> bool:
    """Whether a file was read, and is no table: Arrow has no number for it, as the systems below have."""
    return isinstance(error, pa.ArrowException) or (type(error) is OSError and error.errno is None)


def _day_of(name: str) -> date | None:
    found = _DAY.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


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
