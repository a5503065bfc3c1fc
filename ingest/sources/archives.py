"""ZIP and tar archives as file systems. Nothing is unpacked to where its name says, and no link in them is followed."""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any

from fsspec.implementations.tar import TarFileSystem
from fsspec.implementations.zip import ZipFileSystem

from ingest.errors import UnreadableFileError
from ingest.sources.encodings import encoding_of
from ingest.sources.file import SourceFile, check_unpacked

MAX_UNPACKED_BYTES = 10 * 1024**3
_MAX_MEMBERS = 100_000
_CHUNK = 1 << 20
_TAR_MAGIC_AT = 257
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNPACKERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))
_OFFICE = ("[Content_Types].xml", "mimetype")


@dataclass(frozen=True, slots=True)
class Inside:
    """What is in an archive: (path on `fs`, name for people) of its files, and (name, reason) of what stays shut."""

    fs: Any
    files: list[tuple[str, str]]
    refused: list[tuple[str, str]]
    seen: set[str] = field(default_factory=set)


def open_archive(file: SourceFile, stack: ExitStack) -> Inside | None:
    """The inside of an archive, open as long as `stack`; None where the file is none (a spreadsheet is none).

    Raises:
        UnreadableFileError: it is damaged, encrypted, or unpacks to more than any collection is.
    """
    head = file.head
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _open_zip(file, stack)
    if _is_tar(head):
        return _tar(file, stack.enter_context(file.fs.open(file.path, "rb")), stack)
    for magic, unpacker in _UNPACKERS:
        if head.startswith(magic):
            return _open_packed_tar(file, unpacker, stack)
    return None


def _open_zip(file: SourceFile, stack: ExitStack) -> Inside | None:
    try:
        fs = ZipFileSystem(stack.enter_context(file.fs.open(file.path, "rb")))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFileError(f"{file.label} is a damaged ZIP archive ({error}); fetch it again.") from None
    members = [member for member in fs.zip.infolist() if not member.is_dir()]
    if members and any(member.filename in _OFFICE for member in members):
        return None
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise UnreadableFileError(f"{file.label} is encrypted; unpack it with its password, and import that.")
    packed = max(1, sum(member.compress_size for member in members))
    _check_size(file.label, len(members), sum(member.file_size for member in members), packed)
    names = _zip_names(members)
    inside = Inside(fs, [], [])
    for member, name in zip(members, names, strict=True):
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        _sort_in(inside, member.filename, name, "is a link, which is not followed" if is_link else None)
    return inside


def _zip_names(members: list[zipfile.ZipInfo]) -> list[str]:
    """Names as they were meant: without the flag for UTF-8 they are in the packer's own encoding."""
    unmarked = [member.filename for member in members if not member.flag_bits & _UTF8_NAME]
    raw = "\n".join(name for name in unmarked if not name.isascii())
    try:
        encoding = encoding_of(raw.encode("cp437")) if raw else None
    except UnicodeEncodeError:
        encoding = None
    if encoding is None:
        return [member.filename for member in members]
    return [
        member.filename
        if member.flag_bits & _UTF8_NAME
        else member.filename.encode("cp437", errors="replace").decode(encoding, errors="replace")
        for member in members
    ]


def _is_tar(head: bytes) -> bool:
    return head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar"


def _open_packed_tar(file: SourceFile, unpacker: Any, stack: ExitStack) -> Inside | None:
    """A compressed tar archive, unpacked to one temporary file, as going back in a stream means to begin again."""
    with file.faults(), file.fs.open(file.path, "rb") as raw:
        try:
            with unpacker(raw) as unpacked:
                head = unpacked.read(_TAR_MAGIC_AT + 8)
                if not _is_tar(head):
                    return None
                plain = stack.enter_context(NamedTemporaryFile(prefix="promptory-"))  # noqa: SIM115 (the stack closes it)
                plain.write(head)
                while chunk := unpacked.read(_CHUNK):
                    plain.write(chunk)
                    _check_size(file.label, 0, plain.tell(), max(1, raw.tell()))
        except (OSError, EOFError, lzma.LZMAError, zlib.error, ValueError):
            return None  # what opens the file next says what is wrong with it
    plain.seek(0)
    return _tar(file, plain, stack)


def _tar(file: SourceFile, plain: Any, stack: ExitStack) -> Inside:
    try:
        fs = TarFileSystem(plain)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UnreadableFileError(f"{file.label} is a damaged tar archive ({error}); fetch it again.") from None
    stack.callback(fs.tar.close)
    inside = Inside(fs, [], [])
    members = [member for member in fs.tar.getmembers() if not member.isdir()]
    size = sum(member.size for member in members)
    _check_size(file.label, len(members), size, size)
    for member in members:
        _sort_in(inside, member.name, member.name, None if member.isreg() else "is a link or a device, not a file")
    return inside


def _sort_in(inside: Inside, path: str, name: str, fault: str | None) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name[:3]:
        fault = "has a name that leads out of the archive"
    if not parts or not parts[-1].strip(". "):
        fault = "has no name"
    if path in inside.seen:
        fault = "comes twice in the archive; the last of the two is read"
    inside.seen.add(path)
    if fault:
        inside.refused.append((name, fault))
    else:
        inside.files.append((path, "/".join(part for part in parts if part != ".")))


def _check_size(label: str, members: int, unpacked: int, packed: int) -> None:
    if members > _MAX_MEMBERS:
        raise UnreadableFileError(f"{label} holds over {_MAX_MEMBERS:,} files; import it in parts.")
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableFileError(f"{label} unpacks to over 10 GB; import it in parts.")
    check_unpacked(label, unpacked, packed)
