"""The tests' own agent of ECS: runs what RunTask asked for as a process, and tells how it ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infra.aws import Account

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Agent:
    """Runs the tasks of a cluster on this machine, with what is `local` here in place of what a task is given there."""

    account: Account
    cluster: str
    local: Mapping[str, str]
    log: Path

    def waiting(self) -> list[str]:
        """The tasks that are to run, by ARN, as RunTask started them for somebody."""
        return list(self.account.client("ecs").list_tasks(cluster=self.cluster, desiredStatus="RUNNING")["taskArns"])

    def start(self, task: str) -> subprocess.Popen[bytes]:
        """Start the command of a task, with the environment, the secrets and the rights that its definition gives."""
        told = self._described(task)
        definition = self.account.client("ecs").describe_task_definition(taskDefinition=told["taskDefinitionArn"])
        family = definition["taskDefinition"]
        (container,) = family["containerDefinitions"]
        (override,) = told["overrides"]["containerOverrides"]
        environment = {entry["name"]: entry["value"] for entry in container.get("environment", [])}
        environment |= self._secrets(container, family.get("executionRoleArn"))
        environment |= {entry["name"]: entry["value"] for entry in override.get("environment", [])}
        acting = self.account.assume(family["taskRoleArn"]) if family.get("taskRoleArn") else self.account
        with self.log.open("ab") as log:
            return subprocess.Popen(
                override["command"],
                cwd=ROOT,
                env=self._of_machine() | environment | acting.environment() | dict(self.local),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def finish(self, task: str, process: subprocess.Popen[bytes], timeout: float = 240) -> int:
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
            containers=[{"containerName": "run", "status": "STOPPED", "exitCode": code if code >= 0 else 128 - code}],
        )
        return code

    def _described(self, task: str) -> dict[str, Any]:
        (told,) = self.account.client("ecs").describe_tasks(cluster=self.cluster, tasks=[task])["tasks"]
        return dict(told)

    def _secrets(self, container: Mapping[str, Any], role: str | None) -> dict[str, str]:
        """As ECS does: with the rights of the execution role."""
        wanted = {entry["name"]: entry["valueFrom"] for entry in container.get("secrets", [])}
        if not wanted or role is None:
            return {}
        secrets = self.account.assume(role).client("secretsmanager")
        return {name: secrets.get_secret_value(SecretId=arn)["SecretString"] for name, arn in wanted.items()}

    def _of_machine(self) -> dict[str, str]:
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        return {"PATH": path, "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # raised where the whole group has ended, as it should
        pass
    process.wait()
