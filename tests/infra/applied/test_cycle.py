"""The configuration as AWS has it after an apply, in a small and in a large form."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.infra.applied.worlds import World

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

PORTS = {"dashboard": 8501, "webserver": 3000, "code-server": 4000, "database": 5432}
REPOSITORIES = dict.fromkeys(("webserver", "daemon", "code-server", "run", "migration"), "dagster") | {
    "dashboard": "dashboard"
}
IMAGE_TAG = "0123456789abcdef0123456789abcdef01234567"


def test_a_second_plan_finds_nothing_to_do(world: World) -> None:
    assert world.terraform.changes() == []


def test_no_secret_stands_in_the_state(world: World) -> None:
    secrets, state = world.client("secretsmanager"), world.terraform.state()
    arns = world.outputs["secrets"]
    assert {"database-master", "database-dashboard", "database-dagster", "cookie-secret", "pseudonym-key"} <= set(arns)
    values = {name: secrets.get_secret_value(SecretId=arn)["SecretString"] for name, arn in _with_value(world, arns)}
    assert all(len(value) >= 16 for value in values.values())
    assert len(set(values.values())) == len(values)
    assert [name for name, value in values.items() if value in state] == []


def test_the_database_is_private_encrypted_and_takes_tls_only(world: World) -> None:
    rds = world.client("rds")
    (database,) = rds.describe_db_instances()["DBInstances"]
    assert not database["PubliclyAccessible"]
    assert database["StorageEncrypted"]
    assert database["KmsKeyId"] == world.outputs["kms_key_arn"]
    assert database["BackupRetentionPeriod"] >= 3
    assert database["MultiAZ"] == (world.name == "largest")
    group = database["DBParameterGroups"][0]["DBParameterGroupName"]
    parameters = rds.describe_db_parameters(DBParameterGroupName=group)["Parameters"]
    assert ("rds.force_ssl", "1") in {(one["ParameterName"], one["ParameterValue"]) for one in parameters}
    subnets = {subnet["SubnetIdentifier"] for subnet in database["DBSubnetGroup"]["Subnets"]}
    assert len(subnets) == (3 if world.name == "largest" else 2)
    assert not [route for subnet in subnets for route in _routes(world, subnet) if route.get("GatewayId") != "local"]


def test_the_only_way_in_leads_from_the_world_to_the_load_balancer_and_on_by_groups(world: World) -> None:
    groups = world.outputs["security_groups"]
    names = {group: name for name, group in groups.items()}
    ways = {
        (names.get(_source(rule), _source(rule)), names[rule["GroupId"]], rule["FromPort"], rule["ToPort"])
        for rule in _rules(world)
        if not rule["IsEgress"] and rule["GroupId"] in names
    }
    world_wide = {"198.51.100.0/24", "203.0.113.0/24"} if world.name == "largest" else {"0.0.0.0/0"}
    tasks = ("dashboard", "webserver", "daemon", "code-server", "migration")
    expected = {(cidr, "load-balancer", port, port) for cidr in world_wide for port in (80, 443)}
    expected |= {(task, "database", PORTS["database"], PORTS["database"]) for task in tasks}
    for source, target in (
        ("load-balancer", "dashboard"),
        ("dashboard", "webserver"),
        ("webserver", "code-server"),
        ("daemon", "code-server"),
        *([("load-balancer", "webserver")] if world.name == "largest" else []),
    ):
        expected.add((source, target, PORTS[target], PORTS[target]))
    assert ways == expected


def test_every_open_way_is_left_by_a_rule_on_the_other_side_and_no_group_may_go_anywhere(world: World) -> None:
    rules = [rule for rule in _rules(world) if rule["GroupId"] in world.outputs["security_groups"].values()]
    into = {(_source(rule), rule["GroupId"], rule["FromPort"]) for rule in rules if not rule["IsEgress"]}
    out_of = {(rule["GroupId"], _source(rule), rule["FromPort"]) for rule in rules if rule["IsEgress"]}
    assert {way for way in into if way[0].startswith("sg-")} == {way for way in out_of if way[1].startswith("sg-")}
    wide = [rule for rule in rules if rule["IsEgress"] and rule.get("CidrIpv4") == "0.0.0.0/0"]
    assert {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in wide} == {("tcp", 443, 443)}
    assert world.outputs["security_groups"]["database"] not in {rule["GroupId"] for rule in rules if rule["IsEgress"]}


def test_the_default_group_of_the_network_lets_nothing_through(world: World) -> None:
    wanted = [{"Name": "vpc-id", "Values": [world.outputs["vpc_id"]]}, {"Name": "group-name", "Values": ["default"]}]
    (default,) = world.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"]
    assert (default["IpPermissions"], default["IpPermissionsEgress"]) == ([], [])


def test_the_buckets_are_closed_encrypted_and_versioned(world: World) -> None:
    s3 = world.client("s3")
    assert set(world.outputs["buckets"]) == {"images", "inbox", "lake", "logs"}
    for name, bucket in world.outputs["buckets"].items():
        assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        encryption = rule["ApplyServerSideEncryptionByDefault"]
        # Load balancers can write to a bucket under Amazon's key alone.
        assert encryption["SSEAlgorithm"] == ("AES256" if name == "logs" else "aws:kms")
        assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]


def test_http_is_redirected_and_https_leads_to_the_dashboard_with_stickiness(world: World) -> None:
    elb = world.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    assert balancer["Scheme"] == "internet-facing"
    listeners = {
        one["Port"]: one for one in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    }
    assert set(listeners) == {80, 443}
    (redirect,) = listeners[80]["DefaultActions"]
    assert (
        redirect["RedirectConfig"] | {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}
        == redirect["RedirectConfig"]
    )
    assert listeners[443]["Protocol"] == "HTTPS"
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    (forward,) = listeners[443]["DefaultActions"]
    (target,) = elb.describe_target_groups(TargetGroupArns=[forward["TargetGroupArn"]])["TargetGroups"]
    assert (target["Port"], target["HealthCheckPath"]) == (8501, "/_stcore/health")
    attributes = elb.describe_target_group_attributes(TargetGroupArn=forward["TargetGroupArn"])["Attributes"]
    assert {"Key": "stickiness.enabled", "Value": "true"} in attributes
    rules = [
        rule for rule in elb.describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"] if not rule["IsDefault"]
    ]
    # Dagster has no sign-in of its own: nobody comes to it but through that of the load balancer.
    assert [[action["Type"] for action in rule["Actions"]] for rule in rules] == (
        [["authenticate-cognito", "forward"]] if world.name == "largest" else []
    )


def test_tasks_run_the_tagged_images_on_a_root_that_is_read_only(world: World) -> None:
    for name, (definition, container) in _definitions(world).items():
        assert container["image"].endswith(f".amazonaws.com/promptory/{REPOSITORIES[name]}:{IMAGE_TAG}")
        assert container["readonlyRootFilesystem"]
        assert {mount["containerPath"] for mount in container["mountPoints"]} >= {"/tmp", "/var/lib/promptory"}
        assert "privileged" not in container or not container["privileged"]
        assert definition["runtimePlatform"]["cpuArchitecture"] == ("X86_64" if world.name == "largest" else "ARM64")
        assert container["logConfiguration"]["options"]["awslogs-group"] == world.outputs["log_groups"][name]
        assert not container.get("entryPoint")


def test_tasks_get_what_the_application_reads_and_secrets_by_name_alone(world: World) -> None:
    arns = {arn: name for name, arn in world.outputs["secrets"].items()}
    logins = dict.fromkeys(("webserver", "daemon", "code-server", "run"), "promptory_dagster_login")
    logins |= {"dashboard": "promptory_dashboard_login"}
    for name, (_, container) in _definitions(world).items():
        plain = {entry["name"]: entry["value"] for entry in container["environment"]}
        secret = {entry["name"]: arns[entry["valueFrom"]] for entry in container["secrets"]}
        assert plain["PROMPTORY_RELEASE"] == IMAGE_TAG
        assert {"PROMPTORY_COOKIE_SECRET", "PROMPTORY_PSEUDONYM_KEY", "PROMPTORY_DATABASE_PASSWORD"} <= set(secret)
        user = logins.get(name, "librarian" if world.name == "largest" else "promptory_master")
        assert plain["PROMPTORY_DATABASE_URL"].startswith(f"postgresql://{user}@")
        assert "sslmode=verify-full" in plain["PROMPTORY_DATABASE_URL"]
        if "DAGSTER_PG_HOST" in plain:
            # Dagster's storage connects by libpq, which reads these.
            assert plain["PGSSLMODE"] == "verify-full"
            assert plain["PGSSLROOTCERT"] == "/etc/ssl/certs/rds-global-bundle.pem"
            assert secret["DAGSTER_PG_PASSWORD"] == "database-dagster"
        if name != "migration":
            assert (
                secret["PROMPTORY_DATABASE_PASSWORD"] == f"database-{'dashboard' if name == 'dashboard' else 'dagster'}"
            )
            assert "database-master" not in secret.values()


def test_services_wait_for_a_rollout_which_finds_them_in_order(world: World) -> None:
    rollout = world.outputs["rollout"]
    names = [service["name"] for service in rollout["services"]]
    assert [name.rpartition("promptory-")[2] for name in names] == ["code-server", "webserver", "daemon", "dashboard"]
    told = world.client("ecs").describe_services(cluster=rollout["cluster"], services=names)["services"]
    services = {service["serviceName"]: service for service in told}
    assert {service["desiredCount"] for service in told} == {0}
    assert services["daemon"]["deploymentConfiguration"]["maximumPercent"] == 100, "two daemons at a time"
    for service in told:
        assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
        assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}


def _with_value(world: World, arns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The secrets that have a value; one that is put in by hand has none yet."""
    for name, arn in arns.items():
        if world.client("secretsmanager").describe_secret(SecretId=arn).get("VersionIdsToStages"):
            yield name, arn


def _definitions(world: World) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    ecs, found = world.client("ecs"), {}
    for name, arn in world.outputs["task_definitions"].items():
        definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        found[name] = (definition, container)
    return found


def _rules(world: World) -> list[dict[str, Any]]:
    return list(world.client("ec2").describe_security_group_rules()["SecurityGroupRules"])


def _source(rule: Mapping[str, Any]) -> str:
    """Whom a rule speaks of: a range, a list of prefixes or a group."""
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    return str(rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or group)


def _routes(world: World, subnet: str) -> list[dict[str, Any]]:
    wanted = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (table,) = world.client("ec2").describe_route_tables(Filters=wanted)["RouteTables"]
    return list(table["Routes"])
