"""`promptory simulate` as a person uses it: files, how to load them, and faults in one line."""

import json
import shlex
from pathlib import Path

from tests.orchestration.test_cli import promptory, told
from tests.support.library import Library


def test_the_commands_that_it_names_load_what_it_wrote(configured: Library, tmp_path: Path) -> None:
    folder = tmp_path / "made up"
    options = (
        "--users",
        "30",
        "--days",
        "3",
        "--events-per-day",
        "100",
        "--last-day",
        "2026-03-01",
        "--format",
        "parquet",
    )
    done = promptory("simulate", str(folder), *options)
    assert (done.returncode, done.stderr) == (0, "")
    told_to = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("  promptory ")]
    assert [command for _, command, _ in told_to] == ["import", "load-users", "load-subscriptions", "load-activity"]
    for _, command, path in told_to:
        counts = json.loads(promptory(command, path, "--json").stdout)
        assert sum(file["inserted"] for file in counts["files"]) > 0
    assert configured.value("SELECT count(*) FROM library.users WHERE external_id LIKE 'u-%'") == 30
    assert configured.value("SELECT max(occurred_at)::date FROM library.activity_events").isoformat() == "2026-03-01"


def test_what_cannot_be_simulated_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    assert "full is not empty; name a new folder" in told(promptory("simulate", str(tmp_path / "full")))
    assert "cannot be written" in told(promptory("simulate", str(tmp_path / "full" / "notes.txt")))
    new = str(tmp_path / "new")
    assert "takes no future events" in told(promptory("simulate", new, "--last-day", "2999-01-01"))
    assert not Path(new).exists()
