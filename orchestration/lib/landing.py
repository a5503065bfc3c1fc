"""The landing folders that the application drops its exports in."""

from datetime import date
from pathlib import Path

READABLE = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")


def data_files(folder: Path) -> list[Path]:
    """The files below `folder` that a reader could read, in order of name; hidden ones are left out."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and _is_utf8(path)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.name.lower().removesuffix(".gz").endswith(READABLE)
    )


def _is_utf8(path: Path) -> bool:
    """Whether other systems can be told the file's name; one that is not is left where it lies."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def activity_files(landing: Path, day: date) -> list[Path]:
    """The files of one UTC day: `activity/<day>.<ending>` or any file in `activity/<day>/`."""
    folder = landing / "activity"
    single = [path for path in data_files(folder) if path.parent == folder and path.name.split(".")[0] == str(day)]
    return single + data_files(folder / str(day))
