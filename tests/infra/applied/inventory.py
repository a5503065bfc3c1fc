"""What an account holds, as its own services list it."""

from typing import Any

from tests.infra.aws import Account

# Service, call, the list in its answer, and what a thing in it is called by ("" where the list holds names).
_LISTS = (
    ("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ecs", "list_task_definitions", "taskDefinitionArns", ""),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    ("emr-serverless", "list_applications", "applications", "arn"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    ("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    ("route53", "list_hosted_zones", "HostedZones", "Id"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("servicediscovery", "list_namespaces", "Namespaces", "Id"),
    ("servicediscovery", "list_services", "Services", "Id"),
    ("sns", "list_topics", "Topics", "TopicArn"),
)


def inventory(account: Account) -> set[str]:
    """Everything there is, as `service: name`; what is only waiting for its end does not count."""
    found = {
        f"{service}: {thing[name] if name else thing}"
        for service, call, things, name in _LISTS
        for thing in getattr(account.client(service), call)()[things]
        if not (isinstance(thing, dict) and _state(thing) in ("deleted", "terminated"))
    }
    return found | _keys(account) | _records(account) | _others(account)


def _state(thing: dict[str, Any]) -> str:
    return str(thing.get("State") or thing.get("state")).lower()


def _keys(account: Account) -> set[str]:
    kms = account.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"] if alias.get("TargetKeyId")]
    return {f"kms: {key['KeyId']}" for key in keys if key["KeyState"] != "PendingDeletion"} | {
        f"kms: {a}" for a in aliases
    }


def _records(account: Account) -> set[str]:
    route53 = account.client("route53")
    return {
        f"route53: {record['Name']} {record['Type']}"
        for zone in route53.list_hosted_zones()["HostedZones"]
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    }


def _others(account: Account) -> set[str]:
    """Services that ask what is meant by everything."""
    number = account.client("sts").get_caller_identity()["Account"]
    lists: dict[str, list[Any]] = {
        "budgets": [
            one["BudgetName"] for one in account.client("budgets").describe_budgets(AccountId=number)["Budgets"]
        ],
        "iam": [one["Arn"] for one in account.client("iam").list_policies(Scope="Local")["Policies"]],
        "scaling": [
            one["ResourceId"]
            for one in account.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
                "ScalableTargets"
            ]
        ],
        "waf": [one["Name"] for one in account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]],
    }
    ecs = account.client("ecs")
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    # AWS tells of a deleted cluster for a while.
    lists["ecs"] = [one["clusterArn"] for one in clusters if one["status"] == "ACTIVE"]
    return {f"{service}: {name}" for service, names in lists.items() for name in names}
