"""Where collections lie: folders, archives, standard input, S3; and what must not get in from there."""

import gzip
import io
import os
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest import BatchResult, ImportOptions, UnreadableFileError, import_prompts, s3_files
from schema.errors import PromptoryError
from tests.support.files import write_json
from tests.support.library import Library
from tests.support.s3 import s3_server

ONE, TWO = b'[{"title": "One", "prompt": "text one"}]', b"title,prompt\nTwo,text two\n"
FILES = {"a/one.json": ONE, "b/two.csv": TWO, "b/README.md": b"# About\n\nNothing here.\n", "b/logo.png": b"\x89PNG\0"}


def load(library: Library, *addresses: Path | str) -> BatchResult:
    return import_prompts(library.ingest, list(addresses), ImportOptions(collection="c"))


def titles(library: Library) -> list[str]:
    return [title for (title,) in library.rows("SELECT title FROM library.prompts ORDER BY title")]


def as_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def as_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def as_tar(path: Path, files: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "zip in folder"])
def test_a_collection_is_the_same_in_whatever_it_comes(library: Library, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "collection"
    if kind == "folder":
        as_folder(path, FILES)
    elif kind == "zip in folder":
        path.mkdir()
        as_zip(path / "inner.zip", FILES)
    elif kind == "zip":
        path = as_zip(tmp_path / "x.bin", FILES)
    else:
        path = as_tar(tmp_path / "x.bin", FILES, "w" + kind.removeprefix("tar").replace(".", ":"))
    result = load(library, path)
    assert titles(library) == ["One", "Two"]
    assert sorted(file.path.rpartition("/")[2] for file in result.files) == ["one.json", "two.csv"]
    assert {one.label.rpartition("/")[2]: one.reason.removeprefix(one.label) for one in result.passed_over} == {
        "README.md": " tells of the collection, and lists no prompts itself.",
        "logo.png": " is an image.",
    }


def test_a_broken_file_of_a_folder_is_one_rejection_and_the_others_count(library: Library, tmp_path: Path) -> None:
    folder = as_folder(tmp_path / "f", {"bad.json": b'[{"prompt": "read before"}, {"prompt"', "good.csv": TWO})
    bad, good = load(library, folder).files
    assert (bad.found, bad.rejected, good.inserted) == (1, 1, 1)
    assert titles(library) == ["Two"]
    ((number, reason),) = library.rows("SELECT row_number, reason FROM library.import_rejections")
    assert number == 0
    assert "bad.json is not readable JSON" in reason


def test_standard_input_is_read_whatever_is_piped_in(configured: Library, tmp_path: Path) -> None:
    program = [str(Path(sys.executable).with_name("promptory")), "import", "-", "--collection", "piped", "--json"]
    for content in (
        ONE,
        gzip.compress(TWO),
        as_zip(tmp_path / "x", {"three.json": ONE.replace(b"ne", b"ther")}).read_bytes(),
    ):
        done = subprocess.run(program, input=content, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
    assert titles(configured) == ["One", "Other", "Two"]


def test_s3_is_a_folder_like_any_other(library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with s3_server(monkeypatch) as bucket:
        fs = s3_files()
        for name, content in FILES.items():
            fs.pipe_file(f"{bucket}/deep/{name}", content)
        fs.pipe_file(
            f"{bucket}/x.zip", as_zip(tmp_path / "x.zip", {"z.json": ONE.replace(b"ne", b"ther")}).read_bytes()
        )
        load(library, f"{bucket}/deep")
        load(library, f"{bucket}/x.zip")
        assert titles(library) == ["One", "Other", "Two"]
        with pytest.raises(UnreadableFileError, match="does not exist, or you may not list it"):
            load(library, f"{bucket}/missing.json")


def test_nothing_gets_out_of_an_archive_or_in_through_a_link(library: Library, tmp_path: Path) -> None:
    secret = write_json(tmp_path / "secret.json", [{"title": "Secret", "prompt": "secret"}])
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = as_zip(
        tmp_path / "x.zip", {"good.json": ONE, "../evil.json": TWO, "/abs.json": TWO, "a\\..\\..\\w.json": TWO}
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(secret))
    result = load(library, path)
    assert sorted(one.reason for one in result.passed_over) == [
        *["has a name that leads out of the archive"] * 3,
        "is a link, which is not followed",
    ]
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        member = tarfile.TarInfo("link.json")
        member.type, member.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(member)
    with pytest.raises(UnreadableFileError, match="is a link or a device"):
        load(library, tmp_path / "x.tar")
    folder = as_folder(tmp_path / "f", {"one.json": ONE})
    (folder / "link.json").symlink_to(secret)
    (folder / "round").symlink_to(folder)
    assert [one.reason for one in load(library, folder).passed_over] == ["is a link, which is not followed"] * 2
    assert titles(library) == ["One"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "secret.json", "x.tar", "x.zip"]


def _encrypted(path: Path) -> Path:
    content = bytearray(as_zip(path, {"a.json": ONE}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(bytes(content))
    return path


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bomb.zip", "unpacks to over 200 times its size"),
        ("bomb.tar.gz", "unpacks to over 200 times its size"),
        ("bomb.csv.gz", "unpacks to over 200 times its size"),
        ("encrypted.zip", "is encrypted; unpack it with its password"),
        ("cut.zip", "is a damaged ZIP archive"),
        ("empty.zip", "holds no file to read"),
        ("empty", "holds no file to read"),
        ("https://example.com/p.json", "download it, and import that"),
        ("pipe", "neither a file nor a folder"),
    ],
)
def test_what_is_no_collection_is_refused_with_the_reason(
    library: Library, tmp_path: Path, name: str, sentence: str
) -> None:
    path = tmp_path / name
    zeros = b"title,prompt\n" + b"a,b\n" * 40_000_000
    match name:
        case "bomb.zip":
            as_zip(path, {"p.csv": zeros})
        case "bomb.tar.gz":
            as_tar(path, {"p.csv": zeros})
        case "bomb.csv.gz":
            path.write_bytes(gzip.compress(zeros, 6))
        case "encrypted.zip":
            _encrypted(path)
        case "cut.zip":
            path.write_bytes(as_zip(path, {"a.json": ONE}).read_bytes()[:-30])
        case "empty.zip":
            as_zip(path, {})
        case "empty":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
    with pytest.raises(UnreadableFileError, match=sentence):
        load(library, name if "://" in name else path)
    assert titles(library) == []


def test_a_file_that_changes_while_it_is_read_is_refused(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("title,prompt\n" + "".join(f"t{n},text {n}\n" for n in range(20_000)))

    def grow(_file: str, _records: int) -> None:
        with path.open("a") as file:
            file.write("more,more\n")

    with pytest.raises(PromptoryError, match="changed while it was read"):
        import_prompts(library.ingest, [path], ImportOptions(), grow)
    assert titles(library) == []


def test_names_from_other_systems_are_told_as_they_were_meant(library: Library, tmp_path: Path) -> None:
    path = as_zip(tmp_path / "x.zip", {"XXXX.json": ONE, "e\u0301.json": TWO})
    path.write_bytes(path.read_bytes().replace(b"XXXX.json", "회의.json".encode("cp949")))
    names = [file.path.rpartition("/")[2] for file in load(library, path).files]
    assert names == ["\u00e9.json", "회의.json"]


def test_a_killed_import_leaves_the_library_as_it_was(configured: Library, tmp_path: Path) -> None:
    load(configured, write_json(tmp_path / "p.json", [{"title": "Before", "prompt": "before"}]))
    big = tmp_path / "big.csv"
    big.write_text("title,prompt\n" + "".join(f"t{n},a long enough text number {n}\n" for n in range(60_000)))
    program = str(Path(sys.executable).with_name("promptory"))
    running = subprocess.Popen([program, "import", str(big)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    statement = "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'staged_prompts' AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 60
    while configured.value(statement) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    running.kill()
    running.wait()
    deadline = time.monotonic() + 60
    while configured.value(statement) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert titles(configured) == ["Before"]
    assert configured.value("SELECT count(*) FROM library.import_batches") == 1
    load(configured, big)
    assert configured.value("SELECT count(*) FROM library.prompts") == 60_001
