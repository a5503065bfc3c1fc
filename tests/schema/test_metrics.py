"""Metrics are told of real loads and searches, in the format that CloudWatch Logs takes figures from."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest import ImportOptions, import_prompts, load_users
from orchestration.cli.main import app
from schema import metrics
from schema.metrics import Metric
from tests.conftest import forget_settings
from tests.support.library import Library
from tests.support.metrics import metrics_in


@pytest.fixture
def deployed(configured: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("PROMPTORY_DEPLOYMENT", "staging")
    forget_settings()
    return configured


def people(path: Path) -> Path:
    rows = [["u1", "a@example.com", "A", "2026-01-01T00:00:00Z"], ["u2", "no address", "B", "2026-01-01T00:00:00Z"]]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["user_id", "email", "name", "created_at"], *rows])
    return path


def test_a_load_tells_what_came_in_and_what_was_refused(
    deployed: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = people(tmp_path / "users.csv")
    load_users(deployed.ingest, [file])
    load_users(deployed.ingest, [file])
    first, again = metrics_in(capsys.readouterr().err)
    assert (first["RowsIngested"], first["RowsRejected"], first["Deployment"]) == (1, 1, "staging")
    assert (again["RowsIngested"], again["RowsRejected"]) == (0, 1)
    assert first["by"] == [["Deployment"]]


def test_a_trial_import_tells_nothing(deployed: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompts = tmp_path / "prompts.csv"
    prompts.write_text("title,prompt\nA title,Write a poem about rain\n", encoding="utf-8")
    import_prompts(deployed.ingest, [prompts], ImportOptions(is_trial=True))
    assert capsys.readouterr().err == ""
    import_prompts(deployed.ingest, [prompts], ImportOptions())
    [told] = metrics_in(capsys.readouterr().err)
    assert told["RowsIngested"] == 1


def test_a_search_from_the_command_line_tells_how_long_it_took_beside_its_answer(deployed: Library) -> None:
    deployed.add_prompt("Meeting notes")
    done = CliRunner().invoke(app, ["search", "meeting", "--json"])
    assert (done.exit_code, '"_aws"' in done.stdout) == (0, False)
    [told] = metrics_in(done.stderr)
    assert 0 < told["SearchMilliseconds"] < 60_000
    assert told["units"] == {"SearchMilliseconds": "Milliseconds"}


def test_nothing_is_told_where_nothing_is_deployed(configured: Library, capsys: pytest.CaptureFixture[str]) -> None:
    metrics.tell({Metric.ROWS_INGESTED: 1})
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
