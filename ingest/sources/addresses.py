"""From what a curator names (a path, an archive, `-`, an S3 address) to the files to read."""

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import commonpath
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import fsspec
from botocore.exceptions import BotoCoreError, ClientError
from fsspec.implementations.local import LocalFileSystem

from ingest.errors import UnreadableFileError
from ingest.sources.archives import open_archive
from ingest.sources.file import SourceFile

Address = str | Path

MAX_FILES = 100_000
_NEVER_ENTERED = frozenset({".git", ".venv", "node_modules", "__pycache__", "__MACOSX"})
_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://")
_LEFT_BY_SYSTEMS = re.compile(r"\._.*|\.DS_Store|Thumbs\.db|desktop\.ini", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that is no collection, or may not be opened, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Files to read, in order of name below each address, and those that must not be opened."""

    files: list[SourceFile] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


def is_remote(address: Address) -> bool:
    """Whether an address lies in S3."""
    return isinstance(address, str) and address.startswith("s3://")


def label_of(address: Address, root: Address | None) -> str:
    """The name of an address for people: below `root` where it is given, else as it stands."""
    name = str(address)
    below = name.removeprefix(f"{root}/") if root else name
    return below.encode(errors="replace").decode()


def each_once(addresses: Sequence[Address]) -> list[Address]:
    """The addresses without those that name a file or folder again."""
    elsewhere = {one: one == "-" or _SCHEME.match(str(one)) for one in addresses}
    return list({str(one) if elsewhere[one] else str(Path(one).absolute()): one for one in addresses}.values())


def check_paths(addresses: Sequence[Address], *, root: Address | None = None) -> None:
    """See that every path is there, before anything is begun.

    Raises:
        UnreadableFileError: one is not there, or is neither a file nor a folder.
    """
    for address in addresses:
        if not str(address).strip():
            raise UnreadableFileError("An empty path was given; name a file or a folder.")
        if address != "-" and not _SCHEME.match(str(address)):
            _check_path(Path(address), label_of(address, root))


@contextmanager
def open_sources(addresses: Sequence[Address], *, root: Address | None = None) -> Iterator[Sources]:
    """The files that `addresses` name, for as long as the context lasts.

    Files are labelled as `label_of` says.

    Raises:
        UnreadableFileError: an address does not exist, may not be read, or holds no file at all.
    """
    with ExitStack() as stack:
        sources = Sources()
        for address in addresses:
            before = len(sources.files)
            fs, path, label = _locate(address, root, stack)
            if fs.isdir(path):
                _add_folder(fs, path, label, sources, stack)
            else:
                _add_file(SourceFile(fs, path, label), sources, stack)
            if len(sources.files) == before:
                told = f" ({sources.passed_over[0].reason})" if sources.passed_over else ""
                raise UnreadableFileError(f"{label} holds no file to read{told}.")
        if len(sources.files) > MAX_FILES:
            raise UnreadableFileError(f"{addresses[0]} holds over {MAX_FILES:,} files; import it in parts.")
        yield sources


def _locate(address: Address, root: Address | None, stack: ExitStack) -> tuple[Any, str, str]:
    """The file system, the path on it and the label of an address that exists."""
    if address == "-":
        return LocalFileSystem(), str(_spooled(sys.stdin.buffer, stack)), "standard input"
    if is_remote(address):
        return *_on_s3(str(address)), label_of(address, root).rstrip("/")
    if _SCHEME.match(str(address)):
        raise UnreadableFileError(f"{address} is an address of a kind that is not read; download it, and import that.")
    path, shown = Path(address), label_of(address, root)
    _check_path(path, shown)
    return LocalFileSystem(), str(path.absolute()), shown


def _check_path(path: Path, shown: str) -> None:
    try:
        if not path.exists():
            raise UnreadableFileError(f"{shown} does not exist; check the path.")
        if not path.is_dir() and not path.is_file():
            raise UnreadableFileError(f"{shown} is neither a file nor a folder; for a stream, give - and pipe it in.")
    except OSError as error:
        raise UnreadableFileError(f"{shown} cannot be read ({error.strerror}).") from None


def s3_files() -> Any:
    """S3 as a file system. A listing that was kept would hide what came since."""
    return fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True)


def _on_s3(address: str) -> tuple[Any, str]:
    try:
        fs = s3_files()
        path = address.removeprefix("s3://").rstrip("/")
        if not fs.exists(path):
            raise UnreadableFileError(f"{address} does not exist, or you may not list it; check bucket and key.")
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        told = " ".join(str(error).split())[:200]
        raise UnreadableFileError(f"{address} cannot be reached ({told}); check the AWS credentials.") from None
    return fs, path


def _spooled(stream: BinaryIO, stack: ExitStack) -> Path:
    """A stream on disk: archives and detection need to go back."""
    copy = stack.enter_context(NamedTemporaryFile(prefix="promptory-"))  # noqa: SIM115 (the stack closes it)
    shutil.copyfileobj(stream, copy)
    copy.flush()
    return Path(copy.name)


def _add_folder(fs: Any, folder: str, label: str, sources: Sources, stack: ExitStack) -> None:
    """The files below a folder. Links are not followed: they may lead out of it, or round in circles."""
    for parent, folders, files in fs.walk(folder, detail=True):
        for name in [name for name in folders if name in _NEVER_ENTERED or folders[name].get("islink")]:
            if folders[name].get("islink"):
                sources.passed_over.append(PassedOver(f"{label}/{name}", "is a link, which is not followed"))
            del folders[name]
        for name, found in files.items():
            if not name or _LEFT_BY_SYSTEMS.fullmatch(name):
                continue
            inner = str(PurePosixPath(parent, name).relative_to(PurePosixPath(folder)))
            file = SourceFile(fs, found["name"], f"{label}/{inner}", label)
            if found.get("islink"):
                sources.passed_over.append(PassedOver(file.label, "is a link, which is not followed"))
            elif found.get("type") == "file":
                _add_file(file, sources, stack)
    sources.files.sort(key=lambda file: file.label)


def _add_file(file: SourceFile, sources: Sources, stack: ExitStack) -> None:
    """A file, or the files in it where it is an archive."""
    try:
        may_be_archive = file.named or file.name.lower().endswith(_ARCHIVES)
        inside = open_archive(file, stack) if may_be_archive else None
    except UnreadableFileError as error:
        if file.named:
            raise
        sources.passed_over.append(PassedOver(file.label, str(error)))
        return
    if inside is None:
        sources.files.append(file)
        return
    # Releases are packed with a folder of their own name around them, which is no part of what they hold.
    top = commonpath([PurePosixPath(name).parent.as_posix() for _, name in inside.files]) if inside.files else ""
    around = "" if top in ("", ".") else f"{PurePosixPath(top).parts[0]}/"
    sources.files.extend(
        SourceFile(inside.fs, path, f"{file.label}/{name.removeprefix(around)}", file.origin)
        for path, name in sorted(inside.files, key=lambda pair: pair[1])
        if not _LEFT_BY_SYSTEMS.fullmatch(PurePosixPath(name).name)
        and _NEVER_ENTERED.isdisjoint(PurePosixPath(name).parts)
    )
    sources.passed_over.extend(PassedOver(f"{file.label}/{name}", reason) for name, reason in inside.refused)
