"""Policies name actions that exist on resources that fit, are no wider than they must be, and have bounds that hold."""

import json
import subprocess
from concurrent.futures import Future
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.infra.applied.worlds import World
from tests.infra.emulator.policies import Caller, Question, Verdict, judge
from tests.infra.terraform import CONFIGURATION

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1500)]

PYTHON = CONFIGURATION.parents[1] / ".venv-infra" / "bin" / "python"
ACCOUNT = "123456789012"
DOCUMENTS = {"aws_iam_policy", "aws_iam_role_policy", "aws_kms_key", "aws_s3_bucket_policy", "aws_sns_topic_policy"}
ANALYSIS = """
import json, sys
from parliament import analyze_policy_string
for name, document in json.load(sys.stdin).items():
    for finding in analyze_policy_string(document, name).findings:
        print(json.dumps([name, finding.issue, finding.detail]))
"""
# What parliament says that is so and meant, or not so.
ACCEPTED = (
    # It wants every kind of model that the action knows, where the application calls one.
    ("*", "RESOURCE_MISMATCH", "*bedrock:InvokeModel*"),
    # It wants network load balancers beside application load balancers.
    ("*deploy*entrance*", "RESOURCE_MISMATCH", "*/net/*"),
    # It wants an address, its subnet and its group in one statement; tags bind two of them, and the first has none yet.
    ("*deploy*spark*", "RESOURCE_MISMATCH", "*ec2:CreateNetworkInterface*"),
    # In the policy of a key, * is that key.
    ("aws_kms_key*", "RESOURCE_STAR", "*"),
    # AWS's own example for log groups; the ARN stands in the context of the encryption, as text.
    ("aws_kms_key*", "UNKNOWN_CONDITION_FOR_ACTION", "*kms:EncryptionContext*"),
    # A key that is being made has no ARN yet; tags bind the statement.
    ("*deploy*data*", "RESOURCE_STAR", "*kms:TagResource*"),
    # Bound by the condition on the cluster.
    ("*deploy*tasks*", "RESOURCE_STAR", "*ecs:ListTasks*"),
    # A deployment sets the policies of its environment's buckets: that is its work.
    ("*deploy*data*", "RESOURCE_POLICY_PRIVILEGE_ESCALATION", "*"),
)
# Actions of the tasks for which AWS knows no resource.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ec2:DescribeNetworkInterfaces"}


@pytest.mark.skipif(not PYTHON.exists(), reason="`make test-infra` sets up parliament")
def test_parliament_finds_nothing(world: World) -> None:
    documents = _documents(world) | _documents_of_account(world)
    assert len(documents) > {"default": 15, "largest": 24}[world.name]
    assert _findings(documents) == []


def test_tasks_name_every_resource_that_aws_lets_them_name(world: World) -> None:
    for name, document in _documents(world, "aws_iam_role_policy").items():
        for statement in json.loads(document)["Statement"]:
            actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
            assert not [action for action in actions if "*" in action], name
            assert "*" not in resources or set(actions) <= WITHOUT_RESOURCE, name
            if "iam:PassRole" in actions:
                assert actions == ["iam:PassRole"]
                names = {arn.rpartition(f"promptory-{_environment(world)}-")[2] for arn in resources}
                service = {"spark": "emr-serverless.amazonaws.com"}.get(min(names), "ecs-tasks.amazonaws.com")
                assert names in ({"run", "run-execution"}, {"spark"})
                assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": service}}


def test_every_role_trusts_one_service_of_this_account(world: World) -> None:
    trusts = _documents(world, "aws_iam_role", "assume_role_policy")
    assert len(trusts) == {"default": 14, "largest": 15}[world.name]
    for name, document in trusts.items():
        (statement,) = json.loads(document)["Statement"]
        assert list(statement["Principal"]) == ["Service"], name
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}, name


def test_the_boundary_leaves_the_roles_all_their_rights(worlds: dict[str, "Future[World]"]) -> None:
    world = worlds["largest"].result()
    bound = _documents_of_account(world)["promptory-largest-boundary"]
    asked = {
        (action, resource)
        for document in _documents(world, "aws_iam_role_policy").values()
        for statement in json.loads(document)["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    assert len(asked) > 50
    context = {"kms:viaservice": "s3.us-east-1.amazonaws.com"}
    context |= dict.fromkeys(("aws:requesttag/environment", "aws:resourcetag/environment"), "largest")
    passed = {role: "ecs-tasks.amazonaws.com" for _, role in asked} | {
        world.outputs["spark"]["role"]: "emr-serverless.amazonaws.com"
    }
    assert [
        one for one in asked if not _allows(bound, Question(*one, context | {"iam:passedtoservice": passed[one[1]]}))
    ] == []
    for service, role in ("ecs-tasks", "spark"), ("emr-serverless", "run"), ("emr-serverless", "dashboard"):
        arn, to = f"arn:aws:iam::{ACCOUNT}:role/promptory-largest-{role}", f"{service}.amazonaws.com"
        assert not _allows(bound, Question("iam:PassRole", arn, {"iam:passedtoservice": to}))
    others = {"aws:resourcetag/environment": "other"}
    application = world.outputs["spark"]["application_arn"]
    for action in ("StartJobRun", "CancelJobRun"):
        assert not _allows(bound, Question(f"emr-serverless:{action}", f"{application}/jobruns/1", others))
    assert not _allows(bound, Question("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/promptory-largest-run"))


def _environment(world: World) -> str:
    return {"default": "test", "largest": "largest"}[world.name]


def _documents(world: World, kind: str | None = None, argument: str = "policy") -> dict[str, str]:
    """The policies of an environment, by address."""
    resources = json.loads(world.terraform.run("show", "-json"))["values"]["root_module"]["resources"]
    kinds = {kind} if kind else DOCUMENTS
    return {
        one["address"]: one["values"][argument]
        for one in resources
        if one["mode"] == "managed" and one["type"] in kinds
    }


def _documents_of_account(world: World) -> dict[str, str]:
    """The policies that infra/terraform/account has made there, by name."""
    iam = world.client("iam")
    made = iam.get_paginator("list_policies").paginate(Scope="Local")
    return {
        policy["PolicyName"]: json.dumps(
            iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"][
                "Document"
            ]
        )
        for page in made
        for policy in page["Policies"]
    }


def _findings(documents: dict[str, str]) -> list[Any]:
    """What parliament says, but for what is accepted."""
    analysed = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", ANALYSIS],
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in analysed.stdout.splitlines()]
    # One finding may speak of many actions: each is accepted or not.
    single = [
        (name, issue, str(part))
        for name, issue, detail in told
        for part in (detail if issue == "RESOURCE_MISMATCH" else [detail])
    ]
    return [one for one in single if not any(all(map(fnmatchcase, one, accepted)) for accepted in ACCEPTED)]


def _allows(document: str, question: Question) -> bool:
    return judge(json.loads(document), question, Caller(ACCOUNT), of_resource=False) is Verdict.ALLOW


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
