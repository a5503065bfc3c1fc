"""A job's own folder in the lake, `jobs/<job>`: what it reads of the database, and its report."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import fsspec
from psycopg.sql import Composable

from ingest.lake import Lake
from ingest.lake.manifest import new_writing
from ingest.sources import is_remote
from orchestration.spark.derived import forget, reached
from orchestration.spark.extracts import EXTRACTS, write_extract
from orchestration.spark.plan import Input, Plan
from schema.database import Driver

_DONE = timedelta(days=1)
"""So long after its start, no job runs any more."""


@dataclass(frozen=True, slots=True)
class Work:
    """A job that is being prepared. Its name begins with its moment: of later jobs it is the later in order.

    Raises:
        LakeError: by any method: the lake cannot be reached.
    """

    lake: Lake
    job: str

    @classmethod
    def begin(cls, lake: Lake) -> "Work":
        """A new job; the folders of jobs that ended long ago are deleted."""
        _forget_old(lake)
        return cls(lake, new_writing())

    @property
    def derived(self) -> str:
        """Where jobs write."""
        return f"{self.lake.root}/derived"

    @property
    def report(self) -> str:
        """The file of its report."""
        return f"{self._folder}/report.json"

    @property
    def _folder(self) -> str:
        return f"{self.lake.root}/jobs/{self.job}"

    def extracts(
        self, driver: Driver, names: Iterable[str], instead: dict[str, Composable] | None = None
    ) -> dict[str, Input]:
        """Extracts by name; `instead` are statements that stand for some."""
        return {
            name: Input((self.extract(driver, name, (instead or {}).get(name) or EXTRACTS[name]),)) for name in names
        }

    def extract(self, driver: Driver, name: str, statement: LiteralString | Composable) -> str:
        """Write the rows of a statement; returns the path or address of the file."""
        place = f"{self._folder}/{name}.parquet"
        with _written(place) as path:
            write_extract(driver, statement, path)
        return place


def names_file(plan: Plan) -> bool:
    """Whether a job failed for a file, as its report tells.

    Raises:
        LakeError: the lake cannot be reached.
    """
    with reached(plan.report):
        fs, path = fsspec.core.url_to_fs(plan.report)
        try:
            report = json.loads(fs.cat_file(path))
        except FileNotFoundError:
            return False
    return bool(report["fault"] and report["fault"]["file"])


@contextmanager
def _written(place: str) -> Iterator[Path]:
    """A file to be written, which is at a path or address afterwards."""
    with reached(place):
        if not is_remote(place):
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            yield Path(place)
            return
        with tempfile.NamedTemporaryFile(suffix=".parquet") as aside:
            yield Path(aside.name)
            fs, path = fsspec.core.url_to_fs(place)
            fs.put_file(aside.name, path)


def _forget_old(lake: Lake) -> None:
    place = f"{lake.root}/jobs"
    first_kept = f"{datetime.now(UTC) - _DONE:%Y%m%dT%H%M%S}"
    with reached(place):
        fs, folder = fsspec.core.url_to_fs(place)
        for path in fs.ls(folder, detail=False) if fs.isdir(folder) else []:
            if str(path).rstrip("/").rpartition("/")[2] < first_kept:
                forget(fs, path)
