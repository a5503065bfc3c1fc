"""What each role may do, and that it may do nothing else: tried, with the role's own keys."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from ingest.inbox import REJECTED, Inbox
from ingest.lake import Lake, events_by_day
from schema.settings import get_settings
from tests.infra.agent import ROOT
from tests.infra.applied.worlds import World
from tests.infra.aws import Account
from tests.infra.emulator.authorization import TRANSPORT
from tests.support.emr import REPORT, launched, plan

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

TASKS = ("dashboard", "webserver", "daemon", "code-server", "run", "migration")
COMPUTE_LOGS = yaml.safe_load((ROOT / "infra/dagster/ecs.yaml").read_text(encoding="utf-8"))["compute_logs"]["config"]

# A place of each kind: a bucket and a key in it.
PLACES = {
    "images": ("images", "images/1.webp"),
    "beside images": ("images", "other/1.webp"),
    "inbox": ("inbox", "inbox/prompts.csv"),
    "rejected": ("inbox", "inbox/rejected/2026-01-01/prompts.csv"),
    "landing": ("inbox", "landing/users/2026-01-01.jsonl"),
    "beside inbox": ("inbox", "other/prompts.csv"),
    "events": ("lake", "activity/dt=2026-03-07/1.parquet"),
    "code": ("lake", "code/job-1.py"),
    "results": ("lake", "derived/int_viewer_days/_parts/2026-03-07.json"),
    "jobs": ("lake", "jobs/1/plan.json"),
    "logs of jobs": ("lake", "logs/applications/1/jobs/1/SPARK_DRIVER/stderr.gz"),
    "beside the lake": ("lake", "any/thing.parquet"),
    "logs of steps": ("logs", f"{COMPUTE_LOGS['prefix']}/storage/step.out"),
    "logs of the load balancer": ("logs", "alb/AWSLogs/1.gz"),
}
LAKE = tuple(place for place, (bucket, _) in PLACES.items() if bucket == "lake")
READ, WRITE, REMOVE = "read", "write", "remove"
ALL = {READ, WRITE, REMOVE}
OBJECTS: Mapping[str, Mapping[str, set[str]]] = {
    "dashboard": {"images": ALL, "inbox": {READ, WRITE}, "rejected": ALL},
    "webserver": {"logs of steps": {READ}},
    "daemon": {},
    # Sensors log there what they say.
    "code-server": {"inbox": {READ}, "rejected": {READ}, "landing": {READ}, "logs of steps": {WRITE}},
    "run": dict.fromkeys(("images", "inbox", "rejected", "landing", *LAKE), ALL) | {"logs of steps": {WRITE}},
    "migration": {},
}
OF_SPARK = {"events": {READ}, "code": {READ}, "results": ALL, "jobs": ALL, "logs of jobs": ALL}
LAUNCHES = {"start runs", "watch tasks", "stop tasks", "look up definitions", "look up networks", "read logs of runs"}
ACTIONS: Mapping[str, set[str]] = {
    "dashboard": set(),
    "webserver": LAUNCHES,
    "daemon": LAUNCHES,
    # Every process of Dagster that opens its instance makes the launcher, which looks its task definition up.
    "code-server": {"look up definitions"},
    "run": {"look up definitions", "watch tasks"},
    "migration": {"look up definitions"},
}


@pytest.mark.parametrize("task", TASKS)
def test_a_task_reaches_the_objects_it_works_on_and_no_others(world: World, task: str) -> None:
    expected = {(place, what) for place, rights in OBJECTS[task].items() for what in rights}
    if task == "dashboard" and world.name == "largest":
        expected.add(("events", READ))
    assert _reached(world, _role(world, task)) == expected


def test_the_dashboard_looks_events_up_in_the_lake(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if world.outputs.get("spark") is None:
        pytest.skip("the smallest has no Spark")
    bucket = world.outputs["buckets"]["lake"]
    # A writer that was killed leaves a day without a marker.
    world.client("s3").put_object(Bucket=bucket, Key="activity/dt=2026-03-07/1.parquet", Body=b"events")
    _act(monkeypatch, _role(world, "dashboard"))
    assert events_by_day(Lake(f"s3://{bucket}")) == {}


def test_a_job_of_spark_reads_events_and_writes_results_and_does_nothing_else(world: World) -> None:
    if (spark := world.outputs.get("spark")) is None:
        pytest.skip("the smallest has no Spark")
    role, cloud = world.account.assume(spark["role"]), _Cloud(world)
    expected = {(place, what) for place, rights in OF_SPARK.items() for what in rights}
    assert _reached(world, role) == expected
    try:
        assert {name for name, call in cloud.tries(role).items() if _allowed(call)} == set()
    finally:
        cloud.stop_tasks()


def test_a_run_hands_a_job_to_spark_with_the_rights_that_it_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if world.outputs.get("spark") is None:
        pytest.skip("the smallest has no Spark")
    told = world.client("ecs").describe_task_definition(taskDefinition=world.outputs["task_definitions"]["run"])
    for one in told["taskDefinition"]["containerDefinitions"][0]["environment"]:
        if one["name"] in ("PROMPTORY_LAKE", "PROMPTORY_DEPLOYMENT", "PROMPTORY_EMR_APPLICATION", "PROMPTORY_EMR_ROLE"):
            monkeypatch.setenv(one["name"], one["value"])
    _act(monkeypatch, _role(world, "run"))
    get_settings.cache_clear()
    # What Spark would write: no job runs here.
    report = {"Bucket": world.outputs["buckets"]["lake"], "Key": "jobs/job-1/report.json"}
    world.client("s3").put_object(**report, Body=json.dumps(REPORT).encode())
    try:
        assert launched(plan(get_settings().lake)) == REPORT
    finally:
        get_settings.cache_clear()


def _reached(world: World, account: Account) -> set[tuple[str, str]]:
    """What an account may do with an object of each place."""
    buckets, role = world.outputs["buckets"], account.client("s3")
    may = set()
    for place, (bucket, key) in PLACES.items():
        world.client("s3").put_object(Bucket=buckets[bucket], Key=key, Body=b"what lies there")
        where = {"Bucket": buckets[bucket], "Key": key}
        tries = {
            READ: partial(role.get_object, **where),
            WRITE: partial(role.put_object, **where, Body=b"written"),
            REMOVE: partial(role.delete_object, **where),
        }
        may |= {(place, what) for what, call in tries.items() if _allowed(call)}
    return may


@pytest.mark.parametrize("task", TASKS)
def test_a_task_does_at_aws_what_it_is_for_and_nothing_else(world: World, task: str) -> None:
    cloud, role = _Cloud(world), _role(world, task)
    embeds = {"ask the model"} if world.name == "largest" and task in ("dashboard", "run") else set()
    computes = {"start Spark", "watch Spark", "cancel Spark"} if world.name == "largest" and task == "run" else set()
    try:
        assert {name for name, call in cloud.tries(role).items() if _allowed(call)} == ACTIONS[task] | embeds | computes
    finally:
        cloud.stop_tasks()


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_started_with_its_own_secrets_and_logs_and_no_others(world: World, task: str) -> None:
    role = world.account.assume(world.outputs["execution_roles"][task])
    secrets, logs = role.client("secretsmanager"), role.client("logs")
    definition = world.client("ecs").describe_task_definition(taskDefinition=world.outputs["task_definitions"][task])
    own = {entry["valueFrom"] for entry in definition["taskDefinition"]["containerDefinitions"][0]["secrets"]}
    readable = {
        arn for arn in world.outputs["secrets"].values() if _allowed(partial(secrets.get_secret_value, SecretId=arn))
    }
    assert readable == own
    groups = world.outputs["log_groups"]
    written = {name for name in groups if _allowed(partial(_log, logs, groups[name], f"{task}/{name}/1"))}
    assert written == {task}
    assert not _allowed(lambda: role.client("s3").get_object(Bucket=world.outputs["buckets"]["images"], Key="images/1"))


def test_roles_are_for_tasks_of_this_account_only(world: World) -> None:
    iam, account = world.client("iam"), world.client("sts").get_caller_identity()["Account"]
    for arn in (*world.outputs["task_roles"].values(), *world.outputs["execution_roles"].values()):
        role = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": account}
        assert ("PermissionsBoundary" in role) == (world.name == "largest")


def test_images_are_seen_by_signed_links_over_tls_only(world: World) -> None:
    bucket, key = world.outputs["buckets"]["images"], "images/2.webp"
    world.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a picture")
    links = {
        task: _role(world, task)
        .client("s3")
        .generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
        for task in ("dashboard", "webserver")
    }
    assert _seen(links["dashboard"]) == b"a picture"
    assert _seen(links["webserver"]) is None
    assert _seen(links["dashboard"].partition("?")[0]) is None
    assert _seen(links["dashboard"], {TRANSPORT: "plain"}) is None


def test_the_dashboard_sees_the_inbox_and_lets_what_was_rejected_wait_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = f"s3://{world.outputs['buckets']['inbox']}/inbox"
    _drop(world, "inbox/broken.csv")
    with monkeypatch.context() as as_run:
        _act(as_run, _role(world, "run"))
        Inbox(root).file_away(
            "broken.csv", REJECTED, {"object": "broken.csv", "reason": "No header."}, datetime.now(UTC)
        )
    _act(monkeypatch, _role(world, "dashboard"))
    inbox = Inbox(root)
    (rejected,) = [one for one in inbox.rejected() if one.name == "broken.csv"]
    inbox.retry(rejected)
    assert "broken.csv" in {one.name for one in inbox.waiting()}


class _Cloud:
    """Things of a world that a role may try to touch."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cluster = world.outputs["cluster_name"]
        self._tasks = [self._run(world.account, "run")]

    def tries(self, role: Account) -> dict[str, Callable[[], Any]]:
        """What a role tries, by what it is good for."""
        ecs, outputs = role.client("ecs"), self._world.outputs
        (task,) = self._tasks[:1]
        region = "us-west-2" if self._world.name == "largest" else "us-east-1"
        model = "amazon.titan-embed-text-v2:0"
        return {
            "start runs": lambda: self._tasks.append(self._run(role, "run")),
            "start other tasks": lambda: self._tasks.append(self._run(role, "migration")),
            "watch tasks": lambda: ecs.describe_tasks(cluster=self._cluster, tasks=[task]),
            "stop tasks": lambda: ecs.stop_task(cluster=self._cluster, task=task),
            "look up definitions": lambda: ecs.describe_task_definition(
                taskDefinition=outputs["task_definitions"]["run"]
            ),
            "roll services": lambda: ecs.update_service(cluster=self._cluster, service="dashboard", desiredCount=0),
            "look up networks": lambda: role.client("ec2").describe_network_interfaces(),
            "read logs of runs": lambda: self._read_log(role, "run"),
            "read logs of the dashboard": lambda: self._read_log(role, "dashboard"),
            "read secrets": lambda: self._read_a_secret(role),
            "read roles": lambda: role.client("iam").list_roles(),
            "look at the database": lambda: role.client("rds").describe_db_instances(),
            "ask the model": lambda: role.client("bedrock-runtime", region).invoke_model(modelId=model, body="{}"),
            "ask another model": lambda: role.client("bedrock-runtime", region).invoke_model(
                modelId="other", body="{}"
            ),
        } | self._tries_of_spark(role)

    def _tries_of_spark(self, role: Account) -> dict[str, Callable[[], Any]]:
        """What a role tries on the application of EMR Serverless, and on one of somebody else's."""
        # Terraform leaves an output out that is null.
        if (told := self._world.outputs.get("spark")) is None:
            return {}
        spark, all_of_it = role.client("emr-serverless"), self._world.client("emr-serverless")
        other = all_of_it.create_application(name="other", releaseLabel="emr-7.9.0", type="SPARK")["applicationId"]
        own, jobs_role, run_role = told["application_id"], told["role"], self._world.outputs["task_roles"]["run"]
        job = {"applicationId": own, "jobRunId": self._job(all_of_it, own, jobs_role)}
        others_job = {"applicationId": other, "jobRunId": self._job(all_of_it, other, jobs_role)}

        def watch() -> None:
            spark.get_application(applicationId=own)
            spark.get_job_run(**job)

        return {
            "start Spark": lambda: self._job(spark, own, jobs_role),
            "start Spark with the rights of a run": lambda: self._job(spark, own, run_role),
            "start another Spark": lambda: self._job(spark, other, jobs_role),
            "watch Spark": watch,
            "watch another Spark": lambda: spark.get_job_run(**others_job),
            "cancel Spark": lambda: spark.cancel_job_run(**job),
            "cancel another Spark": lambda: spark.cancel_job_run(**others_job),
            "give Spark more": lambda: spark.update_application(
                applicationId=own, maximumCapacity={"cpu": "400 vCPU", "memory": "3000 GB"}
            ),
            "take Spark away": lambda: spark.delete_application(applicationId=own),
        }

    def _job(self, spark: Any, application: str, role: str) -> str:
        """Start a job as the launcher does, with the environment's tag."""
        started = spark.start_job_run(
            applicationId=application,
            executionRoleArn=role,
            jobDriver={"sparkSubmit": {"entryPoint": "s3://lake/code/job.py"}},
            tags={"Environment": self._world.outputs["cluster_name"].removeprefix("promptory-")},
        )
        return str(started["jobRunId"])

    def stop_tasks(self) -> None:
        """Leave none behind."""
        for task in self._tasks:
            self._world.client("ecs").stop_task(cluster=self._cluster, task=task)
        spark = self._world.client("emr-serverless")
        for application in spark.list_applications()["applications"]:
            if (application["name"], application["state"]) == ("other", "CREATED"):
                spark.delete_application(applicationId=application["id"])

    def _run(self, account: Account, name: str) -> str:
        outputs = self._world.outputs
        network = {"subnets": outputs["private_subnet_ids"], "securityGroups": [outputs["security_groups"]["daemon"]]}
        answer = account.client("ecs").run_task(
            cluster=self._cluster,
            taskDefinition=outputs["task_definitions"][name],
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
            # Dagster's launcher always sets some.
            tags=[{"key": "dagster/run_id", "value": "1"}],
        )
        return str(answer["tasks"][0]["taskArn"])

    def _read_log(self, role: Account, name: str) -> None:
        group, stream = self._world.outputs["log_groups"][name], f"{name}/{name}/read"
        _log(self._world.client("logs"), group, stream)
        role.client("logs").get_log_events(logGroupName=group, logStreamName=stream)

    def _read_a_secret(self, role: Account) -> None:
        for arn in self._world.outputs["secrets"].values():
            if _allowed(partial(role.client("secretsmanager").get_secret_value, SecretId=arn)):
                return
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")


def _role(world: World, task: str) -> Account:
    return world.account.assume(world.outputs["task_roles"][task])


def _allowed(call: Callable[[], Any]) -> bool:
    """Whether it was done; anything but a denial is a fault of the test."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
            return False
        # A secret that is put in by hand has no value yet; whoever is told so may read it.
        if code != "ResourceNotFoundException":
            raise
    return True


def _log(logs: Any, group: str, stream: str) -> None:
    with suppress(logs.exceptions.ResourceAlreadyExistsException):  # where the same was tried before
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(datetime.now(UTC).timestamp() * 1000)
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now, "message": "a line"}])


def _seen(link: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """What a browser gets."""
    try:
        with urllib.request.urlopen(urllib.request.Request(link, headers=dict(headers or {}))) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        if error.code != 403:
            raise
        return None


def _drop(world: World, key: str) -> None:
    world.client("s3").put_object(Bucket=world.outputs["buckets"]["inbox"], Key=key, Body=b"no header")


def _act(patch: pytest.MonkeyPatch, role: Account) -> None:
    """Let this process's clients of AWS be a role's."""
    for name, value in role.environment().items():
        patch.setenv(name, value)
