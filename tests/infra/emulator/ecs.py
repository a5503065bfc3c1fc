"""Amazon ECS: services keep what was set, what AWS would refuse is refused, and tasks run until they end."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api import state_manager
from moto.secretsmanager.models import secretsmanager_backends

from tests.infra.emulator.closing import answers, extends, remember

_OF_SERVICE = (
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
    "deploymentConfiguration",
)
_OF_DEPLOYMENT = ("serviceConnectConfiguration",)

_LONGEST_OVERRIDES = 8192

# CPU units and the MiB that Fargate takes with them.
_FARGATE = {
    "256": {512, 1024, 2048},
    "512": set(range(1024, 4097, 1024)),
    "1024": set(range(2048, 8193, 1024)),
    "2048": set(range(4096, 16385, 1024)),
    "4096": set(range(8192, 30721, 1024)),
    "8192": set(range(16384, 61441, 4096)),
    "16384": set(range(32768, 122881, 8192)),
}


@extends(EC2ContainerServiceResponse)
def create_service(request: Any, original: Any) -> ActionResult:
    """AWS tells what the service was made with; Service Connect stands in its deployments."""
    answer: ActionResult = original(request)
    _remember(answer.result["service"], request._get_params())  # type: ignore[index]
    return answer


@extends(EC2ContainerServiceResponse)
def update_service(request: Any, original: Any) -> ActionResult:
    """As above, for a change; tasks of the new definition run at once, unless they end again and again.

    Then AWS's circuit breaker gives the deployment up, and the service goes on with what it ran before.
    """
    parameters = dict(request._get_params())
    backend = ecs_backends[request.current_account][request.region]
    cluster = str(parameters.get("cluster", "default")).rpartition("/")[2]
    name = str(parameters["service"]).rpartition("/")[2]
    before = backend.services[f"{cluster}:{name}"].task_definition
    answer: ActionResult = original(request)
    service = answer.result["service"]  # type: ignore[index]
    definition = backend.describe_task_definition(service.task_definition)
    if fault := _fault_of(request, definition.container_definitions[0]):
        network = service.network_configuration
        task: Any
        (task,) = backend.run_task(cluster, definition.arn, 1, {}, "", [], "FARGATE", network, f"service:{name}")
        task.last_status = task.desired_status = "STOPPED"
        task.created_at, (task.containers[0].exitCode, task.stopped_reason) = utcnow(), fault
        _release_network(request, task)
        service.task_definition = before
    service.running_count, service.pending_count = service.desired_count, 0
    _remember(service, parameters)
    for deployment in service.deployments:
        deployment |= {
            "taskDefinition": service.task_definition,
            "desiredCount": service.desired_count,
            "runningCount": service.running_count,
            "pendingCount": service.pending_count,
            "rolloutState": "COMPLETED",
        }
    return answer


def _fault_of(request: Any, container: Mapping[str, Any]) -> tuple[int | None, str] | None:
    """The code with which a container ends at once, and why: all it does is `false`, or a secret of it has no value."""
    kept = secretsmanager_backends[request.current_account][request.region].secrets
    for entry in container.get("secrets") or []:
        if not kept[entry["valueFrom"]].versions:
            reason = f"unable to pull secrets or registry auth: {entry['valueFrom']} has no value labelled AWSCURRENT"
            return None, f"ResourceInitializationError: {reason}"
    return (1, "Essential container in task exited") if container.get("command") == ["false"] else None


def _remember(service: Any, parameters: Mapping[str, Any]) -> None:
    remember(service, parameters, _OF_SERVICE)
    for deployment in service.deployments:
        deployment |= {name: parameters[name] for name in _OF_DEPLOYMENT if parameters.get(name) is not None}


@extends(EC2ContainerServiceResponse)
def register_task_definition(request: Any, original: Any) -> ActionResult:
    """AWS refuses sizes that Fargate does not have, and a variable that is set twice."""
    if "FARGATE" in (request._get_param("requiresCompatibilities") or []):
        cpu, memory = request._get_param("cpu"), request._get_param("memory")
        if int(memory or 0) not in _FARGATE.get(str(cpu), set()):
            raise ServiceException("ClientException", f"No Fargate configuration exists for {cpu} CPU, {memory} MiB.")
    for container in request._get_param("containerDefinitions"):
        names = [entry["name"] for part in ("environment", "secrets") for entry in container.get(part) or []]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ServiceException("ClientException", f"The secret name must be unique: {', '.join(sorted(twice))}.")
    answer: ActionResult = original(request)
    return answer


@extends(EC2ContainerServiceResponse)
def run_task(request: Any, original: Any) -> ActionResult:
    """AWS refuses overrides that are too long."""
    overrides = json.dumps(request._get_param("overrides") or {}, separators=(",", ":"))
    if len(overrides) > _LONGEST_OVERRIDES:
        raise ServiceException("InvalidParameterException", f"Overrides length must be at most {_LONGEST_OVERRIDES}.")
    answer: ActionResult = original(request)
    return answer


@answers(EC2ContainerServiceResponse)
def submit_task_state_change(request: Any) -> ActionResult:
    """AWS's agent on a machine tells so what became of a task; the tests' agent does the same."""
    cluster = str(request._get_param("cluster")).rpartition("/")[2]
    task: Any = ecs_backends[request.current_account][request.region].tasks[cluster][request._get_param("task")]
    task.last_status = request._get_param("status")
    if task.last_status == "STOPPED":
        task.desired_status = "STOPPED"
        _release_network(request, task)
        # Who stopped a task stays its reason; a container that ended by itself took its task with it.
        task.stop_code = getattr(task, "stop_code", "EssentialContainerExited")
        task.stopped_reason = task.stopped_reason or request._get_param("reason")
    for told in request._get_param("containers") or []:
        for container in task.containers:
            container.last_status, container.exitCode = told["status"], told.get("exitCode")
    return ActionResult({"acknowledgment": "ACCEPT"})


@extends(EC2ContainerServiceResponse)
def stop_task(request: Any, original: Any) -> ActionResult:
    """AWS says who stopped it, and takes its network interface away."""
    answer: ActionResult = original(request)
    task = answer.result["task"]  # type: ignore[index]
    task.stop_code = "UserInitiated"
    _release_network(request, task)
    return answer


def _release_network(request: Any, task: Any) -> None:
    network = ec2_backends[request.current_account][request.region]
    for attachment in task.attachments:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                network.enis.pop(detail["value"], None)


# A task runs until it ends or is stopped; moto would end it when it has been looked at a few times.
state_manager.set_transition("ecs::task", {"progression": "manual", "times": sys.maxsize})
