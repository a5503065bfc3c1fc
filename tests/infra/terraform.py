"""Terraform over a copy of the configuration, against an emulated AWS."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIGURATION = Path(__file__).parents[2] / "infra" / "terraform"
VARIABLES = Path(__file__).parent / "variables"
_NOT_COPIED = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfplan", "tests", "account", "environments")


_running: set[subprocess.Popen[str]] = set()


class TerraformFailedError(AssertionError):
    """Terraform ended with an error, or did not end in time; carries what it said."""


@dataclass(frozen=True)
class Terraform:
    """One working copy with its own state; its calls are signed with `key`."""

    folder: Path
    endpoint: str
    variables: tuple[str, ...] = ()
    key: str = "administrator"

    @classmethod
    def copy(
        cls, folder: Path, endpoint: str, *, variables: Iterable[str], source: Path = CONFIGURATION
    ) -> "Terraform":
        """Copy a configuration to a folder and set it up there; the state is a file in it."""
        shutil.copytree(source, folder, ignore=_NOT_COPIED)
        (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
        copy = cls(folder, endpoint, tuple(variables))
        plugins = os.environ.get("TF_PLUGIN_DIR")
        copy.run("init", "-input=false", *([f"-plugin-dir={plugins}"] if plugins else []))
        return copy

    def apply(self, **variables: str) -> None:
        """Make the world as the configuration says."""
        self.run("apply", "-input=false", "-auto-approve", "-parallelism=30", *self._variables(variables))

    def changes(self, **variables: str) -> list[str]:
        """What a plan would change: the addresses, each with what would be done."""
        plan = self.folder / "changes.tfplan"
        self.run("plan", "-input=false", "-detailed-exitcode", f"-out={plan}", *self._variables(variables), good=(0, 2))
        changes = json.loads(self.run("show", "-json", str(plan)))
        planned = changes.get("resource_changes", []) + [
            {"address": f"output.{name}", "change": change}
            for name, change in changes.get("output_changes", {}).items()
        ]
        return [
            f"{change['address']}: {'+'.join(change['change']['actions'])}"
            for change in planned
            if change["change"]["actions"] not in (["no-op"], ["read"])
        ]

    def destroy(self, **variables: str) -> None:
        """Take the world away."""
        self.run("destroy", "-input=false", "-auto-approve", "-parallelism=30", *self._variables(variables))

    def outputs(self) -> dict[str, Any]:
        """The outputs by name."""
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}

    def state(self) -> str:
        """The state file as it lies there, secrets and all if it held any."""
        return (self.folder / "terraform.tfstate").read_text(encoding="utf-8")

    def run(self, *command: str, good: tuple[int, ...] = (0,), timeout: float = 900) -> str:
        """Run one command; its providers end with it, whatever happens."""
        process = subprocess.Popen(
            ["terraform", f"-chdir={self.folder}", *command, *([] if command[0] == "show" else ["-no-color"])],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        _running.add(process)
        try:
            told, _ = process.communicate(timeout=timeout)
        except BaseException as interruption:
            _kill(process)
            told, _ = process.communicate()
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise TerraformFailedError(f"terraform {command[0]} took over {timeout:.0f} s:\n{told}") from None
            raise
        finally:
            _running.discard(process)
        if process.returncode not in good:
            raise TerraformFailedError(f"terraform {command[0]} ended with {process.returncode}:\n{told[-20000:]}")
        return told

    def _variables(self, more: dict[str, str]) -> list[str]:
        return [*self.variables, *(f"-var={name}={value}" for name, value in more.items())]

    def _environment(self) -> dict[str, str]:
        """The emulated AWS is the only one to be reached."""
        return clean_environment() | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def clean_environment() -> dict[str, str]:
    """The caller's variables, without its clouds and its settings of Terraform."""
    ours = ("AWS_", "TF_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def stop_running() -> None:
    """End what still runs, with its providers; for a session that ends before it."""
    for process in tuple(_running):
        _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):  # raised where it has just ended by itself
        os.killpg(process.pid, signal.SIGKILL)
