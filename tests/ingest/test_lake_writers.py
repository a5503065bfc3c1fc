"""Writers that are killed, that come at the same time, and that bring more than memory should hold."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from ingest.lake import EVENTS, Lake, check, compact, settle_versions, write_files
from ingest.lake import ids as ids_module
from ingest.lake import spool as spool_module
from ingest.lake.files import read_events
from ingest.lake.ids import first_of_each
from ingest.lake.spool import Spool
from tests.support.library import Library

DAY = date(2026, 3, 1)
SHARED = 500
LARGE = 5_000
PROGRAM = """
import sys, time
from pathlib import Path
from ingest.lake import Lake, files, write_files
from schema.database import create_role_engine
from schema.roles import Role

def pause(*_):
    Path(sys.argv[4]).touch()
    time.sleep(600)

{pause}
write_files(create_role_engine(sys.argv[1], Role.INGEST), Lake(sys.argv[2]), [sys.argv[3]])
"""
# Where a writer stands still until it is killed, and how many files are left of it.
IN_A_FILE = """
def stuck(tables, groups=files.row_groups):
    yield next(groups(tables))
    pause()

files.row_groups = stuck
"""
BEFORE_THE_MARKER = "Lake.put = pause"
IN_THE_MARKER = "Path.replace = pause"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake in a folder."""
    return Lake(str(tmp_path / "lake"))


def searches(path: Path, first: int, last: int) -> Path:
    """A file of searches on one day, whose ids are numbers."""
    ids = [str(uuid.UUID(int=number)) for number in range(first, last)]
    columns = {"event_id": ids, "event_type": ["search"] * len(ids), "occurred_at": ["2026-03-01T10:00:00Z"] * len(ids)}
    pq.write_table(pa.table(columns), path)
    return path


def held(lake: Lake) -> set[int]:
    """The numbers of the events that the marker lets one read; none of them is there twice."""
    manifest = lake.manifest(DAY)
    assert manifest is not None
    found = [one for table in read_events(lake, DAY, manifest.files) for one in table["event_id"].to_pylist()]
    numbers = {int.from_bytes(one) for one in found}
    assert len(numbers) == len(found) == manifest.events
    return numbers


def start(library: Library, lake: Lake, file: Path, paused: Path, pause: str = "") -> subprocess.Popen[bytes]:
    """A writer in a process of its own, which makes the file `paused` when it stands still."""
    url = library.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", PROGRAM.format(pause=pause), url, lake.root, str(file), str(paused)]
    return subprocess.Popen(command, env=dict(os.environ))


def wait_until(happens: Callable[[], bool], writer: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not happens():
        assert writer.poll() is None, "the writer ended before"
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("pause", "left"), [(IN_A_FILE, 1), (BEFORE_THE_MARKER, 1), (IN_THE_MARKER, 2)], ids=["file", "before", "marker"]
)
def test_a_writer_killed_while_it_writes_leaves_the_last_good_day(
    library: Library, lake: Lake, tmp_path: Path, pause: str, left: int
) -> None:
    write_files(library.ingest, lake, [searches(tmp_path / "a.parquet", 0, SHARED)])
    marker, files = lake.manifest(DAY), lake.names(DAY)
    more, paused = searches(tmp_path / "b.parquet", SHARED // 2, LARGE), tmp_path / "paused"
    writer = start(library, lake, more, paused, pause)
    wait_until(paused.exists, writer)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(lake.names(DAY)) == len(files) + left
    assert lake.manifest(DAY) == marker
    assert held(lake) == set(range(SHARED))
    assert check(library.ingest, lake).findings == []
    assert library.value("SELECT count(*) FROM library.import_batches") == 1
    write_files(library.ingest, lake, [more])
    assert held(lake) == set(range(LARGE))
    assert compact(library.ingest, lake).files_deleted == left
    assert held(lake) == set(range(LARGE))


def test_a_writer_killed_after_its_commit_is_registered_by_the_next(
    library: Library, lake: Lake, tmp_path: Path
) -> None:
    file = searches(tmp_path / "a.parquet", 0, SHARED)
    with library.engine().connect() as other:
        # The writer comes to the library last; it waits for whoever has the day's row.
        other.execute(text("INSERT INTO library.activity_days (activity_date) VALUES (:day)"), {"day": DAY})
        writer = start(library, lake, file, tmp_path / "paused")
        wait_until(lambda: lake.manifest(DAY) is not None, writer)
        time.sleep(0.2)
        assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert held(lake) == set(range(SHARED))
    assert library.rows("SELECT * FROM library.activity_days") == []
    [finding] = check(library.ingest, lake).findings
    assert (finding.day, finding.fault.partition(";")[2]) == (DAY, " run promptory lake write.")
    assert settle_versions(library.ingest, lake) == [DAY]
    [(version, revision)] = library.rows("SELECT lake_version, revision FROM library.activity_days")
    marker = lake.manifest(DAY)
    assert marker is not None
    assert version == marker.version
    assert settle_versions(library.ingest, lake) == []
    write_files(library.ingest, lake, [file])
    assert library.rows("SELECT lake_version, revision FROM library.activity_days") == [(version, revision)]


def test_writers_of_one_day_take_turns(library: Library, lake: Lake, tmp_path: Path) -> None:
    files = [searches(tmp_path / f"{n}.parquet", n * 100, n * 100 + 150) for n in range(12)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda file: write_files(library.ingest, lake, [file]), files))
    assert held(lake) == set(range(1250))
    done = compact(library.ingest, lake)
    assert (done.days_merged, done.files_deleted) == (1, 0)
    marker = lake.manifest(DAY)
    assert marker is not None
    assert len(marker.files) == 1
    assert held(lake) == set(range(1250))


def test_many_ids_are_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids_module, "PART_ROWS", 100)

    def array(*numbers: int) -> pa.Array:
        return pa.array([number.to_bytes(16) for number in numbers], pa.binary(16))

    new = [array(*range(500, 1500)), array(*range(1000, 2000)), array(0, 7, 2000, 2000)]
    is_first = first_of_each([array(*range(600)), array(7)], new, 2600)
    # 600 to 1,499 of the first, 1,500 to 1,999 of the second, and one 2,000.
    assert np.flatnonzero(is_first).tolist() == [*range(100, 1000), *range(1500, 2000), 2002]


def test_the_spool_gives_days_back_in_order_and_forgets_a_file_that_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool_module, "GROUP_ROWS", 4)
    noon = 1_772_366_400_000_000  # 2026-03-01 12:00 UTC
    a_day = 86_400_000_000

    def events(*numbers: int) -> pa.Table:
        columns = {name: pa.nulls(len(numbers), EVENTS.field(name).type) for name in EVENTS.names}
        columns |= {
            "event_id": pa.array([number.to_bytes(16) for number in numbers], pa.binary(16)),
            "occurred_at": pa.array([noon + number % 2 * a_day for number in numbers], EVENTS.field(1).type),
            "event_type": pa.array(["search"] * len(numbers)),
        }
        return pa.table(columns, schema=EVENTS)

    with closing(Spool()) as spool:
        spool.add(0, events(0, 1, 2))
        spool.add(1, events(10, 11, 12, 13, 14))
        spool.add(1, events(20))
        spool.forget(1)
        spool.add(1, events(30, 31))
        assert spool.days() == [DAY, date(2026, 3, 2)]
        found = [one for table in spool.events(DAY) for one in table.select(["event_id", "file_no"]).to_pylist()]
    assert [(int.from_bytes(one["event_id"]), one["file_no"]) for one in found] == [(0, 0), (2, 0), (30, 1)]
