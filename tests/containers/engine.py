"""The Docker engine of this machine, and the compose file's stack on it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import free_port

ROOT = Path(__file__).parents[2]
# Debian's own client knows BuildKit; another one may need an extension for it.
DOCKER = "/usr/bin/docker" if Path("/usr/bin/docker").exists() else shutil.which("docker")
BASE = next(line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM "))
FILES = ["docker-compose.yml", "tests/containers/host-network.yml"]


def why_not() -> str | None:
    """Why images cannot be built here, or None."""
    if DOCKER is None:
        return "no docker on this machine"
    if docker("info", check=False).returncode != 0:
        return "no Docker engine answers"
    if _compose() is None:
        return "neither `docker compose` nor docker-compose is on this machine"
    if docker("image", "inspect", BASE, check=False).returncode and docker("pull", BASE, check=False).returncode:
        return f"the base image {BASE} is not here, and no registry is reached"
    return None


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run docker; what it printed is in the result."""
    assert DOCKER is not None
    environment = dict(os.environ) | {"DOCKER_BUILDKIT": "1"}
    command = [DOCKER, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
    return done


@dataclass(frozen=True)
class Stack:
    """The services of the compose file under a name of their own; `ports` by service."""

    name: str
    ports: dict[str, int]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run docker-compose on the stack."""
        program = _compose()
        assert program is not None
        assert DOCKER is not None
        environment = dict(os.environ) | {
            "PROMPTORY_RELEASE": "test",
            # Before version 2, docker-compose builds by the client that it finds, where it is told to.
            "PATH": f"{Path(DOCKER).parent}{os.pathsep}{os.environ['PATH']}",
            "COMPOSE_DOCKER_CLI_BUILD": "1",
            "DOCKER_BUILDKIT": "1",
            "PROMPTORY_DASHBOARD_PORT": str(self.ports["dashboard"]),
            "PROMPTORY_DAGSTER_PORT": str(self.ports["webserver"]),
            "PROMPTORY_S3_PORT": str(self.ports["s3"]),
        }
        command = [*program, "--project-name", self.name, *(f"--file={file}" for file in FILES), *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise AssertionError(
                f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}\n{self.logs()}"
            )
        return done

    def logs(self, *services: str) -> str:
        """What services printed."""
        return self.run("logs", "--no-color", "--tail", "200", *services, check=False).stdout

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return self.run("ps", "--quiet", service).stdout.strip()

    def health(self, service: str) -> str:
        """What the engine says of a service's health check."""
        return docker("inspect", "--format", "{{.State.Health.Status}}", self.container(service)).stdout.strip()

    def address(self, service: str) -> str:
        """Where a service is reached from this machine."""
        return f"http://localhost:{self.ports[service]}"


def described() -> Stack:
    """The stack under a name and ports of the test's own; nothing of it is built or runs yet."""
    return Stack(
        f"promptory-test-{os.getpid()}", {service: free_port() for service in ("dashboard", "webserver", "s3")}
    )


@contextmanager
def running() -> Iterator[Stack]:
    """The stack; taken down with its data at the end."""
    stack = described()
    try:
        stack.run("up", "--detach", "--build")
        yield stack
    finally:
        stack.run("down", "--volumes", "--timeout", "5")


def _compose() -> list[str] | None:
    if DOCKER and docker("compose", "version", check=False).returncode == 0:
        return [DOCKER, "compose"]
    program = shutil.which("docker-compose")
    return [program] if program else None
