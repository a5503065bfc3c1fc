"""Dagster on ECS, in the cloud that Terraform made: what is dropped into the inbox is imported by a task of its own.

ECS's agent is the tests': code server, daemon and runs are processes on this machine, with the commands, the secrets
and the rights of their tasks. The database is local, and the folders.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from tests.infra.agent import ROOT, Agent, stop, task_metadata
from tests.infra.worlds import World
from tests.support.library import Library
from tests.support.servers import free_port

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

T = TypeVar("T")

INSTANCE = ROOT / "infra" / "dagster"


@dataclass(frozen=True)
class Dagster:
    """The services of Dagster, and what they work on."""

    world: World
    agent: Agent
    library: Library
    stack: ExitStack

    def start_service(self, name: str) -> None:
        """Place a task of a service, as ECS does."""
        outputs = self.world.outputs
        network = {"subnets": outputs["private_subnet_ids"], "securityGroups": [outputs["security_groups"][name]]}
        (task,) = self.world.client("ecs").run_task(
            cluster=outputs["cluster_name"],
            taskDefinition=outputs["task_definitions"][name],
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )["tasks"]
        self.stack.callback(stop, self.agent.start(task["taskArn"]))

    def start_run(self, name: str) -> tuple[str, subprocess.Popen[bytes]]:
        """Start the task that is launched for the import of a collection."""
        task = _soon(lambda: self._launched(name), f"no task was launched for {name}")
        process = self.agent.start(task)
        self.stack.callback(stop, process)
        return task, process

    def drop(self, name: str) -> None:
        """Put a collection of one prompt into the inbox."""
        prompt = {"title": f"Lighthouse {name}", "prompt": f"Paint a lighthouse at dusk, as {name} would."}
        self.world.client("s3").put_object(
            Bucket=self.world.outputs["buckets"]["inbox"], Key=f"inbox/{name}.json", Body=json.dumps([prompt])
        )

    def filed_away(self, name: str) -> list[str]:
        """Where the inbox keeps a collection, without the moment."""
        keys = self.world.client("s3").list_objects_v2(Bucket=self.world.outputs["buckets"]["inbox"])["Contents"]
        found = [key["Key"].split("/") for key in keys if key["Key"].endswith(f"/{name}.json")]
        return [parts[1] if len(parts) > 2 else "waiting" for parts in found]

    def status(self, name: str) -> str:
        """How the run that imports a collection stands."""
        return self._run(name)[1]

    def _run(self, name: str) -> tuple[str, str]:
        if self.library.value("SELECT to_regclass('dagster.runs')") is None:
            return "", ""
        statement = "SELECT run_id, status FROM dagster.runs WHERE run_body LIKE :object ORDER BY id LIMIT 1"
        rows = self.library.rows(statement, object=f"%{name}.json%")
        return (rows[0][0], rows[0][1]) if rows else ("", "")

    def _launched(self, name: str) -> str | None:
        run_id, _ = self._run(name)
        ecs, cluster = self.world.client("ecs"), self.world.outputs["cluster_name"]
        tasks = ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]
        told = ecs.describe_tasks(cluster=cluster, tasks=tasks, include=["TAGS"])["tasks"]
        wanted = {"key": "dagster/run_id", "value": run_id}
        return next((task["taskArn"] for task in told if wanted in task.get("tags", [])), None)


@pytest.fixture
def dagster(default_world: World, library: Library, tmp_path: Path) -> Iterator[Dagster]:
    """Code server and daemon, as their tasks run them."""
    home, port = _home(tmp_path), free_port()
    library.do("CREATE SCHEMA dagster")
    local = {
        "PROMPTORY_DATABASE_URL": library.url.render_as_string(hide_password=False),
        "DAGSTER_CODE_SERVER_HOST": "127.0.0.1",
        # No host for Dagster: PostgreSQL's own library takes the socket that PGHOST names.
        "DAGSTER_PG_HOST": "",
        "DAGSTER_PG_USER": library.url.username or "",
        "DAGSTER_PG_DATABASE": library.url.database or "",
        "PGHOST": str(library.url.query["host"]),
        "PGSSLMODE": "disable",
    }
    here = {"/opt/dagster/home": str(home), "/var/lib/promptory": str(tmp_path / "data"), "4000": str(port)}
    for file in home.iterdir():
        text = file.read_text(encoding="utf-8")
        for there, place in here.items():
            text = text.replace(there, place)
        # A minute between two looks is for production.
        file.write_text(text.replace("poll_interval_seconds: 60", "poll_interval_seconds: 2"), encoding="utf-8")
    cluster = default_world.outputs["cluster_name"]
    with task_metadata(default_world.account, cluster) as metadata, ExitStack() as stack:
        agent = Agent(default_world.account, cluster, local, here, tmp_path, metadata)
        services = Dagster(default_world, agent, library, stack)
        services.start_service("code-server")
        services.start_service("daemon")
        yield services


def test_what_is_dropped_into_the_inbox_is_imported_by_tasks_and_a_task_that_dies_is_replaced(dagster: Dagster) -> None:
    dagster.drop("turner")
    dagster.drop("hopper")

    task, process = dagster.start_run("turner")
    assert dagster.agent.finish(task, process) == 0
    assert dagster.status("turner") == "SUCCESS"
    assert dagster.filed_away("turner") == ["done"]
    assert dagster.library.value("SELECT count(*) FROM library.prompts WHERE title = 'Lighthouse turner'") == 1

    task, process = dagster.start_run("hopper")
    _soon(lambda: dagster.status("hopper") == "STARTED", "the run did not begin")
    stop(process)
    dagster.agent.finish(task, process)
    replacement, process = dagster.start_run("hopper")
    assert replacement != task
    dagster.agent.finish(replacement, process)
    assert dagster.status("hopper") == "SUCCESS"
    assert dagster.filed_away("hopper") == ["done"]


def _home(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    shutil.copy(INSTANCE / "ecs.yaml", home / "dagster.yaml")
    shutil.copy(INSTANCE / "workspace.yaml", home)
    return home


def _soon(look: Callable[[], T | None], otherwise: str) -> T:
    """What comes within three minutes: a sensor looks twice, half a minute apart."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(otherwise)
