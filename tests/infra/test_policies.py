"""Policies name actions that exist on resources that fit, are no wider than they must be, and have bounds that hold."""

import json
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.infra.emulated import emulated_aws
from tests.infra.emulator.policies import Caller, Question, Verdict, judge
from tests.infra.terraform import CONFIGURATION, Terraform
from tests.infra.worlds import World

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
    # In the policy of a key, * is that key.
    ("aws_kms_key*", "RESOURCE_STAR", "*"),
    # AWS's own example for log groups; the ARN stands in the context of the encryption, as text.
    ("aws_kms_key*", "UNKNOWN_CONDITION_FOR_ACTION", "*kms:EncryptionContext*"),
    # Bound by the condition on the cluster.
    ("*deploy*tasks*", "RESOURCE_STAR", "['ecs:ListTasks']"),
    # A deployment sets the policies of its environment's buckets: that is its work.
    ("*deploy*data*", "RESOURCE_POLICY_PRIVILEGE_ESCALATION", "*"),
)
# Actions of the tasks for which AWS knows no resource.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ec2:DescribeNetworkInterfaces"}


@pytest.fixture(scope="module")
def account(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """What an account has once, in an account of its own."""
    folder = tmp_path_factory.mktemp("account")
    variables = ["-var=github_repository=example/promptory", '-var=route53_zone_ids=["Z0123456789"]']
    with emulated_aws(folder) as aws:
        copy = Terraform.copy(folder / "copy", aws.endpoint, variables=variables, source=CONFIGURATION / "account")
        copy.apply()
        yield copy


def test_the_account_is_applied_whole(account: Terraform) -> None:
    assert account.changes() == []
    assert set(account.outputs()["deploy_role_arns"]) == {"staging", "production"}


@pytest.mark.skipif(not PYTHON.exists(), reason="`make test-infra` sets up parliament")
def test_parliament_finds_nothing_in_the_environments_policies(world: World) -> None:
    assert _findings(_documents(world.terraform)) == []


@pytest.mark.skipif(not PYTHON.exists(), reason="`make test-infra` sets up parliament")
def test_parliament_finds_nothing_in_the_accounts_policies(account: Terraform) -> None:
    assert _findings(_documents(account)) == []


def test_tasks_name_every_resource_that_aws_lets_them_name(world: World) -> None:
    for name, document in _documents(world.terraform, "aws_iam_role_policy").items():
        for statement in json.loads(document)["Statement"]:
            actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
            assert not [action for action in actions if "*" in action], name
            assert "*" not in resources or set(actions) <= WITHOUT_RESOURCE, name
            if "iam:PassRole" in actions:
                assert actions == ["iam:PassRole"]
                assert {arn.rpartition("-run")[2] for arn in resources} == {"", "-execution"}
                assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_every_role_trusts_one_service_of_this_account(world: World) -> None:
    trusts = _documents(world.terraform, "aws_iam_role", "assume_role_policy")
    assert len(trusts) == 14
    for name, document in trusts.items():
        (statement,) = json.loads(document)["Statement"]
        assert list(statement["Principal"]) == ["Service"], name
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}, name


def test_the_boundary_leaves_the_tasks_all_their_rights(account: Terraform, default_world: World) -> None:
    bounds = _documents(account, "aws_iam_policy")
    bound = bounds['aws_iam_policy.boundary["staging"]'].replace("staging", "test")
    asked = {
        (action, resource)
        for document in _documents(default_world.terraform, "aws_iam_role_policy").values()
        for statement in json.loads(document)["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    context = {"iam:passedtoservice": "ecs-tasks.amazonaws.com", "kms:viaservice": "s3.us-east-1.amazonaws.com"}
    refused = [question for question in asked if _says(bound, Question(*question, context)) is not Verdict.ALLOW]
    assert refused == []


ROLE = f"arn:aws:iam::{ACCOUNT}:role/promptory"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/promptory-staging-boundary"
STATE = f"arn:aws:s3:::promptory-state-{ACCOUNT}/promptory"
BOUND = {"iam:permissionsboundary": BOUNDARY}
ALLOWED = [
    ("s3:PutObject", f"{STATE}/staging/terraform.tfstate", {}),
    ("iam:CreateRole", f"{ROLE}-staging-dashboard", BOUND),
    ("iam:PutRolePolicy", f"{ROLE}-staging-dashboard", BOUND),
    ("iam:PassRole", f"{ROLE}-staging-run", {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}),
    ("ecs:UpdateService", f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/promptory-staging/dashboard", {}),
    ("ecs:RunTask", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/promptory-staging-migration:7", {}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0123456789", {}),
]
REFUSED = [
    # Another environment.
    ("s3:GetObject", f"{STATE}/production/terraform.tfstate", {}),
    ("ecs:UpdateService", f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/promptory-production/dashboard", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:promptory/production/x", {}),
    ("ec2:DeleteSubnet", f"arn:aws:ec2:us-east-1:{ACCOUNT}:subnet/1", {"aws:resourcetag/environment": "production"}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z9999999999", {}),
    # Its own rights, and roles without bounds.
    ("iam:PutRolePolicy", f"{ROLE}-deploy-staging", BOUND),
    (
        "iam:AttachRolePolicy",
        f"{ROLE}-deploy-staging",
        {"iam:policyarn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    ("iam:AttachRolePolicy", f"{ROLE}-staging-run", {"iam:policyarn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam:CreateRole", f"{ROLE}-staging-own", {}),
    ("iam:PutRolePolicy", f"{ROLE}-staging-own", {}),
    ("iam:DeleteRolePermissionsBoundary", f"{ROLE}-staging-run", BOUND),
    ("iam:CreatePolicyVersion", BOUNDARY, {}),
    ("iam:PassRole", f"{ROLE}-staging-run", {"iam:passedtoservice": "lambda.amazonaws.com"}),
    # What cannot be had back.
    ("rds:DeleteDBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:promptory-staging", {}),
    ("s3:DeleteBucket", f"arn:aws:s3:::promptory-staging-images-{ACCOUNT}", {}),
    ("kms:ScheduleKeyDeletion", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", {"aws:resourcetag/environment": "staging"}),
    # Images are the build's.
    ("ecr:PutImage", f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/promptory/dagster", {}),
]


def test_a_deployment_changes_its_own_environment_and_cannot_widen_its_rights(account: Terraform) -> None:
    policies = [
        document
        for name, document in _documents(account, "aws_iam_policy").items()
        if name.startswith('aws_iam_policy.deploy["staging-')
    ]
    assert len(policies) == 7

    def allowed(action: str, resource: str, context: dict[str, str]) -> bool:
        question = Question(action, resource, context)
        return Verdict.ALLOW in [_says(document, question) for document in policies]

    assert [one for one in ALLOWED if not allowed(*one)] == []
    assert [one for one in REFUSED if allowed(*one)] == []


def test_workflows_take_on_the_role_of_their_branch_or_environment_only(account: Terraform) -> None:
    trusts = _documents(account, "aws_iam_role", "assume_role_policy")
    subjects = {}
    for name, document in trusts.items():
        (statement,) = json.loads(document)["Statement"]
        assert statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        subjects[name] = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subjects == {
        'aws_iam_role.github["build"]': "repo:example/promptory:ref:refs/heads/main",
        'aws_iam_role.github["deploy-staging"]': "repo:example/promptory:environment:staging",
        'aws_iam_role.github["deploy-production"]': "repo:example/promptory:environment:production",
    }


def _documents(terraform: Terraform, kind: str | None = None, argument: str = "policy") -> dict[str, str]:
    """The policies of what has been applied, by address."""
    resources = json.loads(terraform.run("show", "-json"))["values"]["root_module"]["resources"]
    kinds = {kind} if kind else DOCUMENTS
    return {
        one["address"]: one["values"][argument]
        for one in resources
        if one["mode"] == "managed" and one["type"] in kinds
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


def _says(document: str, question: Question) -> Verdict:
    return judge(json.loads(document), question, Caller(ACCOUNT, f"{ROLE}-deploy-staging"), of_resource=False)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
