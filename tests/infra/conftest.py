"""Terraform, and the provider that it needs."""

import os
import shutil
from pathlib import Path

import pytest

from tests.infra.terraform import CONFIGURATION, Terraform, TerraformFailedError


@pytest.fixture(scope="session")
def terraform_is_here(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where the program, or its provider, is not to be had."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on this machine")
    plugins = os.environ.get("TF_PLUGIN_DIR")
    if plugins is not None and not Path(plugins).is_dir():
        pytest.skip(f"TF_PLUGIN_DIR names no folder: {plugins}")
    source = tmp_path_factory.mktemp("provider")
    shutil.copy(CONFIGURATION / "versions.tf", source)
    try:
        Terraform.copy(tmp_path_factory.mktemp("working") / "copy", "http://127.0.0.1:9", variables=[], source=source)
    except TerraformFailedError as error:
        if "Failed to query available provider packages" not in str(error):
            raise
        pytest.skip("Terraform's provider is in no registry that can be reached; let TF_PLUGIN_DIR name a mirror of it")
