"""The tests' own agent of ECS: runs tasks as processes on this machine, and tells ECS how they ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.infra.aws import Account
from tests.support.servers import http_server

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Agent:
    """Runs the tasks of a cluster, each with the variables, the secrets and the rights that its definition gives it.

    `local` are the variables that are others on this machine, `here` the addresses, folders and ports.
    """

    account: Account
    cluster: str
    local: Mapping[str, str]
    here: Mapping[str, str]
    logs: Path
    metadata: str

    def start(self, task: str) -> subprocess.Popen[bytes]:
        """Start the command of a task: the one that RunTask was given, or that of the definition."""
        told = self._task(task)
        definition = self._definition(told)
        (container,) = definition["containerDefinitions"]
        override: dict[str, Any] = next(iter(told["overrides"].get("containerOverrides", [])), {})
        command = override.get("command") or container["command"]
        environment = self._of_machine() | self._environment(definition, container, override)
        with (self.logs / f"{container['name']}-{task[-8:]}.log").open("ab") as log:
            return subprocess.Popen(
                [self._here(part) for part in command],
                cwd=ROOT,
                env=environment | {"ECS_CONTAINER_METADATA_URI_V4": f"{self.metadata}/{task.rpartition('/')[2]}"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def finish(self, task: str, process: subprocess.Popen[bytes], timeout: float = 300) -> int:
        """Wait until the command ends, tell ECS, and return its code; all that it started ends with it."""
        try:
            code = process.wait(timeout)
        finally:
            stop(process)
        self.account.client("ecs").submit_task_state_change(
            cluster=self.cluster,
            task=task,
            status="STOPPED",
            reason="Essential container in task exited",
            # As a shell says it: a signal adds 128.
            containers=[
                {"containerName": self._name(task), "status": "STOPPED", "exitCode": code if code >= 0 else 128 - code}
            ],
        )
        return code

    def _environment(
        self, definition: Mapping[str, Any], container: Mapping[str, Any], override: Mapping[str, Any]
    ) -> dict[str, str]:
        given = [*container.get("environment", []), *override.get("environment", [])]
        variables = {entry["name"]: self._here(entry["value"]) for entry in given}
        secrets = self.account.assume(definition["executionRoleArn"]).client("secretsmanager")
        for entry in container.get("secrets", []):
            variables[entry["name"]] = secrets.get_secret_value(SecretId=entry["valueFrom"])["SecretString"]
        return variables | self.account.assume(definition["taskRoleArn"]).environment() | dict(self.local)

    def _here(self, text: str) -> str:
        return translated(text, self.here)

    def _name(self, task: str) -> str:
        return str(self._task(task)["containers"][0]["name"])

    def _task(self, task: str) -> dict[str, Any]:
        (told,) = self.account.client("ecs").describe_tasks(cluster=self.cluster, tasks=[task])["tasks"]
        return dict(told)

    def _definition(self, told: Mapping[str, Any]) -> dict[str, Any]:
        described = self.account.client("ecs").describe_task_definition(taskDefinition=told["taskDefinitionArn"])
        return dict(described["taskDefinition"])

    @staticmethod
    def _of_machine() -> dict[str, str]:
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        return {"PATH": path, "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}


def translated(text: str, here: Mapping[str, str]) -> str:
    """A text with what is somewhere else here."""
    for there, place in here.items():
        text = text.replace(there, place)
    return text


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it started."""
    with suppress(ProcessLookupError):  # raised where the whole group has ended, as it should
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def task_metadata(account: Account, cluster: str) -> Iterator[str]:
    """The address at which tasks find out which task they are; AWS serves it inside of each task."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").partition("/")[0]
            (task,) = account.client("ecs").describe_tasks(cluster=cluster, tasks=[name])["tasks"]
            told = {"Cluster": task["clusterArn"], "TaskARN": task["taskArn"], "Name": task["containers"][0]["name"]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

    with http_server(Answers) as address:
        yield address
