"""What jobs wrote: the files that markers name, and no others."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import fsspec

from schema.errors import PromptoryError
from schema.settings import get_settings


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


def derived_folder() -> str | None:
    """Where Spark keeps what it computed; None where the engine is another."""
    settings = get_settings()
    return f"{settings.lake}/derived" if settings.engine == "spark" else None


def parts_of(derived: str, model: str) -> dict[str, Marker]:
    """The markers of a model that is computed in parts, by the part's first day (YYYY-MM-DD)."""
    folder = f"{derived}/{model}"
    fs, path = fsspec.core.url_to_fs(folder)
    fs.invalidate_cache()
    names = fs.glob(f"{path}/_parts/*.json")
    return {str(name).rpartition("/")[2].removesuffix(".json"): _marker(fs, name, folder) for name in sorted(names)}


def whole_of(derived: str, model: str) -> Marker | None:
    """The marker of a model that is computed as a whole; None before the first time."""
    folder = f"{derived}/{model}"
    fs, path = fsspec.core.url_to_fs(folder)
    fs.invalidate_cache()
    return _marker(fs, f"{path}/_whole.json", folder) if fs.exists(f"{path}/_whole.json") else None


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


def _marker(fs: fsspec.AbstractFileSystem, name: str, folder: str) -> Marker:
    told = json.loads(fs.cat_file(name))
    files = tuple(f"{folder}/{file}" for file in told["files"])
    return Marker(told["version"], files, told["rows"], told.get("revision"))
