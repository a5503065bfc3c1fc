"""The command that sets up and serves the whole product on one machine."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from orchestration import demo as library
from orchestration.cli.console import err, out
from orchestration.serve import check_port, dagster_server, dashboard_server, running, watch
from schema.database import database_url, engine_for
from schema.embedded import make_home
from schema.errors import PromptoryError
from schema.migrations import upgrade
from schema.settings import Settings, get_settings


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the dashboard and Dagster afterwards.")
    ] = True,
    days: Annotated[int, typer.Option(min=7, max=365, help="How many days of activity to simulate.")] = library.DAYS,
) -> None:
    """Set up a library with a starter collection and simulated activity, then serve the dashboard and Dagster.

    A second run starts from what is there. Ctrl-C stops everything.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
    settings = get_settings()
    if settings.environment != "development":
        raise PromptoryError("The demo is for development; PROMPTORY_ENVIRONMENT says production.")
    with _alone(settings):
        if serve:
            check_port(settings.dashboard_port, "PROMPTORY_DASHBOARD_PORT")
            check_port(settings.dagster_port, "PROMPTORY_DAGSTER_PORT")
        started = time.monotonic()
        with err.status("Starting and migrating the database"):
            database_url()
            upgrade(engine_for(None))
            ready = library.is_ready(settings)
        if not ready:
            library.refuse_a_library_in_use(settings)
        if serve or not ready:
            library.end_interrupted_runs(settings)
        if ready:
            library.make_curator(settings)
            err.print("The library is there already; starting from it.")
        else:
            _set_up(settings, days)
        err.print(f"Ready after {time.monotonic() - started:.0f} s.")
        if serve:
            _serve(settings)
        else:
            _tell(settings, served=False)


def _set_up(settings: Settings, days: int) -> None:
    with err.status("Setting up") as status:
        steps = iter(range(1, 10))

        def say(what: str) -> None:
            err.print(f"  {next(steps)}. {what}")
            status.update(f"{what} ...")

        library.set_up(settings, say, days)


def _serve(settings: Settings) -> None:
    environment = library.child_environment(settings)
    servers = [dashboard_server(settings, environment), dagster_server(settings, environment)]
    try:
        err.print("Starting the dashboard and Dagster ...")
        with running(servers) as processes:
            _tell(settings, served=True)
            err.print("Ctrl-C stops everything.")
            watch(servers, processes)
    except KeyboardInterrupt:
        err.print("Stopped.")


def _tell(settings: Settings, *, served: bool) -> None:
    if served:
        out.print(f"Dashboard  http://localhost:{settings.dashboard_port}", highlight=False)
        out.print(f"Dagster    http://localhost:{settings.dagster_port}", highlight=False)
    password = settings.demo_password.get_secret_value()
    out.print(f"Sign in    {library.CURATOR_EMAIL} / {password}", highlight=False, markup=False)
    out.print(f"Data       {settings.home}", highlight=False, markup=False)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One demo at a time in a home."""
    make_home(settings.home)
    lock = FileLock(settings.home / "demo.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise PromptoryError(
            f"Another demo runs in {settings.home}; stop it first, or set PROMPTORY_HOME to another folder."
        ) from None
    with lock:
        yield
