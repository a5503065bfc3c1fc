"""Lakes that are empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.lake import Lake
from tests.support.s3 import s3_server


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """An empty lake in a folder, and one in S3."""
    if request.param == "folder":
        yield Lake(str(tmp_path / "lake"))
    else:
        with s3_server(monkeypatch) as bucket:
            yield Lake(f"{bucket}/the/lake")


@pytest.fixture
def folder(tmp_path: Path) -> Lake:
    """An empty lake in a folder."""
    return Lake(str(tmp_path / "lake"))
