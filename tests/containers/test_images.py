"""What the images hold and refuse."""

import pytest

from tests.containers.engine import docker

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1800)]

OURS = ["promptory/dashboard:test", "promptory/dagster:test"]


@pytest.mark.parametrize("image", OURS)
def test_nobody_in_an_image_may_change_the_product(images: None, image: str) -> None:
    told = docker("run", "--rm", image, "sh", "-c", "id -u; find /opt /etc /usr -writable -not -type l | head -5")
    assert told.stdout.split() == ["10001"]


@pytest.mark.parametrize("image", OURS)
def test_what_is_not_set_is_named_and_the_task_ends(images: None, image: str) -> None:
    command = ["promptory", "serve"] if "dashboard" in image else ["promptory", "db", "prepare"]
    done = docker("run", "--rm", image, *command, check=False)
    assert done.returncode == 1
    assert "set PROMPTORY_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr

    address = ["--env", "PROMPTORY_DATABASE_URL=postgresql://somebody@nowhere/promptory"]
    assert "set PROMPTORY_DATABASE_PASSWORD" in docker("run", "--rm", *address, image, *command, check=False).stderr
    address += ["--env", "PROMPTORY_DATABASE_PASSWORD=hunter2"]
    done = docker("run", "--rm", *address, image, *command, check=False)
    assert "set PROMPTORY_COOKIE_SECRET, PROMPTORY_PSEUDONYM_KEY" in done.stderr
    assert "hunter2" not in done.stderr


def test_dbts_manifest_is_baked_in(images: None) -> None:
    parse = (
        "from orchestration.lib.dbt_project import MANIFEST, ensure_manifest; before = MANIFEST.stat().st_mtime_ns; "
        "print(ensure_manifest().stat().st_mtime_ns == before)"
    )
    told = docker("run", "--rm", "--read-only", "--tmpfs", "/tmp", "promptory/dagster:test", "python", "-c", parse)
    assert told.stdout.strip() == "True"


def test_what_spark_computes_is_baked_in(images: None) -> None:
    read = (
        "from orchestration.spark import render; del render._compiled; "
        "print('int_viewer_days' in render.rendered_models())"
    )
    told = docker("run", "--rm", "--read-only", "--tmpfs", "/tmp", "promptory/dagster:test", "python", "-c", read)
    assert told.stdout.strip() == "True"
