"""The command that serves the dashboard alone, as a container does."""

import os

from dashboard import launch
from schema.settings import get_settings


def serve() -> None:
    """Serve the dashboard, on a library that was set up: by `promptory db prepare`, or `db upgrade`."""
    settings = get_settings()
    command = launch.command(settings)
    # In the place of this process: what stops a container stops the server then.
    os.execvpe(command[0], command, dict(os.environ) | launch.environment(settings))  # noqa: S606 (our own command)
