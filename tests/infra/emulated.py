"""The emulated AWS as a process."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.infra.agent import ROOT, stop
from tests.infra.aws import Account
from tests.support.servers import free_port

_STARTS_WITHIN_S = 60


@contextmanager
def emulated_aws(folder: Path, name: str = "aws") -> Iterator[Account]:
    """An empty AWS on a free port, as its administrator."""
    port, log = free_port(), folder / f"{name}.log"
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


def _wait_until_up(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the emulated AWS did not start:\n{log.read_text(encoding='utf-8')}")
