"""Dagster's web server over a library, without the daemon: runs begin at once, nothing begins by itself."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.serve import WORKSPACE, Server, running
from tests.support.servers import free_port

_INSTANCE = """
telemetry:
  enabled: false
run_coordinator:
  module: dagster._core.run_coordinator
  class: DefaultRunCoordinator
"""


@contextmanager
def dagster_served(home: Path) -> Iterator[str]:
    """The address of a web server whose instance is in `home`; the environment names the library."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(_INSTANCE, encoding="utf-8")
    port = free_port()
    server = Server(
        "Dagster",
        [sys.executable, "-m", "dagster_webserver", "-w", str(WORKSPACE), "-h", "127.0.0.1", "-p", str(port)],
        dict(os.environ) | {"DAGSTER_HOME": str(home)},
        f"http://127.0.0.1:{port}/server_info",
        home / "dagster.log",
    )
    with running([server]):
        yield f"http://127.0.0.1:{port}"
