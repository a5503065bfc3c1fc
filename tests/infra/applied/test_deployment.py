"""What infra/terraform/account gives to GitHub's workflows: enough to deploy, and no way to give themselves more."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.infra.applied.inventory import inventory
from tests.infra.applied.worlds import World
from tests.infra.emulated import emulated_aws
from tests.infra.emulator.policies import Caller, Question, Verdict, judge
from tests.infra.terraform import CONFIGURATION, Terraform, TerraformFailedError, clean_environment

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

DEPLOY = "promptory-deploy-largest"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
GUIDE = CONFIGURATION.parents[1] / "docs" / "deploy.md"

# What a thing bears that is there, and what a call gives to the thing that it makes.
OWN, ANOTHERS = {"aws:resourcetag/environment": "largest"}, {"aws:resourcetag/environment": "other"}
GIVEN = {"aws:requesttag/environment": "largest"}
# What EMR Serverless calls in somebody's name.
FOR_WORKERS = {"aws:calledvialast": "ops.emr-serverless.amazonaws.com"}


@pytest.fixture(scope="module")
def world(worlds: dict[str, "Future[World]"]) -> World:
    """The one whose account was made ready for deployments."""
    return worlds["largest"].result()


@pytest.fixture(scope="module")
def account(world: World) -> str:
    """The number of its account."""
    return str(world.client("sts").get_caller_identity()["Account"])


def test_a_deployment_has_the_rights_by_name_that_terraform_needs_to_apply_and_to_look_again(world: World) -> None:
    assert world.terraform.changes() == []
    needed = world.rights_of_deployment - {"sts:GetCallerIdentity"}
    assert len(needed) > 100
    allowed = {
        action.lower()
        for policy in _policies(world, DEPLOY)
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement["Action"])
    }
    assert sorted(name for name in needed if not any(fnmatchcase(name.lower(), one) for one in allowed)) == []


def test_a_deployment_cannot_widen_its_own_rights_nor_reach_another_environment(world: World, account: str) -> None:
    roles = f"arn:aws:iam::{account}:role"
    boundary = {"iam:permissionsboundary": f"arn:aws:iam::{account}:policy/promptory-largest-boundary"}
    asked = {
        "make a bounded role": Question("iam:CreateRole", f"{roles}/promptory-largest-new", boundary),
        "make an unbounded role": Question("iam:CreateRole", f"{roles}/promptory-largest-new"),
        "take a boundary off": Question("iam:DeleteRolePermissionsBoundary", f"{roles}/promptory-largest-run"),
        "change the boundary": Question("iam:CreatePolicyVersion", boundary["iam:permissionsboundary"]),
        "write a policy of its own": Question("iam:PutRolePolicy", f"{roles}/{DEPLOY}", boundary),
        "attach a policy to itself": Question("iam:AttachRolePolicy", f"{roles}/{DEPLOY}"),
        "write another environment's policy": Question("iam:PutRolePolicy", f"{roles}/promptory-other-run", boundary),
        "read another environment's state": Question(
            "s3:GetObject", f"arn:aws:s3:::promptory-state-{account}/promptory/other/terraform.tfstate"
        ),
        "read another environment's secrets": Question(
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:us-east-1:{account}:secret:promptory/other/cookie-secret-AbCdEf",
        ),
        "delete the database": Question(
            "rds:DeleteDBInstance", f"arn:aws:rds:us-east-1:{account}:db:promptory-largest"
        ),
        "push images": Question("ecr:PutImage", f"arn:aws:ecr:us-east-1:{account}:repository/promptory/dashboard"),
    }
    assert _allowed(world, account, asked) == {"make a bounded role"}


def test_a_deployment_makes_and_changes_what_bears_its_environments_tag(world: World, account: str) -> None:
    asked = _by_tag(account, OWN)
    assert _allowed(world, account, asked) == set(asked)


def test_a_deployment_cannot_reach_what_bears_another_environments_tag(world: World, account: str) -> None:
    # Not even where the call says the environment's own tag, as one does that makes a part of something there.
    asked = _by_tag(account, ANOTHERS) | _by_tag(account, ANOTHERS | GIVEN)
    # What is made bears no tag yet.
    refused = {name: question for name, question in asked.items() if "aws:resourcetag/environment" in question.context}
    assert len(refused) > 15
    assert _allowed(world, account, refused) == set()


def test_a_deployment_may_do_what_aws_asks_for_besides_in_its_name(world: World, account: str) -> None:
    """What the service authorization reference, Cloud Map and ECS say that a call depends on; Terraform calls none."""

    def here(service: str, name: str) -> str:
        return f"arn:aws:{service}:us-east-1:{account}:{name}"

    made = {
        "the zone of the private names": Question("route53:CreateHostedZone", "*"),
        "that zone, found": Question("route53:ListHostedZonesByName", "*"),
        "that zone, read": Question("route53:GetHostedZone", "arn:aws:route53:::hostedzone/Z1"),
        "the region of its VPC": Question("ec2:DescribeRegions", "*"),
        "the VPC": Question("ec2:DescribeVpcs", "*"),
        "the zone of an endpoint": Question("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1"),
        "the tags of a part of the network": Question(
            "ec2:CreateTags", here("ec2", "subnet/subnet-1"), GIVEN | {"ec2:createaction": "CreateSubnet"}
        ),
        "the tags of the group that AWS made": Question("ec2:CreateTags", here("ec2", "security-group/sg-1"), GIVEN),
        "the tags of a key": Question("kms:TagResource", here("kms", "key/1"), GIVEN),
        "the tags of a certificate": Question("acm:AddTagsToCertificate", here("acm", "certificate/1"), GIVEN),
        "the tags of a target of scaling": Question(
            "application-autoscaling:TagResource", here("application-autoscaling", "scalable-target/1"), GIVEN
        ),
        "the alarm of a target": Question(
            "cloudwatch:PutMetricAlarm",
            here("cloudwatch", "alarm:TargetTracking-service/promptory-largest/dashboard-AlarmHigh-1"),
        ),
        "the group of the firewall's log": Question(
            "logs:CreateLogGroup", here("logs", "log-group:aws-waf-logs-promptory-largest:log-stream:")
        ),
        "an address of a worker of Spark": Question(
            "ec2:CreateNetworkInterface", here("ec2", "network-interface/*"), FOR_WORKERS
        ),
        "the role that EMR makes for itself": Question(
            "iam:CreateServiceLinkedRole",
            f"arn:aws:iam::{account}:role/aws-service-role/ops.emr-serverless.amazonaws.com/any",
            {"iam:awsservicename": "ops.emr-serverless.amazonaws.com"},
        ),
        "the firewall at the load balancer": Question("elasticloadbalancing:SetWebAcl", "*"),
    }
    assert _allowed(world, account, made) == set(made)
    not_made = {
        "an address of something else": Question("ec2:CreateNetworkInterface", here("ec2", "network-interface/*")),
        "a job of Spark": Question(
            "emr-serverless:StartJobRun", here("emr-serverless", "/applications/1"), OWN | GIVEN
        ),
        "another environment's alarm": Question(
            "cloudwatch:PutMetricAlarm",
            here("cloudwatch", "alarm:TargetTracking-service/promptory-other/dashboard-AlarmHigh-1"),
        ),
        "a tag for another environment's names": Question(
            "servicediscovery:TagResource", here("servicediscovery", "namespace/ns-1"), ANOTHERS | GIVEN
        ),
        "tags outside of a call that makes something": Question(
            "ec2:CreateTags", here("ec2", "subnet/subnet-1"), GIVEN
        ),
    }
    assert _allowed(world, account, not_made) == set()


def test_every_policy_of_a_deployment_is_as_short_as_iam_takes(world: World) -> None:
    lengths = [len(json.dumps(policy, separators=(",", ":"))) for policy in _policies(world, DEPLOY)]
    assert len(lengths) <= 10
    assert max(lengths) <= 6144


def test_workflows_are_known_by_branch_or_environment(world: World) -> None:
    subjects = {
        "promptory-build": "repo:example@123456/promptory@456789:ref:refs/heads/main",
        DEPLOY: "repo:example@123456/promptory@456789:environment:largest",
    }
    for role, subject in subjects.items():
        trust = world.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        (statement,) = trust["Statement"]
        assert statement["Principal"]["Federated"].endswith(":oidc-provider/token.actions.githubusercontent.com")
        assert statement["Condition"]["StringEquals"] == {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subject,
        }


def test_a_repository_that_is_known_by_its_name_alone_is_trusted_by_it(
    world: World, account: str, tmp_path: Path
) -> None:
    provider = f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
    variables = ["-var=github_repository=example/promptory", f"-var=github_oidc_provider_arn={provider}"]
    copy = Terraform.copy(
        tmp_path / "account", world.account.endpoint, variables=variables, source=CONFIGURATION / "account"
    )
    copy.run("plan", "-input=false", "-out=account.tfplan", *variables)
    planned = json.loads(copy.run("show", "-json", "account.tfplan"))["planned_values"]["root_module"]["resources"]
    trusts = [json.loads(one["values"]["assume_role_policy"]) for one in planned if one["type"] == "aws_iam_role"]
    assert {
        trust["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        for trust in trusts
    } == {
        "repo:example/promptory:ref:refs/heads/main",
        "repo:example/promptory:environment:staging",
        "repo:example/promptory:environment:production",
    }


def test_images_are_scanned_and_never_replaced_and_the_state_is_closed(world: World, account: str) -> None:
    repositories = world.client("ecr").describe_repositories()["repositories"]
    assert {repository["repositoryName"] for repository in repositories} == {"promptory/dashboard", "promptory/dagster"}
    assert {repository["imageTagMutability"] for repository in repositories} == {"IMMUTABLE"}
    assert all(repository["imageScanningConfiguration"]["scanOnPush"] for repository in repositories)
    # A push is an index, an image and an attestation: counting all of them would keep a third of the releases.
    kept = json.loads(
        world.client("ecr").get_lifecycle_policy(repositoryName="promptory/dashboard")["lifecyclePolicyText"]
    )["rules"]
    counted = [rule["selection"] for rule in kept if rule["selection"]["countType"] == "imageCountMoreThan"]
    assert [(one["tagStatus"], one["tagPatternList"], one["countNumber"]) for one in counted] == [("tagged", ["*"], 50)]
    s3, state = world.client("s3"), f"promptory-state-{account}"
    assert s3.get_bucket_versioning(Bucket=state)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=state)["PublicAccessBlockConfiguration"].values()) == {True}


def test_an_account_that_was_in_use_is_taken_away_as_the_guide_says(terraform_is_here: None, tmp_path: Path) -> None:
    variables = ["-var=github_repository=example/promptory"]
    with emulated_aws(tmp_path) as aws:
        ecr, iam, s3, found = aws.client("ecr"), aws.client("iam"), aws.client("s3"), inventory(aws)
        terraform = Terraform.copy(
            tmp_path / "account", aws.endpoint, variables=variables, source=CONFIGURATION / "account"
        )
        terraform.apply()
        bucket = terraform.outputs()["state_bucket"]
        for state in (b"first", b"second"):
            s3.put_object(Bucket=bucket, Key="promptory/staging/terraform.tfstate", Body=state)
        s3.delete_object(Bucket=bucket, Key="promptory/staging/terraform.tfstate")
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": "sha256:1", "size": 1}, "layers": []}
        )
        for name in ("promptory/dashboard", "promptory/dagster"):
            ecr.put_image(repositoryName=name, imageManifest=manifest, imageTag="0123456")
        with pytest.raises(TerraformFailedError, match="prevent_destroy"):
            terraform.destroy()

        guide = GUIDE.read_text(encoding="utf-8")
        for name in ("promptory/dashboard", "promptory/dagster"):
            ecr.delete_repository(repositoryName=name, force=True)
        (removed,) = re.findall(r"^terraform state rm (aws_s3_\S+)", guide, re.MULTILINE)
        terraform.run("state", "rm", removed)
        terraform.destroy()
        (emptied,) = re.findall(r"python -c '(.+)'$", guide, re.MULTILINE)
        subprocess.run(
            [sys.executable, "-c", emptied.replace("promptory-state-ACCOUNT", bucket)],
            env=clean_environment() | aws.environment(),
            check=True,
        )
        assert inventory(aws) == found
        assert ecr.describe_repositories()["repositories"] == []
        assert iam.list_policies(Scope="Local")["Policies"] == []
        assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def _by_tag(account: str, there: Mapping[str, str]) -> dict[str, Question]:
    """Calls of a deployment over things without a name of ours: on what it makes, and on what is `there`."""

    def about(action: str, name: str, context: Mapping[str, str]) -> Question:
        return Question(action, f"arn:aws:{action.partition(':')[0]}:us-east-1:{account}:{name}", context)

    asked = (
        [
            about("ec2:CreateVpc", "vpc/*", GIVEN),
            about("ec2:CreateSubnet", "subnet/*", GIVEN),
            about("ec2:CreateSecurityGroup", "security-group/*", GIVEN),
            about("ec2:AuthorizeSecurityGroupIngress", "security-group-rule/*", GIVEN),
            about("ec2:CreateVpcEndpoint", "vpc-endpoint/*", GIVEN),
            about("application-autoscaling:RegisterScalableTarget", "scalable-target/*", GIVEN),
            about("servicediscovery:CreateService", "service/*", GIVEN),
            Question("emr-serverless:CreateApplication", "*", GIVEN),
            about("emr-serverless:TagResource", "/applications/*", GIVEN),
        ]
        + [
            about(f"ec2:{action}", name, there)
            for action, name in (
                ("CreateSubnet", "vpc/vpc-1"),
                ("CreateSecurityGroup", "vpc/vpc-1"),
                ("CreateRouteTable", "vpc/vpc-1"),
                ("CreateVpcEndpoint", "vpc/vpc-1"),
                ("CreateFlowLogs", "vpc/vpc-1"),
                ("CreateNatGateway", "subnet/subnet-1"),
                ("CreateNatGateway", "elastic-ip/eipalloc-1"),
                ("CreateRoute", "route-table/rtb-1"),
                ("AuthorizeSecurityGroupIngress", "security-group/sg-1"),
                ("AuthorizeSecurityGroupEgress", "security-group/sg-1"),
                ("RevokeSecurityGroupIngress", "security-group/sg-1"),
                ("CreateTags", "security-group/sg-1"),
            )
        ]
        + [
            about("acm:DeleteCertificate", "certificate/1", there),
            about("acm:AddTagsToCertificate", "certificate/1", there),
            about("application-autoscaling:RegisterScalableTarget", "scalable-target/1", there),
            about("application-autoscaling:DeregisterScalableTarget", "scalable-target/1", there),
            about("application-autoscaling:TagResource", "scalable-target/1", there),
            about("kms:TagResource", "key/1", there),
            about("servicediscovery:CreateService", "namespace/ns-1", there),
            about("servicediscovery:DeleteNamespace", "namespace/ns-1", there),
            about("emr-serverless:UpdateApplication", "/applications/1", there),
            about("emr-serverless:DeleteApplication", "/applications/1", there),
            about("ec2:CreateNetworkInterface", "subnet/subnet-1", {**there, **FOR_WORKERS}),
        ]
    )
    return {f"{one.action} {one.resource} {sorted(one.context)}": one for one in asked}


def _allowed(world: World, account: str, asked: Mapping[str, Question]) -> set[str]:
    """Which of these a deployment may do, by their names."""
    caller, policies = Caller(account, f"arn:aws:iam::{account}:role/{DEPLOY}"), list(_policies(world, DEPLOY))
    return {
        name
        for name, question in asked.items()
        if Verdict.ALLOW in {judge(policy, question, caller, of_resource=False) for policy in policies}
    }


def _policies(world: World, role: str) -> Iterator[Mapping[str, Any]]:
    iam = world.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        told = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]
        yield told["Document"]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
