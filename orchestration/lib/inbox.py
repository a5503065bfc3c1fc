"""The inbox of prompt collections: a folder or an S3 prefix, whose objects move to `done/` or `rejected/`.

An object is a file right below the inbox (`prompts.csv`, a collection of its own), or a file or a whole folder right
below a collection's folder (`fabric/patterns/`). Folders of many small files are best brought as an archive.
"""

import json
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from orchestration.lib.folder import Folder, fingerprint, is_plain_file, is_tellable, mark_of

DONE, REJECTED = "done", "rejected"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download")


class Inbox(Folder):
    """Where prompt collections are dropped."""

    def objects(self) -> dict[str, str]:
        """The objects that wait, each with a fingerprint that changes when any file of it does."""
        marks: dict[str, list[str]] = {}
        for path, found in sorted(self._files(self.fs).items()):
            parts = PurePosixPath(path).relative_to(self.path).parts
            if not _waits(parts):
                continue
            name = "/".join(parts[:2])
            marks.setdefault(name, []).append(mark_of("/".join(parts), found))
        return {name: fingerprint(found) for name, found in marks.items()}

    def file_away(self, name: str, outcome: str, report: dict[str, Any], at: datetime) -> str:
        """Move an object to `done/` or `rejected/`, with its report beside it; returns where it lies now.

        The moment in the path keeps what came under the same name before.
        """
        fs, source = self.fs, f"{self.path}/{name}"
        place = f"{self.path}/{outcome}/{at:%Y-%m-%dT%H-%M-%S-%f}/{name}"
        # A file system takes names of 255 bytes.
        report_name = f"{place[:-40] if len(place.rpartition('/')[2].encode()) > 240 else place}.report.json"
        fs.makedirs(str(PurePosixPath(place).parent), exist_ok=True)
        fs.pipe_file(report_name, json.dumps(report, ensure_ascii=False, indent=2).encode())
        # By the exact names of the listing, as fsspec takes signs such as [ and * for patterns.
        moved = [path for path in self._files(fs) if path == source or path.startswith(f"{source}/")]
        for path in moved:
            target = place + path.removeprefix(source)
            fs.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
            fs.cp_file(path, target)
        # What waits is removed only once all of it lies in its new place.
        for path in moved:
            fs.rm_file(path)
        return place

    def _files(self, fs: Any) -> dict[str, Any]:
        """Every file by its path, but for what was filed away, which only grows."""
        files: dict[str, Any] = {}
        for entry in fs.ls(self.path, detail=True) if fs.isdir(self.path) else ():
            path = str(entry["name"]).rstrip("/")
            if path == self.path or path.rpartition("/")[2] in (DONE, REJECTED):
                continue
            files |= fs.find(path, detail=True) if entry["type"] == "directory" else {path: entry}
        return {path: found for path, found in files.items() if is_plain_file(found)}

    @staticmethod
    def collection(name: str) -> str | None:
        """The collection an object belongs to: the folder right below the inbox, or None for the object's own name."""
        parts = PurePosixPath(name).parts
        return parts[0] if len(parts) > 1 else None


def _waits(parts: tuple[str, ...]) -> bool:
    """Whether a file is to be imported: not hidden, not still being written."""
    if any(part.startswith(".") for part in parts) or not is_tellable("/".join(parts)):
        return False
    return not parts[-1].lower().endswith(_UNFINISHED)
