"""An emulated AWS for each set of tests that changes one, and Terraform over copies of the configuration."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infra.agent import ROOT, stop
from tests.infra.aws import Account
from tests.support.servers import free_port

_STARTS_WITHIN_S = 60


@contextmanager
def emulated_aws(folder: Path) -> Iterator[Account]:
    """An empty AWS on a free port, as its administrator."""
    port, log = free_port(), folder / "emulator.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.emulator", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait_until_up(endpoint, process, log)
        yield Account(endpoint)
    finally:
        stop(process)


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Account]:
    """An empty AWS of the test's own."""
    with emulated_aws(tmp_path) as account:
        yield account


@pytest.fixture(scope="session")
def terraform_is_here() -> None:
    """Skip where the program, or its provider, is not to be had."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on this machine")
    plugins = os.environ.get("TF_PLUGIN_DIR")
    if plugins is not None and not Path(plugins).is_dir():
        pytest.skip(f"TF_PLUGIN_DIR names no folder: {plugins}")


def _wait_until_up(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the emulated AWS did not start:\n{log.read_text(encoding='utf-8')}")
