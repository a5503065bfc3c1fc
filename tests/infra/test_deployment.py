"""What infra/terraform/account gives to GitHub's workflows: enough to deploy, and no way to give themselves more."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.infra.emulator.policies import Caller, Question, Verdict, judge
from tests.infra.worlds import World

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

DEPLOY = "promptory-deploy-largest"


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
    caller, policies = Caller(account, f"{roles}/{DEPLOY}"), list(_policies(world, DEPLOY))
    allowed = {
        name
        for name, question in asked.items()
        if Verdict.ALLOW in {judge(policy, question, caller, of_resource=False) for policy in policies}
    }
    assert allowed == {"make a bounded role"}


def test_workflows_are_known_by_branch_or_environment(world: World) -> None:
    subjects = {
        "promptory-build": "repo:example/promptory:ref:refs/heads/main",
        DEPLOY: "repo:example/promptory:environment:largest",
    }
    for role, subject in subjects.items():
        (statement,) = world.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"]["Federated"].endswith(":oidc-provider/token.actions.githubusercontent.com")
        assert statement["Condition"]["StringEquals"] == {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subject,
        }


def test_images_are_scanned_and_never_replaced_and_the_state_is_closed(world: World, account: str) -> None:
    repositories = world.client("ecr").describe_repositories()["repositories"]
    assert {repository["repositoryName"] for repository in repositories} == {"promptory/dashboard", "promptory/dagster"}
    assert {repository["imageTagMutability"] for repository in repositories} == {"IMMUTABLE"}
    assert all(repository["imageScanningConfiguration"]["scanOnPush"] for repository in repositories)
    s3, state = world.client("s3"), f"promptory-state-{account}"
    assert s3.get_bucket_versioning(Bucket=state)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=state)["PublicAccessBlockConfiguration"].values()) == {True}


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
