"""The demo: a library with a starter collection and ninety simulated days, brought in through the Dagster assets."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import ingest
from ingest.lake import events_held, lake_in_use
from ingest.simulator import COLLECTION, STARTER, Simulation, simulate, starter_prompts
from orchestration.lib.days import day_range
from schema.database import database_url, engine_for, viewer_session
from schema.errors import PromptoryError
from schema.models import Tier, UserRole
from schema.repository.history import library_counts
from schema.repository.people import ensure_account
from schema.roles import Role
from schema.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

CURATOR_EMAIL = "curator@example.com"
DAYS = 90

Say = Callable[[str], None]


def is_ready(settings: Settings) -> bool:
    """Whether a former demo finished its set-up here, and the database still has it."""
    if not _marker(settings).exists():
        return False
    if lake := lake_in_use():
        return events_held(engine_for(Role.INGEST), lake)[0] > 0
    with viewer_session(engine_for(Role.INGEST), None) as session:
        return library_counts(session)["activity_events"] > 0


def refuse_a_library_in_use(settings: Settings) -> None:
    """Keep simulated people out of a configured database that holds somebody's library.

    Raises:
        PromptoryError: it does, and no former demo put it there.
    """
    with viewer_session(engine_for(Role.INGEST), None) as session:
        held = library_counts(session)["prompts"]
    if settings.database_url is not None and held and not (Path(settings.landing) / "simulation.json").exists():
        raise PromptoryError("The database of PROMPTORY_DATABASE_URL holds a library; the demo wants an empty one.")


def set_up(settings: Settings, say: Say, days: int = DAYS) -> None:
    """Write the files and run the Dagster jobs over them, on a migrated database; safe to repeat when interrupted.

    Raises:
        PromptoryError: one of the jobs failed; the message names the log.
    """
    say(f"Writing {days} simulated days")
    simulation = write_files(settings, days)
    say("Importing the starter collection (Dagster job import_inbox)")
    run_job(settings, "import_inbox")
    say("Loading activity and billing, building the warehouse (Dagster job daily_ingest)")
    run_job(settings, "daily_ingest", simulation.first_day, simulation.last_day)
    make_curator(settings)
    _marker(settings).write_text(datetime.now(UTC).isoformat(), encoding="utf-8")


def make_curator(settings: Settings) -> None:
    """Make the demo curator, or set the password anew."""
    ensure_account(
        engine_for(Role.INGEST),
        email=CURATOR_EMAIL,
        name="Demo Curator",
        password=settings.demo_password.get_secret_value(),
        role=UserRole.ADMIN,
        tier=Tier.PRO,
    )


def write_files(settings: Settings, days: int) -> Simulation:
    """Put the starter collection into the inbox and the simulated application's files into the landing folder.

    The first run fixes the last day, so that a repeated run writes the same events.
    """
    if ingest.is_remote(settings.inbox) or ingest.is_remote(settings.landing):
        raise PromptoryError("The demo needs its folders on this machine: unset PROMPTORY_INBOX and PROMPTORY_LANDING.")
    shutil.copytree(STARTER, Path(settings.inbox) / COLLECTION, dirs_exist_ok=True)
    landing = Path(settings.landing)
    fixed = landing / "simulation.json"
    landing.mkdir(parents=True, exist_ok=True)
    if not fixed.exists():
        fixed.write_text(json.dumps({"last_day": str(simulated_last_day()), "days": days}), encoding="utf-8")
    arguments = json.loads(fixed.read_text(encoding="utf-8"))
    last_day = date.fromisoformat(arguments["last_day"])
    simulation = Simulation(list(starter_prompts()), last_day, arguments["days"])
    simulate(simulation, landing)
    return simulation


def simulated_last_day() -> date:
    """Yesterday: the last day that is whole."""
    return datetime.now(UTC).date() - timedelta(days=1)


def run_job(settings: Settings, name: str, first_day: date | None = None, last_day: date | None = None) -> None:
    """Run a Dagster job here and now, recorded in the instance that the web server shows; its output goes to a log."""
    tags = day_range(str(first_day), str(last_day)) if first_day is not None else {}
    log = settings.home / "logs" / f"{name}.log"
    with _output_to(log), dagster_instance(settings) as instance:
        from orchestration.definitions import defs  # noqa: PLC0415 (takes seconds, and may run dbt)

        result = defs.resolve_job_def(name).execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    if not result.success:
        raise PromptoryError(f"The Dagster job {name} failed; its log is {log}.")


def end_interrupted_runs(settings: Settings) -> None:
    """Declare runs failed that a killed demo left behind: they would take the places of new ones for ever.

    Only the one demo that may run in a home calls this, before anything of its own runs.
    """
    import dagster as dg  # noqa: PLC0415 (takes a second, which other commands need not wait)

    with dagster_instance(settings) as instance:
        statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
        for run in instance.get_runs(dg.RunsFilter(statuses=statuses)):
            instance.report_run_failed(run, "The process that ran this was ended.")


@contextmanager
def dagster_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The instance in Dagster's home, which has the configuration for a laptop."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parents[1] / "infra" / "dagster" / "local.yaml", home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    import dagster as dg  # noqa: PLC0415 (takes a second, which other commands need not wait)

    with dg.DagsterInstance.get() as instance:
        yield instance


def child_environment(settings: Settings) -> dict[str, str]:
    """What the servers need to find the same library."""
    return dict(os.environ) | {
        "DAGSTER_HOME": str(settings.dagster_home),
        "PROMPTORY_HOME": str(settings.home),
        "PROMPTORY_DATABASE_URL": database_url().render_as_string(hide_password=False),
    }


@contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Send what Dagster and dbt print to a file; the terminal is for the person at it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        yield


def _marker(settings: Settings) -> Path:
    return settings.home / "demo-ready"
