"""The lake is kept by Dagster: people who are gone leave it, and months kept no longer, whatever counts them."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from ingest.lake import Lake, write_files
from ingest.lake.files import read_events
from orchestration.defs.ingestion import activity_months
from orchestration.defs.lake_upkeep import compact_lake
from orchestration.defs.resources import Library as LibraryResource
from schema.settings import get_settings
from tests.support.files import write_jsonl
from tests.support.library import Library

OLD, NEW = date(2024, 3, 1), date.today()  # noqa: DTZ011 (whichever day it is, it is kept)


@pytest.fixture
def lake(configured: Library, tmp_path: Path) -> Lake:
    """What Ann viewed on an old and on a new day."""
    configured.add_user("ann@example.com")
    prompt, lake = configured.add_prompt("soup"), Lake(get_settings().lake)
    events = [
        {"event_id": str(day), "event_type": "view", "occurred_at": f"{day}T00:00:00Z", "prompt_id": prompt}
        | {"user_id": "ann@example.com"}
        for day in (OLD, NEW)
    ]
    write_files(configured.ingest, lake, [write_jsonl(tmp_path / "events.jsonl", events)])
    return lake


def test_months_leave_the_lake_also_where_postgresql_counts(configured: Library, lake: Lake) -> None:
    resources = {"library": LibraryResource()}
    done = dg.materialize([activity_months], resources=resources)
    [told] = done.asset_materializations_for_node("library__activity_months")
    assert told.metadata["days dropped from the lake"].value == 1
    assert list(lake.manifests()) == [NEW]


def test_people_who_are_gone_leave_the_lake(configured: Library, lake: Lake) -> None:
    configured.do("DELETE FROM library.users")
    assert compact_lake.execute_in_process(resources={"library": LibraryResource()}).success
    manifest = lake.manifest(NEW)
    assert manifest is not None
    assert [table["user_id"].to_pylist() for table in read_events(lake, NEW, manifest.files)] == [[None]]
