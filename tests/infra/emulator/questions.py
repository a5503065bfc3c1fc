"""What a request asks for, by AWS's service authorization reference: action, resource and context of each right."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from moto.ecs.models import ecs_backends
from moto.emrserverless.models import emrserverless_backends
from moto.kms.models import kms_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

from tests.infra.emulator.policies import Question


class UnknownResourceError(Exception):
    """The emulator does not know which resource an action is about; guessing would hide a defect."""


def asked(request: Any, resource: str) -> list[Question]:
    """Everything that a caller must be allowed for this request; `resource` is the one that moto found, for S3."""
    service = signing_service(request)
    action = str(request._get_action())
    if service == "s3":
        return list(_of_s3(request, action, resource))
    find = _RESOURCES.get(service)
    if find is None:
        raise UnknownResourceError(f"{service}:{action}")
    return list(find(_Request(request, action)))


class _Request:
    """The parts of a request that say what it is about."""

    def __init__(self, request: Any, action: str) -> None:
        self.action = action
        self.account: str = request.current_account
        self.region: str = request.region
        self._request = request

    def get(self, name: str) -> Any:
        """One parameter, wherever this service's requests carry it."""
        try:
            return json.loads(self._request.body or "{}").get(name)
        except (ValueError, AttributeError):
            return self._request._get_param(name)

    @property
    def path(self) -> str:
        return str(self._request.path)

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{name}"


def _of_s3(request: Any, action: str, resource: str) -> Iterator[Question]:
    bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    headers = request.headers
    context = {
        f"s3:{name}": headers[name]
        for name in ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")
        if name in headers
    }
    if action.startswith("List"):
        context["s3:prefix"] = (request.querystring.get("prefix") or [""])[0]
    if action == "DeleteObject" and "/" not in resource.removeprefix("arn:aws:s3:::"):
        # Deletion of many: AWS asks for the right on each key.
        keys = [element for element in ET.fromstring(request.body).iter() if element.tag.rpartition("}")[2] == "Key"]
        yield from (Question("s3:DeleteObject", f"{resource}/{key.text}", context) for key in keys)
        return
    yield Question("s3:ListBucket" if action == "HeadBucket" else f"s3:{action}", resource, context)
    name = resource.removeprefix(f"arn:aws:s3:::{bucket}/")
    if action == "GetObject" and not _exists(request, bucket, name):
        # Whoever may not list is not told that something is missing; this request has no s3:prefix to list by.
        yield Question("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        return
    if source := headers.get("x-amz-copy-source"):
        yield Question("s3:GetObject", f"arn:aws:s3:::{source.lstrip('/')}")
    if action in ("GetObject", "PutObject") and (key := _bucket_key(request, bucket)):
        if "AWSAccessKeyId" in request.querystring:
            # A link that is signed in the old way, as boto3 does in us-east-1 unless it is told otherwise.
            raise S3ClientError("InvalidArgument", "Objects under a KMS key require AWS Signature Version 4.")
        # A bucket that encrypts with a key of its own asks for the key in the caller's name.
        right = "kms:Decrypt" if action == "GetObject" else "kms:GenerateDataKey"
        yield Question(right, key, {"kms:viaservice": f"s3.{request.region}.amazonaws.com"})


def _exists(request: Any, bucket: str, name: str) -> bool:
    held = s3_backends[request.current_account]["aws"].buckets.get(bucket)
    return held is not None and unquote(name) in held.keys


def _bucket_key(request: Any, bucket: str) -> str | None:
    held = s3_backends[request.current_account]["aws"].buckets.get(bucket)
    rule = ((held.encryption if held else None) or {}).get("Rule", {})
    name = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
    return _key_arn(request.current_account, request.region, name) if name else None


def _key_arn(account: str, region: str, name: str) -> str:
    backend = kms_backends[account][region]
    return str(backend.keys[backend.any_id_to_key_id(name)].arn)


def _of_ecs(request: _Request) -> Iterator[Question]:
    backend = ecs_backends[request.account][request.region]
    name = str(request.get("cluster") or "default").rpartition("/")[2]
    cluster = request.arn("ecs", f"cluster/{name}")
    context = {"ecs:cluster": cluster}
    if request.action == "RunTask":
        definition = backend.describe_task_definition(request.get("taskDefinition"))
        yield Question("ecs:RunTask", definition.arn, context)
        for role in filter(None, (definition.task_role_arn, definition.execution_role_arn)):
            yield Question("iam:PassRole", role, {"iam:passedtoservice": "ecs-tasks.amazonaws.com"})
        if request.get("tags"):
            tagged = request.arn("ecs", f"task/{name}/*")
            yield Question("ecs:TagResource", tagged, context | {"ecs:createaction": "RunTask"})
    elif request.action in ("DescribeTasks", "StopTask"):
        for task in request.get("tasks") or [request.get("task")]:
            task_arn = request.arn("ecs", f"task/{name}/{task.rpartition('/')[2]}")
            yield Question(f"ecs:{request.action}", task_arn, context)
    elif request.action in ("DescribeTaskDefinition", "ListTaskDefinitions", "RegisterTaskDefinition", "ListClusters"):
        yield Question(f"ecs:{request.action}", "*")
    elif request.action in ("UpdateService", "DescribeServices", "DeleteService"):
        for service in request.get("services") or [request.get("service")]:
            service_arn = request.arn("ecs", f"service/{name}/{service.rpartition('/')[2]}")
            yield Question(f"ecs:{request.action}", service_arn, context)
    elif request.action == "TagResource":
        yield Question("ecs:TagResource", request.get("resourceArn"))
    else:
        raise UnknownResourceError(f"ecs:{request.action}")


def _of_emr_serverless(request: _Request) -> Iterator[Question]:
    # /applications/ID, /applications/ID/jobruns, /applications/ID/jobruns/ID and what is below it.
    names = request.path.strip("/").split("/")
    if request.action not in _OF_APPLICATIONS | _OF_JOBS or len(names) < 2:
        raise UnknownResourceError(f"emr-serverless:{request.action}")
    backend = emrserverless_backends[request.account][request.region]
    application = backend.get_application(names[1])
    if request.action in _OF_JOBS:
        job = backend.get_job_run(names[1], names[3])
        yield Question(f"emr-serverless:{request.action}", job.arn, _tag("resource", job.tags))
        return
    yield Question(f"emr-serverless:{request.action}", application.arn, _tag("resource", application.tags))
    if request.action == "StartJobRun":
        context = {"iam:passedtoservice": "emr-serverless.amazonaws.com"}
        yield Question("iam:PassRole", request.get("executionRoleArn"), context)
        if tags := request.get("tags"):
            yield Question("emr-serverless:TagResource", f"{application.arn}/jobruns/*", _tag("request", tags))


def _tag(kind: str, tags: Mapping[str, str] | None) -> dict[str, str]:
    return {f"aws:{kind}tag/environment": tags["Environment"]} if tags and "Environment" in tags else {}


def _of_secrets(request: _Request) -> Iterator[Question]:
    secret = secretsmanager_backends[request.account][request.region].secrets[request.get("SecretId")]
    yield Question(f"secretsmanager:{request.action}", secret.arn)
    if request.action == "GetSecretValue" and (name := getattr(secret, "kms_key_id", None)):
        key = _key_arn(request.account, request.region, name)
        yield Question("kms:Decrypt", key, {"kms:viaservice": f"secretsmanager.{request.region}.amazonaws.com"})


def _of_logs(request: _Request) -> Iterator[Question]:
    group, stream = request.get("logGroupName"), request.get("logStreamName") or ""
    yield Question(f"logs:{request.action}", request.arn("logs", f"log-group:{group}:log-stream:{stream}"))


def _of_bedrock(request: _Request) -> Iterator[Question]:
    # /model/NAME/invoke; a name stands for a model of Amazon's catalogue, which belongs to no account.
    model = unquote(request.path.split("/")[2])
    arn = model if model.startswith("arn:") else f"arn:aws:bedrock:{request.region}::foundation-model/{model}"
    yield Question("bedrock:InvokeModel", arn)


def _of_ecr(request: _Request) -> Iterator[Question]:
    name = request.get("repositoryName")
    yield Question(f"ecr:{request.action}", request.arn("ecr", f"repository/{name}") if name else "*")


def _of_kms(request: _Request) -> Iterator[Question]:
    yield Question(f"kms:{request.action}", _key_arn(request.account, request.region, request.get("KeyId")))


def _of_no_resource(service: str, *actions: str) -> Callable[[_Request], Iterator[Question]]:
    """Actions that AWS grants on `*` alone."""

    def find(request: _Request) -> Iterator[Question]:
        if not request.action.startswith(actions):
            raise UnknownResourceError(f"{service}:{request.action}")
        yield Question(f"{service}:{request.action}", "*")

    return find


def signing_service(request: Any) -> str:
    """The service that a request is for, by the name that it is signed with."""
    scope = request.headers.get("Authorization") or (request.querystring.get("X-Amz-Credential") or [""])[0]
    parts = scope.partition("Credential=")[2] or scope
    return str(parts.split(",")[0].split("/")[3]) if parts.count("/") >= 4 else str(request.service_name)


_OF_APPLICATIONS = {"DeleteApplication", "GetApplication", "StartJobRun", "StopApplication", "UpdateApplication"}
_OF_JOBS = {"CancelJobRun", "GetJobRun"}

_RESOURCES: Mapping[str, Callable[[_Request], Iterator[Question]]] = {
    "bedrock": _of_bedrock,
    "ec2": _of_no_resource("ec2", "Describe"),
    "ecr": _of_ecr,
    "ecs": _of_ecs,
    "emr-serverless": _of_emr_serverless,
    "iam": _of_no_resource("iam", "List"),
    "kms": _of_kms,
    "logs": _of_logs,
    "monitoring": _of_no_resource("cloudwatch", "PutMetricData", "ListMetrics"),
    "rds": _of_no_resource("rds", "DescribeDBInstances"),
    "secretsmanager": _of_secrets,
}
