"""A release is rolled out once its migration went through, or everything stays, or goes back, as it was."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.infra.aws import REGION, Account
from tests.infra.emulated import emulated_aws
from tests.support.servers import http_server

ROLLOUT = Path(__file__).parents[2] / "infra" / "rollout.py"
SERVICES = ["code-server", "dashboard"]
WELL, BADLY = ["true"], ["false"]


@dataclass
class Cloud:
    """A cluster with two services that run release 1, and a migration."""

    account: Account
    target: dict[str, Any]
    folder: Path

    @property
    def ecs(self) -> Any:
        """Its container service."""
        return self.account.client("ecs")

    def register(self, family: str, command: list[str], secret: str | None = None) -> str:
        """A new revision of a family, whose container runs a command and is given a secret; its ARN."""
        told = self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[
                {
                    "name": family,
                    "image": "promptory/dagster:1",
                    "command": command,
                    "cpu": 256,
                    "memory": 512,
                    "secrets": [{"name": "SECRET", "valueFrom": secret}] if secret else [],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {"awslogs-group": "/promptory", "awslogs-stream-prefix": "task"},
                    },
                }
            ],
        )
        return str(told["taskDefinition"]["taskDefinitionArn"])

    def running(self) -> dict[str, tuple[str, int]]:
        """The revision and count of each service."""
        told = self.ecs.describe_services(cluster="promptory", services=SERVICES)["services"]
        return {one["serviceName"]: (one["taskDefinition"], one["desiredCount"]) for one in told}

    def roll_out(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the program as the pipeline does, with an agent that runs the migration."""
        outputs = self.folder / "outputs.json"
        outputs.write_text(json.dumps({"rollout": {"value": self.target}}), encoding="utf-8")
        command = [sys.executable, str(ROLLOUT), str(outputs), "--within", "20", *options]
        with self._agent():
            return subprocess.run(
                command, env=self.account.environment(), capture_output=True, text=True, timeout=120, check=False
            )

    @contextmanager
    def _agent(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._run_tasks, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _run_tasks(self, over: threading.Event) -> None:
        while not over.wait(0.3):
            for arn in self.ecs.list_tasks(cluster="promptory", desiredStatus="RUNNING")["taskArns"]:
                (task,) = self.ecs.describe_tasks(cluster="promptory", tasks=[arn])["tasks"]
                told = self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])
                (container,) = told["taskDefinition"]["containerDefinitions"]
                ended = subprocess.run(container["command"], capture_output=True, text=True, check=False)
                self._log(f"task/{container['name']}/{arn.rpartition('/')[2]}", ended.stdout)
                self.ecs.submit_task_state_change(
                    cluster="promptory",
                    task=arn,
                    status="STOPPED",
                    reason="Essential container in task exited",
                    containers=[
                        {"containerName": container["name"], "status": "STOPPED", "exitCode": ended.returncode}
                    ],
                )

    def _log(self, stream: str, printed: str) -> None:
        logs = self.account.client("logs")
        logs.create_log_stream(logGroupName="/promptory", logStreamName=stream)
        events = [{"timestamp": int(time.time() * 1000), "message": line} for line in printed.splitlines()]
        if events:
            logs.put_log_events(logGroupName="/promptory", logStreamName=stream, logEvents=events)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An emulated AWS."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as account:
        yield account


@pytest.fixture
def cloud(account: Account, address: str, tmp_path: Path) -> Iterator[Cloud]:
    """The cluster of `Cloud`, made anew."""
    ec2, ecs = account.client("ec2"), account.client("ecs")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    target = {
        "region": REGION,
        "cluster": "promptory",
        "subnets": [subnet],
        "security_groups": [group],
        "migration": {"task_definition": "migration"},
        "services": [{"name": name, "task_definition": name, "count": 2} for name in SERVICES],
        "address": address,
    }
    cloud = Cloud(account, target, tmp_path)
    ecs.create_cluster(clusterName="promptory")
    account.client("logs").create_log_group(logGroupName="/promptory")
    for name in SERVICES:
        ecs.create_service(
            cluster="promptory",
            serviceName=name,
            taskDefinition=cloud.register(name, WELL),
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}},
        )
    yield cloud
    for name in SERVICES:
        ecs.delete_service(cluster="promptory", service=name, force=True)
    ecs.delete_cluster(cluster="promptory")
    account.client("logs").delete_log_group(logGroupName="/promptory")


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a dashboard that is well."""
    with http_server(_dashboard(is_ready=True)) as address:
        yield address


def _dashboard(*, is_ready: bool) -> type[BaseHTTPRequestHandler]:
    """A dashboard that is up; whether it reaches its database, it says at /ready."""

    class Dashboard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if is_ready or self.path != "/ready" else 503)
            self.end_headers()

    return Dashboard


def test_a_release_whose_migration_went_through_is_what_every_service_runs(cloud: Cloud) -> None:
    cloud.register("migration", WELL)
    newest = {name: cloud.register(name, WELL) for name in SERVICES}
    cloud.ecs.update_service(cluster="promptory", service="dashboard", desiredCount=5)  # as autoscaling does
    done = cloud.roll_out()
    assert done.returncode == 0, done.stderr
    assert cloud.running() == {"code-server": (newest["code-server"], 2), "dashboard": (newest["dashboard"], 5)}


def test_a_migration_that_fails_leaves_the_services_untouched_and_its_words_are_told(cloud: Cloud) -> None:
    before = cloud.running()
    cloud.register("migration", ["sh", "-c", "echo 'promptory: The user of this database may not set it up'; exit 3"])
    for name in SERVICES:
        cloud.register(name, WELL)
    done = cloud.roll_out()
    assert done.returncode == 1
    assert "the migration ended with code 3" in done.stderr
    assert "may not set it up" in done.stderr
    assert "The services are untouched" in done.stderr
    assert cloud.running() == before


def test_a_service_that_does_not_start_takes_every_service_back(cloud: Cloud) -> None:
    before = cloud.running()
    cloud.register("migration", WELL)
    cloud.register("code-server", WELL)
    cloud.register("dashboard", BADLY)
    done = cloud.roll_out()
    assert done.returncode == 1
    assert "dashboard did not start" in done.stderr
    assert "ended with code 1 (Essential container in task exited)" in done.stderr
    assert "The services run what they ran before" in done.stderr
    assert cloud.running() == before


def test_a_secret_that_one_service_alone_lacks_is_named(cloud: Cloud) -> None:
    before = cloud.running()
    secret = cloud.account.client("secretsmanager").create_secret(Name="promptory/alert-webhook")["ARN"]
    cloud.register("migration", WELL)
    cloud.register("code-server", WELL)
    cloud.register("dashboard", WELL, secret)
    done = cloud.roll_out()
    assert "dashboard did not start" in done.stderr
    assert "unable to pull secrets" in done.stderr
    assert secret in done.stderr
    assert cloud.running() == before


def test_a_dashboard_that_does_not_reach_its_database_takes_every_service_back(cloud: Cloud) -> None:
    before = cloud.running()
    for name in ("migration", *SERVICES):
        cloud.register(name, WELL)
    with http_server(_dashboard(is_ready=False)) as address:
        cloud.target["address"] = address
        done = cloud.roll_out()
    assert f"{address} does not answer after" in done.stderr
    assert "HTTP Error 503" in done.stderr
    assert cloud.running() == before


def test_a_rollout_whose_time_is_over_still_goes_back(cloud: Cloud) -> None:
    before = cloud.running()
    for name in ("migration", *SERVICES):
        cloud.register(name, WELL)
    cloud.target["address"] = "http://127.0.0.1:9"
    begun = time.monotonic()
    done = cloud.roll_out("--within", "600", "--in-all", "30")
    assert time.monotonic() - begun < 100
    assert "The services run what they ran before" in done.stderr
    assert cloud.running() == before


def test_an_address_that_does_not_answer_takes_every_service_back(cloud: Cloud) -> None:
    before = cloud.running()
    cloud.target["address"] = "http://127.0.0.1:9"
    for name in ("migration", *SERVICES):
        cloud.register(name, WELL)
    done = cloud.roll_out()
    assert "http://127.0.0.1:9 does not answer" in done.stderr
    assert cloud.running() == before


def test_outputs_of_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text("{}")
    command = [sys.executable, str(ROLLOUT), str(tmp_path / "outputs.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "terraform output -json" in done.stderr) == (1, True)
