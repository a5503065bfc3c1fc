"""What jobs wrote: the files that markers name, and no others."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fsspec
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow import parquet

from ingest.errors import LakeError
from schema.errors import PromptoryError
from schema.settings import get_settings

READERS_ARE_DONE = timedelta(days=1)
"""So long after a marker was replaced, nobody reads the files that only the old one named."""

_BATCH_ROWS = 65_536
_OF_DAY = re.compile(r"(.*)/v=[^/]+/dt=(\d{4}-\d{2}-\d{2})/")
_AWAY = (BotoCoreError, ClientError, OSError)


@dataclass(frozen=True, slots=True)
class Marker:
    """What is there of a part of a model, or of the whole."""

    version: str
    """The job that wrote it."""
    files: tuple[str, ...]
    """Parquet files, by path or address."""
    rows: int
    revision: int | None = None
    """The revision of a day when it was computed."""
    text: str | None = None
    """A hash of the text that it was computed by."""
    is_forgotten: bool = False
    """Whether it was written anew without people of whom it is kept no longer."""


def derived_folder() -> str | None:
    """Where Spark keeps what it computed; None where the engine is another."""
    settings = get_settings()
    return f"{settings.lake}/derived" if settings.engine == "spark" else None


def parts_of(derived: str, model: str) -> dict[str, Marker]:
    """The markers of a model that is computed in parts, by the part's first day (YYYY-MM-DD).

    Raises:
        LakeError: they cannot be reached, or read.
    """
    folder = f"{derived}/{model}"
    with reached(folder):
        fs, path = fsspec.core.url_to_fs(folder)
        fs.invalidate_cache()
        names = sorted(map(str, fs.glob(f"{path}/_parts/*.json")))
        # Those in S3 are fetched many at once.
        contents = fs.cat(names, on_error="return") if names else {}
        found = {}
        for name in names:
            content = contents[name]
            if isinstance(content, FileNotFoundError):  # forgotten since they were listed
                continue
            if isinstance(content, Exception):
                raise content
            found[name.rpartition("/")[2].removesuffix(".json")] = _marker(content, folder, name)
    return found


def whole_of(derived: str, model: str) -> Marker | None:
    """The marker of a model that is computed as a whole; None before the first time.

    Raises:
        LakeError: it cannot be reached, or read.
    """
    folder = f"{derived}/{model}"
    with reached(folder):
        fs, path = fsspec.core.url_to_fs(folder)
        fs.invalidate_cache()
        try:
            return _marker(fs.cat_file(f"{path}/_whole.json"), folder, f"{path}/_whole.json")
        except FileNotFoundError:
            return None


def read_rows(files: Iterable[str], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Columns of files that jobs wrote, by path or address, some rows at a time.

    Raises:
        PromptoryError: a file is lost or damaged; the message says what computes it again.
    """
    for file in files:
        try:
            with fsspec.open(file, "rb") as stored, parquet.ParquetFile(stored, pre_buffer=False) as table:
                for batch in table.iter_batches(_BATCH_ROWS, columns=columns):
                    yield batch.select(columns)
        except (pa.ArrowException, *_AWAY) as error:
            raise PromptoryError(
                f"What Spark computed cannot be read at {file} ({_told(error)}); {_compute_again(file)}."
            ) from None


@contextmanager
def reached(place: str) -> Iterator[None]:
    """Tell in words of whatever keeps from files beside the lake.

    Raises:
        LakeError: something does.
    """
    try:
        yield
    except _AWAY as error:
        raise LakeError(
            f"The lake cannot be used at {place} ({_told(error)}); check PROMPTORY_LAKE and its rights."
        ) from None


def forget(fs: fsspec.AbstractFileSystem, path: str) -> None:
    """Delete a file, or a folder with all in it; another process may be at it, too."""
    with suppress(FileNotFoundError):
        fs.rm(path, recursive=True)


def _compute_again(file: str) -> str:
    """What to do about a file that is lost."""
    found = _OF_DAY.match(file)
    if found is None:
        return "run promptory refresh again"
    folder, day = found.groups()
    marker = f"{folder}/_parts/{day}.json"
    return f"materialize lake_days of {day} in Dagster, or delete {marker} and run promptory refresh"


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _marker(content: bytes, folder: str, place: str) -> Marker:
    try:
        told = json.loads(content)
        files = tuple(f"{folder}/{file}" for file in told["files"])
        revision, by_text, is_forgotten = told.get("revision"), told.get("text"), told.get("forgotten", False)
        return Marker(told["version"], files, told["rows"], revision, by_text, is_forgotten)
    except (ValueError, KeyError, TypeError):
        raise LakeError(f"{place} is no marker of what Spark computed; delete it, and run promptory refresh.") from None


def forget_old(derived: str) -> None:
    """Delete what no marker names, but not what a reader may still be at: what was replaced within the last day.

    Raises:
        LakeError: the lake cannot be reached.
    """
    with reached(derived):
        _forget_old(derived)


def _forget_old(derived: str) -> None:
    fs, root = fsspec.core.url_to_fs(derived)
    fs.invalidate_cache()
    read_before = f"{datetime.now(UTC) - READERS_ARE_DONE:%Y%m%dT%H%M%S}"
    for folder in _names(fs, root):
        by_part: dict[str, list[str]] = {}
        for version in _names(fs, f"{root}/{folder}"):
            if version.startswith("v="):
                for part in _names(fs, f"{root}/{folder}/{version}"):
                    name = part.removeprefix("dt=") if part.startswith("dt=") else ""
                    by_part.setdefault(name, []).append(version.removeprefix("v="))
        parts, whole = parts_of(derived, folder), whole_of(derived, folder)
        for name, versions in by_part.items():
            marker = parts.get(name) if name else whole
            replaced = {one for one in versions if marker and one < marker.version < read_before}
            for version in replaced:
                forget(fs, f"{root}/{folder}/v={version}" + (f"/dt={name}" if name else ""))


def _names(fs: fsspec.AbstractFileSystem, folder: str) -> list[str]:
    """The names of what lies in a folder."""
    paths = fs.ls(folder, detail=False) if fs.isdir(folder) else []
    return sorted({str(path).rstrip("/").rpartition("/")[2] for path in paths})
