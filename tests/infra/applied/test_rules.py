"""Rules of AWS and of the application that an emulator does not keep, over the JSON of a plan that knows everything."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from schema.settings import Settings
from tests.infra.agent import ROOT
from tests.infra.applied.worlds import World

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

FARGATE = {
    256: {512, 1024, 2048},
    512: set(range(1024, 4097, 1024)),
    1024: set(range(2048, 8193, 1024)),
    2048: set(range(4096, 16385, 1024)),
    4096: set(range(8192, 30721, 1024)),
}
TASKS = {"dashboard", "webserver", "daemon", "code-server", "run", "migration"}
DAGSTER = {"webserver", "daemon", "code-server", "run"}
# What each container is given, beside what all are: the contract with the application.
EVERYWHERE = {
    "PROMPTORY_ENVIRONMENT", "PROMPTORY_DEPLOYMENT", "PROMPTORY_RELEASE", "PROMPTORY_HOME", "PROMPTORY_LOG_LEVEL",
    "AWS_REGION", "AWS_DEFAULT_REGION", "PROMPTORY_DATABASE_URL", "PROMPTORY_DATABASE_PASSWORD",
    "PROMPTORY_COOKIE_SECRET", "PROMPTORY_PSEUDONYM_KEY",
}  # fmt: skip
INSTANCE = {
    "DAGSTER_HOME", "DAGSTER_PG_HOST", "DAGSTER_PG_USER", "DAGSTER_PG_DATABASE", "DAGSTER_PG_PASSWORD",
    "DAGSTER_COMPUTE_LOGS_BUCKET", "DAGSTER_RUN_TASK_DEFINITION", "DAGSTER_RUN_CONTAINER", "PGSSLMODE", "PGSSLROOTCERT",
}  # fmt: skip
OF_DAGSTER = INSTANCE | {
    "PROMPTORY_INBOX", "PROMPTORY_LANDING", "PROMPTORY_IMAGES", "PROMPTORY_EMBEDDER", "DAGSTER_CODE_SERVER_HOST",
    "PROMPTORY_LAKE",
}  # fmt: skip
OWN = dict.fromkeys(DAGSTER, OF_DAGSTER) | {
    "dashboard": {
        "PROMPTORY_ANALYST_DATABASE_URL", "PROMPTORY_ANALYST_DATABASE_PASSWORD", "PROMPTORY_DAGSTER_URL",
        "PROMPTORY_DASHBOARD_URL", "PROMPTORY_PROXIES", "PROMPTORY_IMAGES", "PROMPTORY_INBOX",
        "PROMPTORY_REGISTRATION", "PROMPTORY_EMBEDDER",
    },
    "migration": INSTANCE | {
        "PROMPTORY_DASHBOARD_LOGIN_PASSWORD", "PROMPTORY_DAGSTER_LOGIN_PASSWORD", "PROMPTORY_ANALYST_LOGIN_PASSWORD",
    },
}  # fmt: skip
BEDROCK = {"PROMPTORY_BEDROCK_MODEL", "PROMPTORY_BEDROCK_REGION"}
SPARK = {
    "PROMPTORY_ENGINE", "PROMPTORY_EMR_APPLICATION", "PROMPTORY_EMR_ROLE", "PROMPTORY_SPARK_START_MINUTES",
    "PROMPTORY_SPARK_MEMORY", "PROMPTORY_SPARK_CORES", "PROMPTORY_SPARK_EXECUTORS",
}  # fmt: skip
IN_LARGEST = dict.fromkeys(DAGSTER, {"SENTRY_DSN", "PROMPTORY_ALERT_WEBHOOK"} | BEDROCK | SPARK) | {
    "dashboard": BEDROCK
    | {"SENTRY_DSN", "PROMPTORY_OIDC_METADATA_URL", "PROMPTORY_OIDC_CLIENT_ID", "PROMPTORY_OIDC_CLIENT_SECRET"}
    | {"PROMPTORY_ENGINE", "PROMPTORY_LAKE"},
    "migration": {"SENTRY_DSN", "PROMPTORY_ADMIN_EMAIL", "PROMPTORY_ADMIN_PASSWORD"},
}


class Plan:
    """A plan's resources by address, and the plan as it is written."""

    def __init__(self, world: World) -> None:
        world.terraform.run("plan", "-input=false", "-out=rules.tfplan", *world.terraform.variables)
        self.name = world.name
        self.text = world.terraform.run("show", "-json", "rules.tfplan")
        resources = json.loads(self.text)["planned_values"]["root_module"]["resources"]
        self._resources = [one for one in resources if one["mode"] == "managed"]

    def every(self, kind: str, name: str = "") -> dict[str, dict[str, Any]]:
        """The resources of a kind (and name), by key, or by name where there is one only."""
        return {
            str(one.get("index", one["name"])): one["values"]
            for one in self._resources
            if one["type"] == kind and name in ("", one["name"])
        }

    def containers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each container by its task."""
        for task, definition in self.every("aws_ecs_task_definition").items():
            for container in json.loads(definition["container_definitions"]):
                yield task, container


@pytest.fixture(scope="module")
def plan(world: World) -> Plan:
    """A plan over what has been applied: by then no value is unknown any more."""
    return Plan(world)


def test_fargate_has_every_pair_of_cpu_and_memory(plan: Plan) -> None:
    definitions = plan.every("aws_ecs_task_definition")
    assert set(definitions) == TASKS
    sizes = {name: (int(one["cpu"]), int(one["memory"])) for name, one in definitions.items()}
    assert {name: size for name, size in sizes.items() if size[1] not in FARGATE.get(size[0], set())} == {}
    # The launcher raises both for a run that asks for more; a container without memory of its own would not follow.
    assert {task: container["memory"] for task, container in plan.containers()} == {
        name: memory for name, (_, memory) in sizes.items()
    }


def test_each_container_is_given_what_the_application_reads_and_nothing_twice(plan: Plan) -> None:
    for task, container in plan.containers():
        names = Counter(one["name"] for one in [*container["environment"], *container["secrets"]])
        assert {name for name, times in names.items() if times > 1} == set()
        wanted = EVERYWHERE | OWN[task] | (IN_LARGEST[task] if plan.name == "largest" else set())
        assert set(names) == wanted, task
        assert [one["name"] for one in container["environment"] if not one["value"]] == []


def test_each_container_reads_its_own_secrets_only(plan: Plan) -> None:
    names = {secret["arn"]: name for name, secret in plan.every("aws_secretsmanager_secret").items()}
    policies = plan.every("aws_iam_role_policy", "execution")
    for task, container in plan.containers():
        used = {one["valueFrom"] for one in container["secrets"]}
        assert used <= set(names)
        (granted,) = (
            statement["Resource"]
            for statement in json.loads(policies[task]["policy"])["Statement"]
            if statement["Sid"] == "ReadItsSecrets"
        )
        assert set(granted) == used, task
    masters = {
        task
        for task, one in plan.containers()
        for secret in one["secrets"]
        if names[secret["valueFrom"]] == "database-master"
    }
    assert masters == {"migration"}


def test_no_address_holds_a_password(plan: Plan) -> None:
    for _, container in plan.containers():
        for variable in container["environment"]:
            if variable["name"].endswith("DATABASE_URL"):
                login = variable["value"].partition("//")[2].partition("@")[0]
                assert login.isidentifier()
                assert "sslmode=verify-full" in variable["value"]


def test_containers_write_to_two_folders_only(plan: Plan) -> None:
    for _, container in plan.containers():
        assert container["readonlyRootFilesystem"] is True
        assert {mount["containerPath"] for mount in container["mountPoints"]} == {"/tmp", "/var/lib/promptory"}
        assert not container.get("privileged")


def test_dagsters_launcher_can_say_what_a_run_does(plan: Plan) -> None:
    (run,) = (container for task, container in plan.containers() if task == "run")
    # An entry point would be put before the launcher's command; a health check would stop a long run.
    assert not any(run.get(name) for name in ("entryPoint", "command", "healthCheck", "portMappings"))
    # AWS takes definitions up to 64 KB and overrides up to 8,192 characters: a run's variables stand in its definition.
    assert all(len(json.dumps(one)) < 60_000 for _, one in plan.containers())
    variables = {
        task: {one["name"]: one["value"] for one in container["environment"]}
        for task, container in plan.containers()
        if task != "dashboard"
    }
    assert {one["DAGSTER_RUN_CONTAINER"] for one in variables.values()} == {run["name"]}
    # The others open the instance and launch nothing: a task could not name its own revision.
    definition = plan.every("aws_ecs_task_definition")["run"]
    assert {task: one["DAGSTER_RUN_TASK_DEFINITION"] for task, one in variables.items()} == dict.fromkeys(
        variables, definition["family"]
    ) | dict.fromkeys(("webserver", "daemon"), definition["arn"])


def test_images_come_from_the_variables(plan: Plan) -> None:
    registry = {"default": "123456789012.dkr.ecr.us-east-1", "largest": "210987654321.dkr.ecr.eu-central-1"}[plan.name]
    tag = json.loads(plan.text)["variables"]["image_tag"]["value"]
    for task, container in plan.containers():
        repository = "dashboard" if task == "dashboard" else "dagster"
        assert container["image"] == f"{registry}.amazonaws.com/promptory/{repository}:{tag}"


def test_nothing_has_a_public_address_but_the_load_balancer_and_the_nat_gateways(plan: Plan) -> None:
    services = plan.every("aws_ecs_service")
    assert set(services) == {"code-server", "webserver", "daemon", "dashboard"}
    assert [one for one in services.values() if one["network_configuration"][0]["assign_public_ip"]] == []
    assert [one for one in plan.every("aws_subnet").values() if one["map_public_ip_on_launch"]] == []
    assert not plan.every("aws_db_instance")["main"]["publicly_accessible"]
    assert len(plan.every("aws_eip")) == len(plan.every("aws_nat_gateway"))
    private = {subnet["id"] for subnet in plan.every("aws_subnet").values() if "-private-" in subnet["tags"]["Name"]}
    assert not private & set(plan.every("aws_lb")["main"]["subnets"])


def test_every_service_goes_back_by_itself_when_its_deployment_fails(plan: Plan) -> None:
    for service in plan.every("aws_ecs_service").values():
        assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    daemon = plan.every("aws_ecs_service")["daemon"]
    assert (daemon["deployment_minimum_healthy_percent"], daemon["deployment_maximum_percent"]) == (0, 100)


def test_every_way_in_but_the_load_balancers_names_a_group(plan: Plan) -> None:
    groups = plan.every("aws_security_group")
    entrance = groups["load-balancer"]["id"]
    rules = [*plan.every("aws_vpc_security_group_ingress_rule").values()]
    assert {rule["security_group_id"] for rule in rules if not rule["referenced_security_group_id"]} == {entrance}
    assert {rule["from_port"] for rule in rules if rule["cidr_ipv4"]} == {80, 443}
    assert all(not one["ingress"] and not one["egress"] for one in plan.every("aws_default_security_group").values())


def test_security_groups_are_described_in_the_letters_that_aws_takes(plan: Plan) -> None:
    kinds = ("security_group", "vpc_security_group_ingress_rule", "vpc_security_group_egress_rule")
    described = [one["description"] for kind in kinds for one in plan.every(f"aws_{kind}").values()]
    assert [one for one in described if not re.fullmatch(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", one)] == []


def test_no_secrets_value_is_in_the_plan_or_the_state(plan: Plan, world: World) -> None:
    reader = world.client("secretsmanager")
    arns = {name: one["arn"] for name, one in plan.every("aws_secretsmanager_secret").items()}
    written = plan.every("aws_secretsmanager_secret_version")
    values = {name: reader.get_secret_value(SecretId=arns[name])["SecretString"] for name in written}
    assert len(values) == {"default": 6, "largest": 9}[plan.name]
    assert [name for name, value in values.items() if value in plan.text or value in world.terraform.state()] == []


def test_every_bucket_is_closed_versioned_encrypted_and_tidied(plan: Plan) -> None:
    buckets = {one["bucket"] for one in plan.every("aws_s3_bucket").values()}
    assert len(buckets) == 4
    for kind in ("public_access_block", "versioning", "policy", "lifecycle_configuration", "ownership_controls"):
        assert {one["bucket"] for one in plan.every(f"aws_s3_bucket_{kind}").values()} == buckets, kind
    for closed in plan.every("aws_s3_bucket_public_access_block").values():
        assert all(value for name, value in closed.items() if name.startswith(("block_", "ignore_", "restrict_")))
    for policy in plan.every("aws_s3_bucket_policy").values():
        denials = [one for one in json.loads(policy["policy"])["Statement"] if one["Effect"] == "Deny"]
        assert [one["Condition"] for one in denials] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_the_environment_of_dagster_is_one_that_the_settings_take(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    (run,) = (container for task, container in plan.containers() if task == "run")
    for name in [name for name in os.environ if name.startswith("PROMPTORY_")]:
        monkeypatch.delenv(name)
    for one in [*run["environment"], *run["secrets"]]:
        monkeypatch.setenv(one["name"], one.get("value", "a secret"))
    settings = Settings(_env_file=None)
    assert settings.lake == f"s3://promptory-{settings.deployment}-lake-123456789012"
    # A worker of 8 vCPUs and 32 GB: a tenth is left beside Java's heap.
    largest = (8, "29g", 20, True)
    found = (settings.spark_cores, settings.spark_memory, settings.spark_start_minutes, bool(settings.emr_application))
    assert found == (largest if plan.name == "largest" else (0, "1g", 15, False))
    # 128 vCPUs are sixteen such workers: as many jobs as Dagster lets runs be under way find room at once.
    runs = yaml.safe_load((ROOT / "infra/dagster/ecs.yaml").read_text(encoding="utf-8"))["concurrency"]["runs"]
    assert settings.spark_executors == (16 // runs["max_concurrent_runs"] - 1 if plan.name == "largest" else 0)


def test_spark_has_workers_that_fit_twice_and_goes_to_s3_alone(plan: Plan) -> None:
    applications = plan.every("aws_emrserverless_application")
    groups = {key: one["id"] for key, one in plan.every("aws_security_group").items()}
    if plan.name == "default":
        assert (applications, "spark" in groups) == ({}, False)
        return
    application = next(iter(applications.values()))
    assert application["maximum_capacity"] == [{"cpu": "128 vCPU", "memory": "512 GB", "disk": "2000 GB"}]
    assert application["auto_start_configuration"] == [{"enabled": True}]
    assert application["auto_stop_configuration"] == [{"enabled": True, "idle_timeout_minutes": 10}]
    assert application["network_configuration"][0]["security_group_ids"] == [groups["spark"]]
    rules = plan.every("aws_vpc_security_group_egress_rule").values()
    out = [rule for rule in rules if rule["security_group_id"] == groups["spark"]]
    assert [(rule["prefix_list_id"] is not None, rule["cidr_ipv4"], rule["from_port"]) for rule in out] == [
        (True, None, 443)
    ]
    into = plan.every("aws_vpc_security_group_ingress_rule").values()
    assert groups["spark"] not in {
        group for rule in into for group in (rule["security_group_id"], rule["referenced_security_group_id"])
    }


def test_every_alarm_tells_the_topic_and_counts_what_is_there(plan: Plan) -> None:
    topic = plan.every("aws_sns_topic")["alarms"]["arn"]
    alarms = plan.every("aws_cloudwatch_metric_alarm")
    assert all(one["alarm_actions"] == [topic] == one["ok_actions"] for one in alarms.values())
    services = {one["dimensions"]["ServiceName"] for one in alarms.values() if one["namespace"] == "AWS/ECS"}
    assert services == {one["name"] for one in plan.every("aws_ecs_service").values()}
    own = {name: one["dimensions"] for name, one in alarms.items() if one["namespace"] == "Promptory"}
    deployment = json.loads(plan.text)["variables"]["environment"]["value"]
    assert own == {name: {"Deployment": deployment} for name in ("runs-failed", "freshness")}
