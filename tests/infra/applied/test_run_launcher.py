"""Dagster on ECS, in the cloud that Terraform made: what is dropped into the inbox is imported by a task of its own.

ECS's agent is the tests': code server, daemon and runs are processes on this machine, with the commands, the secrets
and the rights of their tasks. The database is local, and the folders.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from tests.infra.agent import ROOT, Agent, stop, task_metadata, translated
from tests.infra.applied.worlds import World
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

    def start(self, name: str) -> tuple[str, subprocess.Popen[bytes]]:
        """Run a task: a service's as ECS places it, the migration's as a rollout does."""
        outputs = self.world.outputs
        network = {"subnets": outputs["private_subnet_ids"], "securityGroups": [outputs["security_groups"][name]]}
        (task,) = self.world.client("ecs").run_task(
            cluster=outputs["cluster_name"],
            taskDefinition=outputs["task_definitions"][name],
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )["tasks"]
        return self._started(task["taskArn"])

    def start_run(self, name: str) -> tuple[str, subprocess.Popen[bytes]]:
        """Start the task that is launched for the import of a collection."""
        return self._started(_soon(lambda: self._launched(name), f"no task was launched for {name}"))

    def _started(self, task: str) -> tuple[str, subprocess.Popen[bytes]]:
        process = self.agent.start(task)
        self.stack.callback(stop, process)
        return task, process

    def definition(self, task: str) -> str:
        """The revision that a task runs."""
        ecs, cluster = self.world.client("ecs"), self.world.outputs["cluster_name"]
        (told,) = ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"]
        return str(told["taskDefinitionArn"])

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
def dagster(world: World, library: Library, tmp_path: Path) -> Iterator[Dagster]:
    """A database that the migration has prepared, code server and daemon, as their tasks run them."""
    database, socket, port = str(library.url.database), str(library.url.query["host"]), free_port()
    # No host for Dagster: PostgreSQL's own library takes the socket that PGHOST names.
    local = {"DAGSTER_CODE_SERVER_HOST": "127.0.0.1", "DAGSTER_PG_HOST": "", "DAGSTER_PG_DATABASE": database}
    local |= {"PGHOST": socket, "PGSSLMODE": "disable", "SENTRY_DSN": ""}
    endpoint, folder = world.outputs["database_endpoint"], tmp_path / "home"
    here = {
        f"{endpoint}/promptory?sslmode=verify-full&sslrootcert=/etc/ssl/certs/rds-global-bundle.pem": (
            f"/{database}?host={socket}"
        ),
        **{f"{master}@": f"{library.url.username}@" for master in ("promptory_master", "librarian")},
        "/opt/dagster/home": str(folder),
        "/var/lib/promptory": str(tmp_path / "data"),
        "4000": str(port),
        # A minute between two looks is for production.
        "poll_interval_seconds: 60": "poll_interval_seconds: 2",
    }
    folder.mkdir()
    for name, there in (("dagster.yaml", "ecs.yaml"), ("workspace.yaml", "workspace.yaml")):
        text = (INSTANCE / there).read_text(encoding="utf-8")
        (folder / name).write_text(translated(text, here), encoding="utf-8")
    cluster = world.outputs["cluster_name"]
    with task_metadata(world.account, cluster) as metadata, ExitStack() as stack:
        stack.callback(_stop_tasks, world)
        stack.callback(_newer_run(world))
        _put_in_by_hand(world)
        _empty_inbox(world)
        agent = Agent(world.account, cluster, local, here, tmp_path, metadata)
        services = Dagster(world, agent, library, stack)
        assert agent.finish(*services.start("migration")) == 0
        services.start("code-server")
        services.start("daemon")
        yield services


def test_what_is_dropped_into_the_inbox_is_imported_by_tasks_and_a_task_that_dies_is_replaced(dagster: Dagster) -> None:
    dagster.drop("turner")
    dagster.drop("hopper")

    task, process = dagster.start_run("turner")
    assert dagster.definition(task) == dagster.world.outputs["task_definitions"]["run"], "not the newest of its family"
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


def _newer_run(world: World) -> Callable[[], object]:
    """Register what a release to come would run, as an apply does before its rollout; returns what takes it back."""
    ecs = world.client("ecs")
    told = ecs.describe_task_definition(taskDefinition=world.outputs["task_definitions"]["run"])["taskDefinition"]
    taken = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
    newer = ecs.register_task_definition(**{name: value for name, value in told.items() if name in taken})
    return partial(ecs.deregister_task_definition, taskDefinition=newer["taskDefinition"]["taskDefinitionArn"])


def _empty_inbox(world: World) -> None:
    """What other tests dropped would be imported first."""
    s3, bucket = world.client("s3"), world.outputs["buckets"]["inbox"]
    for found in s3.list_objects_v2(Bucket=bucket, Prefix="inbox/").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"])


def _put_in_by_hand(world: World) -> None:
    """The value that Terraform does not write: without it no task would start."""
    if webhook := world.outputs["secrets"].get("alert-webhook"):
        world.client("secretsmanager").put_secret_value(SecretId=webhook, SecretString="http://127.0.0.1:9/alerts")


def _stop_tasks(world: World) -> None:
    """Leave the world as it was found."""
    ecs, cluster = world.client("ecs"), world.outputs["cluster_name"]
    for task in ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]:
        ecs.stop_task(cluster=cluster, task=task)


def _soon(look: Callable[[], T | None], otherwise: str) -> T:
    """What comes within five minutes: a sensor looks twice, half a minute apart, on a machine that may be busy."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(otherwise)
