"""checkov looks at the Terraform as production sets it; what it is told to skip, says why where it is skipped."""

import json
import re
import subprocess

import pytest

from tests.infra.terraform import CONFIGURATION

pytestmark = pytest.mark.infra

CHECKOV = CONFIGURATION.parents[1] / ".venv-infra" / "bin" / "checkov"
PRODUCTION = CONFIGURATION / "environments" / "production" / "terraform.tfvars"


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make test-infra` sets up checkov")
def test_checkov_finds_nothing() -> None:
    options = ["--framework", "terraform", "--skip-download", "--compact", "--quiet", "--output", "json"]
    scanned = subprocess.run(
        [CHECKOV, "--directory", CONFIGURATION, "--var-file", PRODUCTION, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(scanned.stdout)
    failed = told["results"]["failed_checks"]
    assert [(one["check_id"], one["check_name"], one["resource"], one["file_path"]) for one in failed] == []
    assert told["summary"]["parsing_errors"] == 0
    assert told["summary"]["passed"] > 500


def test_every_skip_says_why() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in CONFIGURATION.rglob("*.tf"))
    skips = re.findall(r"checkov:skip=(\S+?):(.*)", written)
    assert len(skips) == written.count("checkov:skip")
    assert [check for check, reason in skips if len(reason.split()) < 2] == []
