"""The inbox: each object is one run, is filed away with a report, and cannot stop the others. In a folder and in S3."""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from ingest.folder import Folder
from ingest.inbox import Inbox, InboxError
from orchestration.definitions import defs
from orchestration.defs.ingestion import InboxObjects, prompts
from orchestration.defs.resources import Library as LibraryResource
from orchestration.defs.sensors import inbox_sensor
from schema.errors import PromptoryError
from tests.conftest import forget_settings
from tests.support.library import Library
from tests.support.s3 import s3_server

GOOD = b"title,prompt\nA,one\nB,\n"


@pytest.fixture(params=["folder", "s3"])
def inbox(
    request: pytest.FixtureRequest, configured: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of an empty inbox, as the settings name it."""
    if request.param == "folder":
        yield str(tmp_path / "home" / "inbox")
        return
    with s3_server(monkeypatch) as bucket:
        monkeypatch.setenv("PROMPTORY_INBOX", f"{bucket}/inbox")
        forget_settings()
        yield f"{bucket}/inbox"


def put(inbox: str, name: str, content: bytes) -> None:
    Folder(inbox).fs.pipe_file(f"{inbox}/{name}", content)


def held(inbox: str) -> dict[str, bytes]:
    """Every file below the inbox, without the moments in the paths."""
    fs, root = Folder(inbox).fs, inbox.removeprefix("s3://")
    names = {path: path.removeprefix(f"{root}/").split("/") for path in fs.find(root)}
    return {"/".join((parts[0], *parts[2:])): fs.cat_file(path) for path, parts in names.items()}


def look(cursor: str | None) -> SensorExecutionData:
    context = dg.build_sensor_context(cursor=cursor, resources={"library": LibraryResource()}, definitions=defs)
    return inbox_sensor.evaluate_tick(context)


def materialise(*objects: str) -> dg.ExecuteInProcessResult:
    config = dg.RunConfig(ops={"library__prompts": InboxObjects(objects=list(objects))})
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [prompts],
            instance=instance,
            resources={"library": LibraryResource()},
            run_config=config,
            raise_on_error=False,
        )


def test_each_new_or_changed_object_is_one_run(inbox: str) -> None:
    put(inbox, "mine/a.csv", GOOD)
    put(inbox, "mine/patterns/one/system.md", b"You are one.")
    put(inbox, "mine/patterns/two/system.md", b"You are two.")
    put(inbox, ".half-written.csv", b"title")
    put(inbox, "copying.csv.part", b"title")
    first = look(None)
    second = look(first.cursor)
    third = look(second.cursor)
    assert [len(tick.run_requests or []) for tick in (first, second, third)] == [0, 2, 0]
    asked = [one.run_config["ops"]["library__prompts"]["config"]["objects"] for one in second.run_requests or []]
    assert asked == [["mine/a.csv"], ["mine/patterns"]]
    put(inbox, "mine/a.csv", GOOD + b"C,three\n")
    changed = look(third.cursor)
    assert not changed.run_requests
    assert len(look(changed.cursor).run_requests or []) == 1


def test_an_imported_object_is_filed_away_with_its_report(inbox: str, configured: Library) -> None:
    put(inbox, "mine/a.csv", GOOD)
    result = materialise("mine/a.csv")
    assert result.success
    (materialisation,) = result.asset_materializations_for_node("library__prompts")
    metadata = materialisation.metadata
    assert (metadata["found"].value, metadata["inserted"].value, metadata["rejected"].value) == (2, 1, 1)
    table = metadata["rejections"]
    assert isinstance(table, dg.TableMetadataValue)
    assert table.records[0].data == {"file": "mine/a.csv", "row": 2, "reason": "has no prompt text"}
    files = held(inbox)
    assert files["done/mine/a.csv"] == GOOD
    report = json.loads(files["done/mine/a.csv.report.json"])
    assert (report["object"], report["files"][0]["inserted"]) == ("mine/a.csv", 1)
    assert report["rejections"][0]["reason"] == "has no prompt text"
    assert len(files) == 2
    assert look(look(None).cursor).run_requests in (None, [])
    assert configured.value("SELECT name FROM library.collections") == "mine"


def test_a_bucket_that_does_not_exist_is_a_fault_and_not_an_empty_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server(monkeypatch) as bucket:
        assert Inbox(f"{bucket}/inbox").objects() == {}
        with pytest.raises(PromptoryError, match="does not exist; check PROMPTORY_INBOX"):
            Inbox("s3://no-such-bucket/inbox").objects()


def test_a_poison_file_is_set_aside_and_the_others_are_imported(inbox: str, configured: Library) -> None:
    put(inbox, "a-bad.json", b"[{")
    put(inbox, "good.csv", GOOD)
    result = materialise()
    assert not result.success
    failure = result.get_step_failure_events()[0].step_failure_data
    assert "as it cannot be read: 1 object." in str(failure.user_failure_data)
    assert configured.rows("SELECT title FROM library.prompts") == [("A",)]
    files = held(inbox)
    assert files["rejected/a-bad.json"] == b"[{"
    assert "is not readable JSON" in json.loads(files["rejected/a-bad.json.report.json"])["reason"]
    assert files["done/good.csv"] == GOOD
    assert look(look(None).cursor).run_requests in (None, [])


def test_a_folder_is_filed_away_whole(inbox: str, configured: Library) -> None:
    put(inbox, "mine/patterns/one/system.md", b"You are one of two.")
    put(inbox, "mine/patterns/two/system.md", b"You are two of two.")
    assert materialise("mine/patterns").success
    assert configured.value("SELECT count(*) FROM library.prompts") == 2
    assert sorted(held(inbox)) == [
        "done/mine/patterns.report.json",
        "done/mine/patterns/one/system.md",
        "done/mine/patterns/two/system.md",
    ]


def test_a_rejected_object_is_told_and_waits_again_unless_one_of_its_name_does(inbox: str, configured: Library) -> None:
    put(inbox, "mine/bad.json", b"[{")
    assert not materialise("mine/bad.json").success
    place = Inbox(inbox)
    (rejected,) = place.rejected()
    assert rejected.name == "mine/bad.json"
    assert "is not readable JSON" in rejected.reason
    place.retry(rejected)
    assert [(one.name, one.files, one.size) for one in place.waiting()] == [("mine/bad.json", 1, 2)]
    assert place.waiting()[0].since is not None
    assert place.rejected() == []
    with pytest.raises(InboxError, match="not among the rejected"):
        place.retry(rejected)
    assert not materialise("mine/bad.json").success
    put(inbox, "mine/bad.json", GOOD)
    with pytest.raises(InboxError, match="waits in the inbox already"):
        place.retry(place.rejected()[0])
    assert held(inbox)["rejected/mine/bad.json"] == b"[{"
