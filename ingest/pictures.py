"""Pictures that records name: files that came with them, each read once, one at a time.

Only what was imported is looked at: a name that leads out of it names nothing, and no address is fetched.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname, join, normpath

from ingest.errors import UnreadableFileError
from ingest.sources import PassedOver, SourceFile, Sources
from schema.pictures import MAX_BYTES, PictureError, PictureStore, prepare

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|data:", re.IGNORECASE)
# A column of this name may hold anything; only what looks like a picture's file is missed.
_PICTURE_NAME = re.compile(r".*\.(?:png|jpe?g|webp|gif|svg|bmp|tiff?|avif|heic)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture as the store has it, by its key; `digest` is that of the file that it was made of."""

    key: str
    digest: bytes


@dataclass(slots=True)
class _Unmet:
    """What the records of a file name, and is not there."""

    missing: int = 0
    first: str = ""
    addresses: int = 0


@dataclass
class Pictures:
    """The pictures of one import. Without a `store`, as of a trial, they are looked at and not kept."""

    sources: Sources
    store: PictureStore | None
    _taken: dict[str, Taken | None] = field(default_factory=dict)
    _damaged: list[PassedOver] = field(default_factory=list)
    _unmet: dict[str, _Unmet] = field(default_factory=dict)

    def of(self, file: SourceFile, reference: str | None) -> Taken | None:
        """The picture that a record of `file` names; None where it names none that can be used.

        Raises:
            PictureStoreError: the store cannot be reached, or may not be written to.
        """
        if reference is None:
            return None
        found = None if _ADDRESS.match(reference) else self._find(file, reference)
        if found is None:
            self._miss(file, reference)
            return None
        if found.label not in self._taken:
            self._taken[found.label] = self._take(found)
        return self._taken[found.label]

    @property
    def named(self) -> set[str]:
        """The labels of the files that records name as their pictures."""
        return set(self._taken)

    @property
    def faults(self) -> list[PassedOver]:
        """Which pictures prompts are without, and why: damaged ones by their files, others by those that name them."""
        return [
            *self._damaged,
            *(PassedOver(label, _missing(one)) for label, one in self._unmet.items() if one.missing),
            *(PassedOver(label, _not_fetched(one)) for label, one in self._unmet.items() if one.addresses),
        ]

    @cached_property
    def _files(self) -> dict[tuple[str, str], SourceFile]:
        """The files that came along, by what they are in and their paths below it."""
        return {(file.origin, file.place): file for file in self.sources.files if not file.named}

    def _find(self, file: SourceFile, reference: str) -> SourceFile | None:
        """The file of that path beside `file`, or else below what the two are in."""
        path = unicodedata.normalize("NFC", reference.replace("\\", "/"))
        below = normpath(path.lstrip("/"))
        beside = below if path.startswith("/") else normpath(join(dirname(file.place), path))
        return self._files.get((file.origin, beside)) or self._files.get((file.origin, below))

    def _take(self, file: SourceFile) -> Taken | None:
        try:
            with file.open() as opened:
                content = opened.read(MAX_BYTES + 1)
            picture = prepare(content)
        except (UnreadableFileError, PictureError) as error:
            self._damaged.append(PassedOver(file.label, str(error)))
            return None
        finally:
            file.forget()
        if self.store is not None:
            self.store.put(picture)
        return Taken(picture.key, hashlib.sha256(content).digest())

    def _miss(self, file: SourceFile, reference: str) -> None:
        if _ADDRESS.match(reference):
            self._unmet.setdefault(file.label, _Unmet()).addresses += 1
        elif _PICTURE_NAME.fullmatch(reference):
            unmet = self._unmet.setdefault(file.label, _Unmet())
            unmet.missing += 1
            unmet.first = unmet.first or reference


def _missing(unmet: _Unmet) -> str:
    return (
        f"names pictures that did not come with it ({unmet.missing:,}; the first is '{unmet.first[:80]}'); "
        "import the folder or archive that they lie in"
    )


def _not_fetched(unmet: _Unmet) -> str:
    return f"names pictures by addresses ({unmet.addresses:,}), which are not fetched"
