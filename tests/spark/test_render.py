"""What Spark is told before it starts: texts, plans, and what is missing on this machine."""

import ast
import json
import os
import sys
from pathlib import Path

import pytest

from orchestration.spark import render
from orchestration.spark.java import java_for_spark, release_of
from orchestration.spark.local import JOB
from orchestration.spark.plan import Input, Plan
from orchestration.spark.render import Model, needed_for, rendered_models
from schema.errors import PromptoryError, SettingsError
from schema.settings import get_settings
from tests.conftest import forget_settings


def test_each_text_follows_what_it_reads_and_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    models = rendered_models()
    seen: set[str] = set()
    for model in models.values():
        assert not (set(model.inputs) & set(models)) - seen, model.name
        seen.add(model.name)
    assert models["int_viewer_days"].partition == "activity_date"
    assert models["int_prompt_weeks"].partition == "period_date"
    assert models["int_prompt_viewers"].partition is None
    assert not models["int_prompt_viewer_days"].is_loaded
    assert (models["int_search_query_days"].columns or {})["searchers"] == "text[]"
    monkeypatch.setattr(render, "_compiled", lambda: pytest.fail("rendered again"))
    render._models.cache_clear()
    assert rendered_models() == models


def test_texts_are_rendered_anew_where_a_file_is_another_one_however_old(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, kept = tmp_path / "model.sql", tmp_path / "target" / "spark.json"
    monkeypatch.setattr(render, "project_files", lambda: [file])
    monkeypatch.setattr(render, "RENDERED", kept)
    monkeypatch.setattr(render, "_compiled", lambda: [Model("model", file.read_text(), ())])
    for text in ("select 1", "select 2"):
        file.write_text(text)
        os.utime(file, (0, 0))
        assert rendered_models()["model"].text == text
    assert json.loads(kept.read_text())["models"][0]["text"] == "select 2"
    # Where nothing can be kept, as below a file, it is rendered all the same.
    monkeypatch.setattr(render, "RENDERED", file / "spark.json")
    render._models.cache_clear()
    assert rendered_models()["model"].text == "select 2"
    render._models.cache_clear()


def test_only_the_views_below_a_model_are_added_to_it() -> None:
    models = rendered_models()
    given = ("library_activity_events", "int_activity_days")
    assert [one.name for one in needed_for(["int_viewer_days"], models, given)] == [
        "stg_library__activity_events",
        "int_viewer_days",
    ]
    # A view that is given is read instead.
    given = ("stg_library__activity_events", "int_activity_days")
    assert [one.name for one in needed_for(["int_viewer_days"], models, given)] == ["int_viewer_days"]


def test_a_plan_tells_what_it_lacks() -> None:
    inputs = {"library_activity_events": Input((), "event_id string")}
    plan = Plan("1", ("int_prompt_days",), inputs, "derived", "report.json", days={})
    with pytest.raises(PromptoryError, match="lacks int_prompt_viewer_days, which its models read"):
        plan.told({})


def test_the_job_stands_alone_on_an_old_python() -> None:
    tree = ast.parse(JOB.read_text(encoding="utf-8"), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    # Py4J comes with PySpark. Dagster's module may be missing, too.
    allowed = {*sys.stdlib_module_names, "py4j", "pyspark", "dagster_pipes"}
    assert {name.partition(".")[0] for name in names} <= allowed


@pytest.mark.parametrize(
    ("said", "release"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 8), ("nonsense", None)],
)
def test_java_tells_its_release(said: str, release: int | None) -> None:
    assert release_of(said) == release


def test_what_spark_needs_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # As if PySpark were there, whether it is or not.
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    for script, refusal in (
        (None, r"cannot be started: install a Java 17 runtime"),
        ("echo 'openjdk version \"11.0.2\"' >&2", r"needs Java 17, and \S+/bin/java is 11: install"),
    ):
        if script:
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        forget_settings()
        with pytest.raises(SettingsError, match=refusal):
            java_for_spark()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match="Spark needs Java, and there is none"):
        java_for_spark()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"PySpark is not installed: run `make spark`"):
        java_for_spark()
    forget_settings()
