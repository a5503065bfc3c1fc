"""A picture is kept once, and links to it end: in a folder, and in S3."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from structlog.testing import capture_logs

from schema.pictures import LINK_LIFE, FolderStore, PictureStore, PictureStoreError, Size, prepare
from schema.pictures.links import holds
from schema.pictures.s3 import S3Store
from tests.support.pictures import picture
from tests.support.s3 import s3_server

PICTURE = prepare(picture())
OTHER = prepare(picture(colour="blue"))
SECRET = b"a secret of the test's own"


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path / "pictures", SECRET)
        return
    with s3_server(monkeypatch) as bucket:
        yield S3Store(f"{bucket}/some/prefix")


def test_a_picture_is_kept_once(store: PictureStore) -> None:
    for one in (PICTURE, OTHER, PICTURE):
        store.put(one)
    assert store.read(PICTURE.key) == PICTURE.full
    assert store.read(OTHER.key) == OTHER.full
    assert store.read("0" * 64 + ".webp") is None


def test_a_folder_holds_pictures_and_nothing_else(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "pictures", SECRET)
    store.put(PICTURE)
    first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "pictures").iterdir()}
    assert set(first) == {PICTURE.key, PICTURE.key.replace(".webp", ".small.webp")}
    store.put(PICTURE)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "pictures").iterdir()} == first
    (tmp_path / "secret.webp").write_bytes(b"x")
    for name in ("../secret.webp", f"../pictures/{PICTURE.key}", PICTURE.key.upper(), f"{PICTURE.key}\n", ""):
        assert store.path(name) is None


def test_a_link_of_the_dashboard_stays_the_same_for_a_while_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, clock = FolderStore(tmp_path, SECRET), [1_800_000_000.0]
    monkeypatch.setattr("schema.pictures.links.time.time", lambda: clock[0])
    store.put(PICTURE)
    address = store.address(PICTURE.key, Size.SMALL)
    assert address is not None
    name, query = urlsplit(address).path.rpartition("/")[2], parse_qs(urlsplit(address).query)
    until, signed = query["until"][0], query["sign"][0]
    clock[0] += 60
    assert store.address(PICTURE.key, Size.SMALL) == address
    assert holds(SECRET, name, until, signed)
    for forged in (
        (b"another secret", name, until, signed),
        (SECRET, PICTURE.key, until, signed),
        (SECRET, name, str(int(until) + 1), signed),
        (SECRET, name, f" {until}", signed),
        (SECRET, name, "9" * 40, signed),
        (SECRET, name, until, "é" + signed[1:]),
        (SECRET, name, until, ""),
    ):
        assert not holds(*forged)
    clock[0] = 1_800_000_000 + LINK_LIFE.total_seconds()
    assert not holds(SECRET, name, until, signed)
    with capture_logs() as logs:
        assert store.address("0" * 64 + ".webp") is None
    assert logs[0]["event"] == "picture_missing"


def test_a_link_of_s3_fetches_the_picture_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server(monkeypatch) as bucket:
        client = boto3.client("s3")
        client.create_bucket(Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
        for address, region in ((bucket, "us-east-1"), ("s3://far-away/x/", "ap-northeast-2")):
            store = S3Store(address)
            store.put(PICTURE)
            link = store.address(PICTURE.key)
            assert link is not None
            assert store.address(PICTURE.key) == link
            with urllib.request.urlopen(link, timeout=10) as answer:
                assert answer.read() == PICTURE.full
                assert answer.headers["Content-Type"] == "image/webp"
            # moto lets an old link through: that S3 would not is in what is signed.
            signed = parse_qs(urlsplit(link).query)
            assert signed["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
            assert signed["X-Amz-Expires"] == [str(int(LINK_LIFE.total_seconds()))]
            assert signed["X-Amz-Credential"][0].split("/")[2] == region
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(link.partition("?")[0], timeout=10)


def test_one_object_has_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server(monkeypatch) as bucket:
        client, name = boto3.client("s3"), bucket.removeprefix("s3://")
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for _ in range(3):
            S3Store(bucket).put(PICTURE)
        assert len(client.list_object_versions(Bucket=name)["Versions"]) == 2


def test_an_s3_that_is_away_leaves_pictures_out_and_is_not_asked_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server(monkeypatch) as bucket:
        store = S3Store(bucket)
    with capture_logs() as logs:
        assert [store.address(PICTURE.key) for _ in range(50)] == [None] * 50
    assert [one["event"] for one in logs] == ["pictures_away"]
    with pytest.raises(PictureStoreError, match="cannot be kept in S3"):
        store.put(PICTURE)
    with pytest.raises(PictureStoreError, match="cannot be read from S3"):
        store.read(PICTURE.key)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PictureStoreError, match="folder that PROMPTORY_IMAGES names"):
        FolderStore(tmp_path / "file", SECRET).put(PICTURE)
