"""The configuration applied to emulated clouds of their own: one as small, one as large as it can be."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.infra.applied.inventory import inventory
from tests.infra.aws import Account
from tests.infra.emulated import emulated_aws
from tests.infra.terraform import CONFIGURATION, VARIABLES, Terraform, stop_running

NAMES = ("default", "largest")

# The key that a deployment signs its calls with.
DEPLOYMENT = "deployment"


@dataclass(frozen=True)
class World:
    """A configuration that has been applied, and the account that it was applied to."""

    name: str
    account: Account
    terraform: Terraform
    # What the account held before.
    found: frozenset[str]
    # What the emulator says of what it was asked for.
    log: Path

    @property
    def rights_of_deployment(self) -> set[str]:
        """The rights that everything needed which Terraform did here so far."""
        asked = f"{DEPLOYMENT} asks for "
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return {line.removeprefix(asked) for line in lines if line.startswith(asked)}

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """What Terraform tells of it."""
        return self.terraform.outputs()

    def client(self, service: str) -> Any:
        """A client of its administrator."""
        return self.account.client(service)


@contextmanager
def applied(folder: Path) -> Iterator[dict[str, "Future[World]"]]:
    """Both worlds in the making, side by side: nearly all of an apply is waiting."""
    with ExitStack() as clouds, ThreadPoolExecutor(len(NAMES)) as pool:
        accounts = {name: clouds.enter_context(emulated_aws(folder, name)) for name in NAMES}
        try:
            yield {name: pool.submit(_apply, name, account, folder / name) for name, account in accounts.items()}
        finally:
            stop_running()


def _apply(name: str, account: Account, folder: Path) -> World:
    variables = [f"-var-file={VARIABLES / name}.tfvars", *_PREPARED[name](account, folder)]
    copy = Terraform.copy(folder / "environment", account.endpoint, variables=variables)
    terraform = replace(copy, key=DEPLOYMENT)
    found = frozenset(inventory(account))
    terraform.apply()
    return World(name, account, terraform, found, folder.with_suffix(".log"))


def _with_certificate(account: Account, _: Path) -> list[str]:
    """The smallest finds a certificate that somebody has made, and leaves the records of the domain alone."""
    made = account.client("acm").request_certificate(DomainName="promptory.example.org", ValidationMethod="DNS")
    return [f"-var=certificate_arn={made['CertificateArn']}"]


def _with_zone(account: Account, folder: Path) -> list[str]:
    """The largest finds a zone, and an account made ready for deployments; it makes certificate and records itself."""
    zone = account.client("route53").create_hosted_zone(Name="example.org", CallerReference="test")["HostedZone"]
    name = zone["Id"].rpartition("/")[2]
    variables = [
        "-var=github_repository=example/promptory",
        "-var=github_ids={owner=123456,repository=456789}",
        '-var=environments=["largest"]',
        f'-var=route53_zone_ids=["{name}"]',
    ]
    Terraform.copy(folder / "account", account.endpoint, variables=variables, source=CONFIGURATION / "account").apply()
    return [f"-var=route53_zone_id={name}"]


_PREPARED = {"default": _with_certificate, "largest": _with_zone}
