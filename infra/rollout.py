"""Bring a release that `terraform apply` registered into service: migrate, roll the services, ask the address.

    terraform output -json > outputs.json && python infra/rollout.py outputs.json

Needs boto3 and rights in the account. Nothing is rolled where the migration fails; where a service does not become
stable, or the dashboard does not answer afterwards that it reaches its database, every service goes back to the
revision and count it had. The database stays migrated: a migration must serve the release before, too.

Steps have a time each, and the way to the new release one in all, so that the way back has its own before the
pipeline's job is over.
"""

import argparse
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    """An environment as Terraform's output `rollout` describes it.

    A step takes `within` seconds at most, and none goes on after `deadline`, a moment of the monotonic clock.
    """

    target: dict[str, Any]
    ecs: Any
    logs: Any
    within: float
    deadline: float
    looks_every: float = 5

    def newest(self, family: str) -> str:
        """The ARN of the newest revision of a family."""
        return str(self.ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]["taskDefinitionArn"])

    def migrate(self) -> None:
        """Run the migration as a task of its own.

        Raises:
            RolloutError: it did not start, or ended with another code than 0.
        """
        started = self.ecs.run_task(
            cluster=self.target["cluster"],
            taskDefinition=self.newest(self.target["migration"]["task_definition"]),
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
        task = self._awaited(lambda: self._ended(arn), "the migration is not done")
        if task["containers"][0].get("exitCode") != 0:
            raise RolloutError(f"the migration ended with {self._end_of(task)}")

    def give(self, revision: Revision) -> None:
        """Give a service a revision, and begin to roll it."""
        self.ecs.update_service(
            cluster=self.target["cluster"],
            service=revision.service,
            taskDefinition=revision.task_definition,
            desiredCount=revision.count,
            forceNewDeployment=True,
        )

    def settle(self, revision: Revision) -> None:
        """Wait until the revision that a service was given runs alone.

        Raises:
            RolloutError: it does not become stable; ECS gave it up, or the time is over.
        """
        try:
            self._awaited(lambda: self._stable(revision), f"{revision.service} is not stable")
        except RolloutError as error:
            raise RolloutError(f"{error}{self._last_end(revision)}") from None

    def ask(self) -> None:
        """See that the dashboard answers at its public address, and that it can log in to its database.

        Raises:
            RolloutError: it does not within the time.
        """
        address = self.target["address"].rstrip("/")

        def answers() -> bool:
            for path in ("/ready", "/"):
                with urllib.request.urlopen(f"{address}{path}", timeout=10):
                    pass
            return True

        self._awaited(answers, f"{address} does not answer")

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
            why = ours[0].get("rolloutStateReason") if ours else "its tasks ended again and again"
            raise RolloutError(f"{revision.service} did not start: {why}")
        return (
            len(service["deployments"]) == 1
            and service["deployments"][0]["taskDefinition"] == revision.task_definition
            and service["runningCount"] == service["desiredCount"]
        )

    def _awaited(self, look: Callable[[], Found | None], otherwise: str) -> Found:
        """What a look finds at last; one that nobody answers is repeated."""
        begun = time.monotonic()
        ends = min(begun + self.within, self.deadline)
        fault = ""
        while time.monotonic() < ends:
            try:
                if found := look():
                    return found
            except OSError as error:
                fault = f": {error}"
            time.sleep(self.looks_every)
        raise RolloutError(f"{otherwise} after {time.monotonic() - begun:.0f} s{fault}")

    def _last_end(self, revision: Revision) -> str:
        """How the last task of a revision ended that ECS remembers; a task that did not start wrote no log."""
        cluster = self.target["cluster"]
        try:
            ended = self.ecs.list_tasks(cluster=cluster, serviceName=revision.service, desiredStatus="STOPPED")
            found = ended["taskArns"] and self.ecs.describe_tasks(cluster=cluster, tasks=ended["taskArns"])["tasks"]
            ours = [task for task in found if task["taskDefinitionArn"] == revision.task_definition]
            if not ours:
                return ""
            return f"; its last task ended with {self._end_of(max(ours, key=lambda task: task['createdAt']))}"
        except (BotoCoreError, ClientError) as error:
            return f"; how its tasks ended cannot be seen: {error}"

    def _end_of(self, task: dict[str, Any]) -> str:
        """The code of a task's container, why ECS stopped the task, and the last lines it wrote."""
        container = task["containers"][0]
        why = "; ".join(filter(None, (task.get("stoppedReason"), container.get("reason")))) or "no reason given"
        return f"code {container.get('exitCode', 'none')} ({why}); its log: {self._log_of(task)}"

    def _log_of(self, task: dict[str, Any]) -> str:
        definition = self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        container = definition["containerDefinitions"][0]
        options = container["logConfiguration"]["options"]
        task_id = task["taskArn"].rpartition("/")[2]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task_id}"
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
            deployment.give(after)
            deployment.settle(after)
            tell(f"{after.service} runs {after.task_definition.rpartition('/')[2]}, {after.count} of it")
        deployment.ask()
        tell(f"{deployment.target['address']} answers")
    except FAULTS as error:
        tell(f"Going back: {error}")
        left = _back(deployment, touched)
        raise RolloutError(
            f"{error}. "
            + (f"Not back either: {', '.join(left)}." if left else "The services run what they ran before.")
        ) from None


def _back(deployment: Deployment, touched: list[Revision]) -> list[str]:
    """Give the services their former revisions, the last one first; returns those that are not stable with it.

    All of them before one is waited for: together they have the time of one step.
    """
    deployment = replace(deployment, deadline=time.monotonic() + deployment.within)
    left: dict[str, Exception] = {}
    for step in (deployment.give, deployment.settle):
        for before in reversed(touched):
            if before.service not in left:
                try:
                    step(before)
                except FAULTS as error:
                    left[before.service] = error
    return [f"{service} ({error})" for service, error in left.items()]


def tell(line: str) -> None:
    """A line for the log of the pipeline."""
    print(line, flush=True)


def main() -> None:
    """Roll out what the outputs name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("outputs", type=Path, help="the file that `terraform output -json` wrote")
    parser.add_argument(
        "--within",
        type=float,
        default=1200,
        metavar="SECONDS",
        help="the time that each step may take, and all steps of going back together",
    )
    parser.add_argument(
        "--in-all",
        type=float,
        default=2400,
        metavar="SECONDS",
        help="the time that all steps to the new release may take together",
    )
    arguments = parser.parse_args()
    try:
        target = json.loads(arguments.outputs.read_text(encoding="utf-8"))["rollout"]["value"]
    except (OSError, ValueError, KeyError):
        sys.exit(f"rollout: {arguments.outputs} is not what `terraform output -json` writes.")
    account = boto3.Session(region_name=target["region"])
    ecs, logs = account.client("ecs"), account.client("logs")
    try:
        roll_out(Deployment(target, ecs, logs, arguments.within, time.monotonic() + arguments.in_all))
    except FAULTS as error:
        sys.exit(f"rollout: {error}")


if __name__ == "__main__":
    main()
