"""The inbox of prompt collections: a folder or an S3 prefix, whose objects move to `done/` or `rejected/`.

An object is a file right below the inbox (`prompts.csv`, a collection of its own), or a file or a whole folder right
below a collection's folder (`fabric/patterns/`). Folders of many small files are best brought as an archive.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingest.folder import Folder, fingerprint, is_plain_file, is_tellable, mark_of
from schema.errors import PromptoryError

DONE, REJECTED = "done", "rejected"
_REPORT = ".report.json"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download")


@dataclass(frozen=True, slots=True)
class WaitingObject:
    """An object that waits: how many files, how many bytes, and since when the newest of them lies there."""

    name: str
    files: int
    size: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class RejectedObject:
    """An object that could not be read. `folder` is that of the moment below `rejected/`, `reason` a sentence."""

    name: str
    folder: str
    reason: str


class InboxError(PromptoryError):
    """What was asked of the inbox cannot be done."""


class Inbox(Folder):
    """Where prompt collections are dropped."""

    def objects(self) -> dict[str, str]:
        """The objects that wait, each with a fingerprint that changes when any file of it does.

        Raises:
            InboxError: the inbox cannot be reached.
        """
        with self._reached():
            objects = self._waiting()
        return {
            name: fingerprint(mark_of(path, found) for path, found in files.items()) for name, files in objects.items()
        }

    def waiting(self) -> list[WaitingObject]:
        """The objects that wait, by name.

        Raises:
            InboxError: the inbox cannot be reached.
        """
        with self._reached():
            objects = self._waiting()
        return [
            WaitingObject(
                name,
                len(files),
                sum(int(found.get("size") or 0) for found in files.values()),
                max(filter(None, map(_moment_of, files.values())), default=None),
            )
            for name, files in objects.items()
        ]

    def rejected(self, take: int = 50) -> list[RejectedObject]:
        """What was rejected in the last `take` moments, the newest first, as the reports beside it tell.

        Raises:
            InboxError: the inbox cannot be reached.
        """
        with self._reached():
            fs, place = self.fs, f"{self.path}/{REJECTED}"
            if not self.has_folder(fs, place):
                return []
            moments = sorted((str(path).rstrip("/") for path in fs.ls(place, detail=False)), reverse=True)
            return [one for moment in moments[:take] for one in self._reports(fs, moment).values()]

    def retry(self, rejected: RejectedObject) -> None:
        """Let a rejected object wait again.

        Raises:
            InboxError: it is not there any more, or something of its name waits already.
        """
        name, moment = rejected.name, f"{self.path}/{REJECTED}/{rejected.folder}"
        with self._reached():
            fs = self.fs
            reports = {path: one for path, one in self._reports(fs, moment).items() if one == rejected}
            if not reports:
                raise InboxError(f"{name} is not among the rejected objects any more.")
            if name in self._waiting():
                raise InboxError(f"An object called {name} waits in the inbox already; let it be imported first.")
            source = f"{moment}/{name}"
            _move(fs, [path for path in _below(fs, moment) if _is_of(path, source)], source, f"{self.path}/{name}")
            for path in reports:
                fs.rm_file(path)

    def _reports(self, fs: Any, moment: str) -> dict[str, RejectedObject]:
        """What was rejected at a moment, by the path of its report; files of other people's making are passed over."""
        found: dict[str, RejectedObject] = {}
        for path in sorted(path for path in _below(fs, moment) if path.endswith(_REPORT)):
            try:
                report = json.loads(fs.cat_file(path))
                found[path] = RejectedObject(report["object"], moment.rpartition("/")[2], report["reason"])
            except (ValueError, KeyError, TypeError):
                continue
        return found

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, OSError) as error:
            raise InboxError(f"The inbox cannot be reached ({type(error).__name__}); check PROMPTORY_INBOX.") from None

    def _waiting(self) -> dict[str, dict[str, Any]]:
        """The files of each object that waits, by their paths below the inbox."""
        objects: dict[str, dict[str, Any]] = {}
        for path, found in sorted(self._files(self.fs).items()):
            parts = PurePosixPath(path).relative_to(self.path).parts
            if _waits(parts):
                objects.setdefault("/".join(parts[:2]), {})["/".join(parts)] = found
        return objects

    def file_away(self, name: str, outcome: str, report: dict[str, Any], at: datetime) -> str:
        """Move an object to `done/` or `rejected/`, with its report beside it; returns where it lies now.

        The moment in the path keeps what came under the same name before.
        """
        fs, source = self.fs, f"{self.path}/{name}"
        place = f"{self.path}/{outcome}/{at:%Y-%m-%dT%H-%M-%S-%f}/{name}"
        # A file system takes names of 255 bytes.
        report_name = f"{place[:-40] if len(place.rpartition('/')[2].encode()) > 240 else place}{_REPORT}"
        fs.makedirs(str(PurePosixPath(place).parent), exist_ok=True)
        fs.pipe_file(report_name, json.dumps(report, ensure_ascii=False, indent=2).encode())
        # By the exact names of the listing, as fsspec takes signs such as [ and * for patterns.
        moved = [path for path in self._files(fs) if _is_of(path, source)]
        _move(fs, moved, source, place)
        return place

    def _files(self, fs: Any) -> dict[str, Any]:
        """Every file by its path, but for what was filed away, which only grows."""
        files: dict[str, Any] = {}
        for entry in fs.ls(self.path, detail=True) if self.has_folder(fs, self.path) else ():
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


def _move(fs: Any, paths: list[str], source: str, place: str) -> None:
    """Move the files of an object from `source` to `place`."""
    for path in paths:
        target = place + path.removeprefix(source)
        fs.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
        fs.cp_file(path, target)
    # What is there is removed only once all of it lies in its new place.
    for path in paths:
        fs.rm_file(path)


def _is_of(path: str, source: str) -> bool:
    """Whether a file is an object, or lies in it."""
    return path == source or path.startswith(f"{source}/")


def _below(fs: Any, folder: str) -> list[str]:
    """The files below a folder, by their exact names."""
    return [str(path) for path in fs.find(folder)] if fs.isdir(folder) else []


def _moment_of(found: dict[str, Any]) -> datetime | None:
    """When a file of a listing was written: a number on this machine, a moment in S3."""
    written = found.get("LastModified") or found.get("mtime")
    if isinstance(written, datetime):
        return written
    return datetime.fromtimestamp(written, UTC) if written else None


def _waits(parts: tuple[str, ...]) -> bool:
    """Whether a file is to be imported: not hidden, not still being written."""
    if any(part.startswith(".") for part in parts) or not is_tellable("/".join(parts)):
        return False
    return not parts[-1].lower().endswith(_UNFINISHED)
