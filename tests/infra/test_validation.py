"""A wrong variable fails at plan, with a sentence that says what to set."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.terraform import CONFIGURATION, clean_environment
from tests.infra.test_tables import FILES, named

TAG = "0123456789abcdef0123456789abcdef01234567"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
GIVEN = {
    "environment": "test",
    "image_tag": TAG,
    "domain_name": "promptory.example.org",
    "certificate_arn": CERTIFICATE,
}
POOL = {
    "user_pool_arn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Example01",
    "user_pool_client_id": "client",
    "user_pool_domain": "promptory",
}
PROVIDER = {"metadata_url": "https://login.example.org/.well-known/openid-configuration", "client_id": "promptory"}
REFUSED: list[tuple[dict[str, object], str]] = [
    ({"environment": "Staging 1"}, "Set environment to 2 to 12 lower-case letters and digits"),
    ({"image_tag": "latest"}, "Set image_tag to the commit that the images were built from"),
    ({"domain_name": "https://promptory.example.org/"}, "Set domain_name to a host name in lower case"),
    ({"certificate_arn": None}, "Set route53_zone_id (a certificate is made and validated there) or certificate_arn"),
    ({"route53_zone_id": "example.org"}, "Set route53_zone_id to the zone's id"),
    ({"certificate_arn": CERTIFICATE.replace("us-east-1", "eu-west-1")}, "an ACM certificate in us-east-1"),
    ({"region": "Frankfurt"}, "Set region to an AWS region"),
    ({"image_registry": "https://docker.io"}, "Set image_registry to an ECR registry"),
    (
        {"permissions_boundary": "arn:aws:iam::123456789012:policy/bounds"},
        "Set permissions_boundary to the policy's name",
    ),
    ({"vpc_cidr": "10.0.0.0/8"}, "Set vpc_cidr to an IPv4 range between /16 and /20"),
    ({"vpc_cidr": "10.0.0.0"}, "Set vpc_cidr to an IPv4 range between /16 and /20"),
    ({"zone_count": 1}, "Set zone_count to 2 or 3"),
    ({"interface_endpoints": ["s3"]}, "S3 has a gateway endpoint, which is free"),
    ({"allowed_cidrs": []}, "Set allowed_cidrs to one or more IPv4 ranges"),
    ({"allowed_cidrs": ["everybody"]}, "Set allowed_cidrs to one or more IPv4 ranges"),
    (
        {"dagster_sign_in": POOL | {"user_pool_arn": "pool"}},
        "Set dagster_sign_in.user_pool_arn to the ARN of a Cognito",
    ),
    ({"dagster_sign_in": POOL | {"user_pool_client_id": ""}}, "Set dagster_sign_in.user_pool_client_id to the id of"),
    ({"dagster_sign_in": POOL | {"user_pool_domain": "https://pool"}}, "Set dagster_sign_in.user_pool_domain to"),
    ({"db_username": "postgres"}, "admin, postgres and rdsadmin are taken"),
    ({"db_password": "with@punctuation!"}, "Set db_password to 16 to 128 letters and digits"),
    ({"database": {"engine_version": "14"}}, "Set database.engine_version to PostgreSQL 15, 16, 17 or 18"),
    ({"database": {"instance_class": "t4g.micro"}}, "Set database.instance_class to a class of RDS"),
    ({"database": {"storage_gb": 100, "max_storage_gb": 100}}, "database.max_storage_gb to at least a tenth more"),
    ({"database": {"backup_days": 0}}, "Set database.backup_days to 1 to 35 days"),
    ({"database": {"insights_days": 30}}, "Set database.insights_days to 7"),
    ({"database": {"monitoring_seconds": 20}}, "Set database.monitoring_seconds to 0"),
    ({"database": {"connections_alarm_above": 0}}, "Set database.connections_alarm_above to a whole number"),
    ({"cpu_architecture": "arm"}, "Set cpu_architecture to ARM64 or X86_64"),
    ({"task_sizes": {"run": {"cpu": 512, "memory": 8192}}}, "Set task_sizes to pairs that Fargate has"),
    ({"task_sizes": {"run": {"cpu": 300, "memory": 512}}}, "Set task_sizes to pairs that Fargate has"),
    ({"dashboard_tasks": {"min": 1}}, "Set dashboard_tasks.min to 2 or more"),
    ({"dashboard_tasks": {"cpu": 120}}, "Set dashboard_tasks.cpu to 10 to 90 percent"),
    ({"emr": {"release_label": "emr-8.0.0"}}, "Set emr.release_label to a release of EMR 7"),
    ({"emr": {"release_label": "emr-7.10.0"}}, "Set emr.release_label to a release of EMR 7"),
    ({"emr": {"architecture": "arm"}}, "Set emr.architecture to ARM64"),
    ({"emr": {"worker": {"cpu": 4, "memory": 32}}}, "Set emr.worker to a pair that EMR Serverless has"),
    ({"emr": {"cpu": 4}}, "Set emr.cpu and emr.memory to whole numbers that hold two of emr.worker"),
    ({"emr": {"memory": 48.5}}, "Set emr.cpu and emr.memory to whole numbers that hold two of emr.worker"),
    ({"emr": {"disk": 20}}, "Set emr.cpu and emr.memory to whole numbers that hold two of emr.worker"),
    ({"emr": {"idle_minutes": 0}}, "Set emr.idle_minutes to a whole number"),
    ({"emr": {"start_minutes": 1.5}}, "Set emr.start_minutes to a whole number"),
    ({"log_level": "info"}, "Set log_level to DEBUG, INFO, WARNING or ERROR"),
    ({"admin_email": "admin"}, "Set admin_email to an e-mail address"),
    ({"embedder": "openai"}, "Set embedder to none, minilm or bedrock"),
    ({"bedrock": {"model": "other"}}, "Set bedrock.model to cohere.embed-multilingual-v3"),
    ({"bedrock": {"region": "Oregon"}}, "Set bedrock.region to an AWS region that has the model"),
    ({"oidc": PROVIDER | {"metadata_url": "https://login.example.org"}}, "Set oidc.metadata_url to"),
    ({"oidc": PROVIDER | {"client_id": ""}}, "Set oidc.client_id to the id that the provider gave this client"),
    ({"optional_secrets": ["smtp"]}, "Set optional_secrets to none, one or both"),
    ({"optional_secrets": ["sentry_dsn"], "secret_versions": {"sentry_dsn": 1}}, "Set secret_values for each of"),
    ({"secret_versions": {"cookie_secret": 1.5}}, "Set each of secret_versions to a whole number"),
    ({"alarm_emails": ["nobody"]}, "Set alarm_emails to e-mail addresses"),
    ({"monthly_budget_usd": 0}, "Set monthly_budget_usd to an amount above 0"),
    ({"log_days": 31}, "Set log_days to one of the spans"),
]
ACCOUNT_REFUSED: list[tuple[dict[str, object], str]] = [
    ({"github_repository": "https://github.com/example/promptory"}, "Set github_repository to OWNER/NAME"),
    ({"github_ids": {"owner": 123456, "repository": 0}}, "Set github_ids to the numbers"),
    ({"region": "Frankfurt"}, "Set region to an AWS region"),
    ({"environments": ["deploy"]}, "other than build, deploy and state"),
    ({"github_oidc_provider_arn": "token"}, "Set github_oidc_provider_arn to the ARN"),
    ({"kept_images": 1}, "Set kept_images to 5 or more"),
    ({"route53_zone_ids": ["example.org"]}, "Set route53_zone_ids to ids of zones"),
]


@pytest.fixture(scope="module")
def variables(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The variables of an environment without its resources: so planning them takes no provider, and no time."""
    return _variables_of(CONFIGURATION, tmp_path_factory.mktemp("variables"))


@pytest.fixture(scope="module")
def account_variables(terraform_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the account."""
    return _variables_of(CONFIGURATION / "account", tmp_path_factory.mktemp("account"))


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED, ids=str)
def test_a_wrong_value_is_told_what_to_set(variables: Path, wrong: dict[str, object], sentence: str) -> None:
    assert [sentence] == [sentence for told in _refusals(variables, GIVEN | wrong) if sentence in told]


@pytest.mark.parametrize(("wrong", "sentence"), ACCOUNT_REFUSED, ids=str)
def test_a_wrong_value_of_the_account_is_told_what_to_set(
    account_variables: Path, wrong: dict[str, object], sentence: str
) -> None:
    given = {"github_repository": "example/promptory"}
    assert [sentence] == [sentence for told in _refusals(account_variables, given | wrong) if sentence in told]


def test_every_validation_is_tried(variables: Path, account_variables: Path) -> None:
    for folder, tried in ((variables, REFUSED), (account_variables, ACCOUNT_REFUSED)):
        written = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.tf"))
        assert written.count("\n  validation {") == len({sentence for _, sentence in tried})


def test_every_variable_is_validated_and_every_attribute_of_it_but_those_that_are_true_or_false() -> None:
    for file in (file for files in FILES.values() for file in files):
        for one in named("variable", file):
            validations = one.body.partition("\n  validation {")[2]
            if one.kind != "bool":
                assert validations, one.name
            # Attribute by attribute, or all of them in turn.
            if f"values(var.{one.name})" not in validations and f" in var.{one.name} " not in validations:
                attributes = re.findall(r"^    ([\w-]+) += (.*)$", one.arguments["type"], re.MULTILINE)
                wanted = {f"var.{one.name}.{name}" for name, kind in attributes if "bool" not in kind}
                assert {name for name in wanted if name not in validations} == set()


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_variables_of_each_environment_are_accepted(variables: Path, environment: str) -> None:
    file = CONFIGURATION / "environments" / environment / "terraform.tfvars"
    assert _refusals(variables, {"image_tag": TAG}, f"-var-file={file}") == []


def _variables_of(configuration: Path, folder: Path) -> Path:
    for file in configuration.glob("variables*.tf"):
        shutil.copy(file, folder)
    return folder


def _refusals(folder: Path, given: dict[str, object], *options: str) -> list[str]:
    """What Terraform says against these values: one text for each error or warning."""
    values = folder / "given.tfvars.json"
    values.write_text(json.dumps(given), encoding="utf-8")
    planned = subprocess.run(
        ["terraform", f"-chdir={folder}", "plan", "-json", "-input=false", *options, f"-var-file={values}"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line) for line in planned.stdout.splitlines()]
    return [
        line["diagnostic"]["summary"] + ": " + line["diagnostic"]["detail"] for line in told if "diagnostic" in line
    ]
