"""What jobs wrote: the files that markers name, and no others."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fsspec

from schema.errors import PromptoryError
from schema.settings import get_settings

READERS_ARE_DONE = timedelta(days=1)
"""So long after a marker was replaced, nobody reads the files that only the old one named."""


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
    is_forgotten: bool = False
    """Whether it was written anew without people of whom it is kept no longer."""


def derived_folder() -> str | None:
    """Where Spark keeps what it computed; None where the engine is another."""
    settings = get_settings()
    return f"{settings.lake}/derived" if settings.engine == "spark" else None


def parts_of(derived: str, model: str) -> dict[str, Marker]:
    """The markers of a model that is computed in parts, by the part's first day (YYYY-MM-DD)."""
    folder = f"{derived}/{model}"
    fs, path = fsspec.core.url_to_fs(folder)
    fs.invalidate_cache()
    names = sorted(map(str, fs.glob(f"{path}/_parts/*.json")))
    # Those in S3 are fetched many at once.
    contents = fs.cat(names) if names else {}
    return {name.rpartition("/")[2].removesuffix(".json"): _marker(contents[name], folder) for name in names}


def whole_of(derived: str, model: str) -> Marker | None:
    """The marker of a model that is computed as a whole; None before the first time."""
    folder = f"{derived}/{model}"
    fs, path = fsspec.core.url_to_fs(folder)
    fs.invalidate_cache()
    try:
        return _marker(fs.cat_file(f"{path}/_whole.json"), folder)
    except FileNotFoundError:
        return None


def files_of(derived: str, model: str, parts: Iterable[str] | None = None) -> tuple[str, ...]:
    """The files of a model's parts, of all that are there unless some are named.

    Raises:
        PromptoryError: a part that is named was never computed.
    """
    found = parts_of(derived, model)
    chosen = list(found) if parts is None else sorted(parts)
    for part in chosen:
        if part not in found:
            raise PromptoryError(f"Spark has not computed {model} of {part} yet; compute that day first.")
    return tuple(file for part in chosen for file in found[part].files)


def _marker(content: bytes, folder: str) -> Marker:
    told = json.loads(content)
    files = tuple(f"{folder}/{file}" for file in told["files"])
    return Marker(told["version"], files, told["rows"], told.get("revision"), told.get("forgotten", False))


def forget_old(derived: str) -> None:
    """Delete what no marker names, but not what a reader may still be at: what was replaced within the last day."""
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
                fs.rm(f"{root}/{folder}/v={version}" + (f"/dt={name}" if name else ""), recursive=True)


def _names(fs: fsspec.AbstractFileSystem, folder: str) -> list[str]:
    """The names of what lies in a folder."""
    paths = fs.ls(folder, detail=False) if fs.isdir(folder) else []
    return sorted({str(path).rstrip("/").rpartition("/")[2] for path in paths})
