"""The Terraform as it stands: formatted, valid, and following its variables."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.infra.terraform import CONFIGURATION, Terraform

# Nothing here asks AWS: no server listens there.
NOBODY = "http://127.0.0.1:9"


def test_the_configuration_is_formatted(terraform_is_here: None) -> None:
    found = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", CONFIGURATION],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, f"`terraform fmt -recursive infra/terraform` would change:\n{found.stdout}"


@pytest.mark.parametrize("source", [CONFIGURATION, CONFIGURATION / "account"], ids=["environment", "account"])
def test_the_configuration_is_valid(terraform_is_here: None, source: Path, tmp_path: Path) -> None:
    copy = Terraform.copy(tmp_path / "copy", NOBODY, variables=(), source=source)
    told = json.loads(copy.run("validate", "-json", good=(0, 1)))
    assert told["diagnostics"] == []


@pytest.mark.infra
@pytest.mark.timeout(900)
def test_what_is_made_follows_the_variables(terraform_is_here: None, tmp_path: Path) -> None:
    copy = Terraform.copy(tmp_path / "copy", NOBODY, variables=())
    (copy.folder / "tests").symlink_to(CONFIGURATION / "tests")
    told = copy.run("test")
    runs = sum(file.read_text(encoding="utf-8").count('\nrun "') for file in CONFIGURATION.glob("tests/*.tftest.hcl"))
    assert f"Success! {runs} passed, 0 failed." in told
