"""Starting the dashboard and Dagster as processes of their own, watching them, and stopping them cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard import launch
from schema.errors import PromptoryError
from schema.settings import Settings

WORKSPACE = Path(__file__).parents[1] / "workspace.yaml"
STARTS_WITHIN_S = 120
STOPS_WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A program to run: its address answers once it is up, its output goes to `log`."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str
    log: Path


def dashboard_server(settings: Settings, environment: dict[str, str]) -> Server:
    """The dashboard on its port; `environment` names the library."""
    return Server(
        "The dashboard",
        launch.command(settings),
        environment | launch.environment(settings),
        f"http://127.0.0.1:{settings.dashboard_port}/_stcore/health",
        settings.home / "logs" / "dashboard.log",
    )


def dagster_server(settings: Settings, environment: dict[str, str]) -> Server:
    """Dagster's web server, daemon and code server as one program."""
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(WORKSPACE), "-h", "127.0.0.1"]
    return Server(
        "Dagster",
        [*command, "-p", str(settings.dagster_port)],
        environment,
        f"http://127.0.0.1:{settings.dagster_port}/server_info",
        settings.home / "logs" / "dagster.log",
    )


def check_port(port: int, setting: str) -> None:
    """Refuse a port that something else listens on.

    Raises:
        PromptoryError: it is taken; the message names the setting that chooses another.
    """
    with socket.socket() as probe:
        # As servers do, so that a port they just left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PromptoryError(
                f"Port {port} is taken by another program; stop it, or choose another port with {setting}."
            ) from None


@contextmanager
def running(servers: list[Server]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run the servers until the block ends, then stop them and everything they started.

    Raises:
        PromptoryError: one of them ended or did not answer in time; the message names its log.
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(server)) for server in servers]
        for server, process in zip(servers, processes, strict=True):
            _wait_until_up(server, process)
        yield processes


def watch(servers: list[Server], processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait until the person stops us.

    Raises:
        PromptoryError: a server ended by itself.
    """
    while True:
        for server, process in zip(servers, processes, strict=True):
            if process.poll() is not None:
                raise PromptoryError(f"{server.name} ended by itself; its log is {server.log}.")
        time.sleep(0.5)


@contextmanager
def _process(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    server.log.parent.mkdir(parents=True, exist_ok=True)
    with server.log.open("wb") as log:
        # A session of its own: Ctrl-C reaches us alone, and we stop the whole group in order.
        process = subprocess.Popen(
            server.command, stdout=log, stderr=subprocess.STDOUT, env=server.environment, start_new_session=True
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    # A second Ctrl-C, from an impatient person, must not leave half of it running.
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.terminate()
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
    finally:
        with suppress(ProcessLookupError):  # raised where the whole group has ended, as it should
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        signal.signal(signal.SIGINT, former)


def _wait_until_up(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise PromptoryError(f"{server.name} did not start; its log is {server.log}.")
        try:
            with urllib.request.urlopen(server.health, timeout=2) as answer:  # noqa: S310 (our own address)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise PromptoryError(f"{server.name} does not answer after {STARTS_WITHIN_S} s; its log is {server.log}.")
