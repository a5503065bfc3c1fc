"""The landing folder that the application drops its exports in: `users/`, `subscriptions/`, and `activity/` by day."""

import re
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from ingest import Address
from ingest.folder import Folder, fingerprint, is_plain_file, is_tellable, mark_of

READABLE = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?=[./])")


class Landing(Folder):
    """The activity of a day is `activity/<day>.<ending>`, any file in `activity/<day>/`, or both."""

    def files(self, kind: str) -> list[Address]:
        """The files of a kind, in order of name."""
        return [self.address(name) for name in sorted(self._listing(kind))]

    def activity_files(self, day: date) -> list[Address]:
        """The files of a UTC day."""
        return [self.address(name) for name in sorted(self._listing("activity")) if _day_of(name) == str(day)]

    def activity_days(self) -> dict[str, str]:
        """The days that have files, each with a fingerprint that changes when any of them does."""
        marks: dict[str, list[str]] = {}
        for name, found in sorted(self._listing("activity").items()):
            day = _day_of(name)
            if day is not None:
                marks.setdefault(day, []).append(mark_of(name, found))
        return {day: fingerprint(found) for day, found in marks.items()}

    def _listing(self, kind: str) -> dict[str, Any]:
        """What can be read of a kind, by its name below the landing folder."""
        fs = self.fs
        fs.invalidate_cache()
        place = f"{self.path}/{kind}"
        found = fs.find(place, detail=True) if self.has_folder(fs, place) else {}
        names = {str(PurePosixPath(path).relative_to(self.path)): entry for path, entry in found.items()}
        return {name: entry for name, entry in names.items() if is_plain_file(entry) and is_data(name)}


def data_files(folder: Path) -> list[Path]:
    """The files below a folder that could be read, in order of name; hidden ones are left out."""
    paths = folder.rglob("*") if folder.is_dir() else ()
    return sorted(path for path in paths if path.is_file() and is_data(str(path.relative_to(folder))))


def is_data(name: str) -> bool:
    """Whether a file could be read, by its name below a folder."""
    hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
    return not hidden and is_tellable(name) and name.lower().removesuffix(".gz").endswith(READABLE)


def _day_of(name: str) -> str | None:
    found = _DAY.match(name.removeprefix("activity/"))
    return found[1] if found else None
