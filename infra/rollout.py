"""Bring a release that `terraform apply` registered into service: migrate, roll the services, ask the address.

    terraform output -json > outputs.json && python infra/rollout.py outputs.json

Needs boto3 and rights in the account. Nothing is rolled where the migration fails; where a service does not become
stable, or the address does not answer afterwards, every service goes back to the revision and count it had. The
database stays migrated: a migration must serve the release before, too.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError

Found = TypeVar("Found")


class RolloutError(Exception):
    """What went wrong, in a sentence for the person who deploys."""


# AWS's own refusals say which right or thing is missing.
FAULTS = (RolloutError, BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class Revision:
    """What a service runs: a task definition's ARN, and how many tasks of it."""

    service: str
    task_definition: str
    count: int


@dataclass(frozen=True)
class Deployment:
    """An environment as Terraform's output `rollout` describes it. Times are in seconds."""

    target: dict[str, Any]
    ecs: Any
    logs: Any
    within: float = 1200
    looks_every: float = 5

    def newest(self, family: str) -> str:
        """The ARN of the newest revision of a family."""
        return str(self.ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]["taskDefinitionArn"])

    def migrate(self) -> None:
        """Run the migration as a task of its own.

        Raises:
            RolloutError: it did not start, or ended with another code than 0.
        """
        migration = self.target["migration"]
        started = self.ecs.run_task(
            cluster=self.target["cluster"],
            taskDefinition=self.newest(migration["task_definition"]),
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": self.target["subnets"],
                    "securityGroups": self.target["security_groups"],
                    "assignPublicIp": "DISABLED",
                }
            },
        )
        if not started["tasks"]:
            reasons = ", ".join(failure.get("reason", "no reason given") for failure in started["failures"])
            raise RolloutError(f"the migration did not start: {reasons}")
        arn = started["tasks"][0]["taskArn"]
        tell(f"Migration {arn.rpartition('/')[2]} started")
        task = self._awaited("the migration", lambda: self._ended(arn))
        container = next(one for one in task["containers"] if one["name"] == migration["container"])
        if container.get("exitCode") != 0:
            why = task.get("stoppedReason") or container.get("reason") or "no reason given"
            raise RolloutError(
                f"the migration ended with code {container.get('exitCode')} ({why}); its log: {self._log_of(task)}"
            )

    def roll(self, revision: Revision) -> None:
        """Give a service a revision, and wait until that alone runs.

        Raises:
            RolloutError: it does not become stable; ECS gave it up, or the time is over.
        """
        self.ecs.update_service(
            cluster=self.target["cluster"],
            service=revision.service,
            taskDefinition=revision.task_definition,
            desiredCount=revision.count,
            forceNewDeployment=True,
        )
        self._awaited(revision.service, lambda: self._stable(revision))

    def current(self, service: str) -> Revision:
        """What a service runs now."""
        found = self._service(service)
        return Revision(service, found["taskDefinition"], found["desiredCount"])

    def _service(self, name: str) -> dict[str, Any]:
        found = self.ecs.describe_services(cluster=self.target["cluster"], services=[name])["services"]
        if not found:
            raise RolloutError(f"there is no service {name} in {self.target['cluster']}: run terraform apply first")
        return dict(found[0])

    def _ended(self, arn: str) -> dict[str, Any] | None:
        task = self.ecs.describe_tasks(cluster=self.target["cluster"], tasks=[arn])["tasks"][0]
        return dict(task) if task["lastStatus"] == "STOPPED" else None

    def _stable(self, revision: Revision) -> bool:
        service = self._service(revision.service)
        ours = [one for one in service["deployments"] if one["taskDefinition"] == revision.task_definition]
        # The circuit breaker gives a deployment up, and goes back by itself: then ours is not there any more.
        if not ours or any(one.get("rolloutState") == "FAILED" for one in ours):
            why = ours[0].get("rolloutStateReason") if ours else "its tasks ended again and again; their log says why"
            raise RolloutError(f"{revision.service} did not start: {why}")
        return (
            len(service["deployments"]) == 1
            and service["deployments"][0]["taskDefinition"] == revision.task_definition
            and service["runningCount"] == service["desiredCount"]
        )

    def _awaited(self, what: str, look: Callable[[], Found | None]) -> Found:
        deadline = time.monotonic() + self.within
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(self.looks_every)
        raise RolloutError(f"{what} is not done after {self.within:.0f} s")

    def _log_of(self, task: dict[str, Any]) -> str:
        """The last lines that the task wrote, as far as they can be read."""
        definition = self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        name = self.target["migration"]["container"]
        container = next(one for one in definition["containerDefinitions"] if one["name"] == name)
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{name}/{task['taskArn'].rpartition('/')[2]}"
        try:
            events = self.logs.get_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, limit=20)
        except self.logs.exceptions.ResourceNotFoundException:
            return "none was written"
        return " | ".join(event["message"].strip() for event in events["events"]) or "none was written"


def roll_out(deployment: Deployment) -> None:
    """Migrate, then roll every service in the order of the target, then ask the address.

    Raises:
        RolloutError: a step failed; the services run what they ran before.
    """
    former = [deployment.current(service["name"]) for service in deployment.target["services"]]
    try:
        deployment.migrate()
    except FAULTS as error:
        raise RolloutError(f"{error}. The services are untouched.") from None
    touched = []
    try:
        for service, before in zip(deployment.target["services"], former, strict=True):
            touched.append(before)
            # Autoscaling may have asked for more than the least.
            after = Revision(
                service["name"], deployment.newest(service["task_definition"]), max(service["count"], before.count)
            )
            deployment.roll(after)
            tell(f"{after.service} runs {after.task_definition.rpartition('/')[2]}, {after.count} of it")
        ask(deployment.target["address"], deployment.within, deployment.looks_every)
    except FAULTS as error:
        tell(f"Going back: {error}")
        left = _back(deployment, touched)
        raise RolloutError(
            f"{error}. "
            + (f"Not back either: {', '.join(left)}." if left else "The services run what they ran before.")
        ) from None


def _back(deployment: Deployment, touched: list[Revision]) -> list[str]:
    """Give the services their former revisions, the last one first; returns those that are not stable with it."""
    left = []
    for before in reversed(touched):
        try:
            deployment.roll(before)
        except FAULTS as error:
            left.append(f"{before.service} ({error})")
    return left


def ask(address: str, within: float, looks_every: float) -> None:
    """See that the dashboard answers at its public address.

    Raises:
        RolloutError: it does not within the time.
    """
    deadline = time.monotonic() + within
    fault: object = None
    while time.monotonic() < deadline:
        try:
            for path in ("/_stcore/health", "/"):
                with urllib.request.urlopen(f"{address.rstrip('/')}{path}", timeout=10):
                    pass
        except (urllib.error.URLError, OSError) as error:
            fault = error
            time.sleep(looks_every)
        else:
            tell(f"{address} answers")
            return
    raise RolloutError(f"{address} does not answer: {fault}")


def tell(line: str) -> None:
    """A line for the log of the pipeline."""
    print(line, flush=True)


def main() -> None:
    """Roll out what the outputs name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("outputs", type=Path, help="the file that `terraform output -json` wrote")
    parser.add_argument(
        "--within", type=float, default=1200, metavar="SECONDS", help="the time that each step may take"
    )
    arguments = parser.parse_args()
    try:
        target = json.loads(arguments.outputs.read_text(encoding="utf-8"))["rollout"]["value"]
    except (OSError, ValueError, KeyError):
        sys.exit(f"rollout: {arguments.outputs} is not what `terraform output -json` writes.")
    account = boto3.Session(region_name=target["region"])
    try:
        roll_out(Deployment(target, account.client("ecs"), account.client("logs"), within=arguments.within))
    except FAULTS as error:
        sys.exit(f"rollout: {error}")


if __name__ == "__main__":
    main()
