"""The end of the cycle: a new image, and everything away. Both worlds at once, as nearly all of it is waiting.

The last file of the folder by its name, as it leaves no world to the others.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.infra.applied.inventory import inventory
from tests.infra.applied.worlds import NAMES, World

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

NEWER = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass(frozen=True)
class Ending:
    """What was seen of a world on its way out."""

    changes: list[str]
    images: set[str]
    runs: tuple[str, str]
    launched: dict[str, str]
    services_before: dict[str, Any]
    services_after: dict[str, Any]
    held: set[str]
    left: set[str]


@pytest.fixture(scope="module")
def endings(worlds: dict[str, "Future[World]"]) -> dict[str, Ending]:
    """Both worlds updated, then destroyed."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        ended = {name: pool.submit(_end, world.result()) for name, world in worlds.items()}
    return {name: future.result() for name, future in ended.items()}


@pytest.fixture(params=NAMES)
def ending(request: pytest.FixtureRequest, endings: dict[str, Ending]) -> Ending:
    """The end of each."""
    return endings[request.param]


def test_a_new_image_changes_the_definitions_of_tasks_and_leaves_the_services_to_the_rollout(ending: Ending) -> None:
    changed = {
        change.partition("[")[0].partition(":")[0] for change in ending.changes if not change.startswith("output.")
    }
    assert changed == {"aws_ecs_task_definition.main", "aws_ecs_task_definition.run"}
    assert {image.rpartition(":")[2] for image in ending.images} == {NEWER}
    former, newer = ending.runs
    assert former != newer
    assert ending.launched == dict.fromkeys(("webserver", "daemon"), newer)
    assert len(ending.services_before) == 4
    assert ending.services_after == ending.services_before


def test_a_destroyed_environment_leaves_nothing_behind(ending: Ending) -> None:
    assert len(ending.held) > 80
    assert ending.left == set()


def _end(world: World) -> Ending:
    changes, before = world.terraform.changes(image_tag=NEWER), _services(world)
    world.terraform.apply(image_tag=NEWER)
    ecs, definitions = world.client("ecs"), world.terraform.outputs()["task_definitions"]
    containers = {
        name: ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["containerDefinitions"][0]
        for name, arn in definitions.items()
    }
    images = {container["image"] for container in containers.values()}
    runs = (world.outputs["task_definitions"]["run"], definitions["run"])
    launched = {
        name: variable["value"]
        for name in ("webserver", "daemon")
        for variable in containers[name]["environment"]
        if variable["name"] == "DAGSTER_RUN_TASK_DEFINITION"
    }
    after, held = _services(world), inventory(world.account)
    world.terraform.destroy(image_tag=NEWER)
    gone = (held - world.found, inventory(world.account) - world.found)
    return Ending(changes, images, runs, launched, before, after, *gone)


def _services(world: World) -> dict[str, Any]:
    """What a rollout decides of each service."""
    ecs, cluster = world.client("ecs"), world.outputs["cluster_name"]
    names = [service["name"] for service in world.outputs["rollout"]["services"]]
    decided = ("taskDefinition", "desiredCount", "runningCount")
    return {
        service["serviceName"]: {name: service[name] for name in decided}
        for service in ecs.describe_services(cluster=cluster, services=names)["services"]
    }
