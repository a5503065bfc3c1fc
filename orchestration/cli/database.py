"""Commands for the database itself: db upgrade, db prepare, db downgrade, db url, db shell."""

import os
import shutil
import subprocess
from typing import Annotated

import typer
from sqlalchemy import Engine

from orchestration import deployment
from orchestration.cli.console import CommandGroup, out
from schema import migrations
from schema.database import connect, database_url, engine_for, libpq_variables
from schema.embedded import bundled_program
from schema.errors import PromptoryError
from schema.settings import get_settings

db = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Set up, find and open the library database.")


@db.command()
def upgrade() -> None:
    """Bring the database to the current schema; roles and row-level security included."""
    engine = _reachable()
    migrations.upgrade(engine)
    out.print(f"The schema is at revision {migrations.revisions(engine)[0]}.")


@db.command()
def prepare() -> None:
    """Prepare a deployment's database before its services start: schema, logins, first administrator, Dagster's tables.

    The logins and the administrator are those whose passwords the settings hold. Safe to repeat; passwords that changed
    are set anew, but for an administrator's. A schema that a newer release made is left as it is.
    """
    for done in deployment.prepare(_reachable(), get_settings()):
        out.print(done, highlight=False, markup=False, soft_wrap=True)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="The revision to go back to; 'base' removes everything.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: what later revisions hold is lost.")] = False,
) -> None:
    """Take the schema back to a revision."""
    if not yes:
        raise PromptoryError("Going back drops tables and their data; add --yes to do it.")
    migrations.downgrade(_reachable(), revision)
    out.print(f"The schema is back at {revision}.")


@db.command()
def url() -> None:
    """Print the database's address, as psql and other programs take it; with its password, if it has one."""
    _reachable()
    typer.echo(database_url().set(drivername="postgresql").render_as_string(hide_password=False))


@db.command()
def shell() -> None:
    """Open psql on the database."""
    _reachable()
    program = shutil.which("psql") or bundled_program("psql")
    if program is None:
        raise PromptoryError("psql is not on this machine; install PostgreSQL's client, or use `promptory db url`.")
    # By environment, so that the password does not stand in the list of processes.
    os.environ.update(libpq_variables(database_url()))
    raise typer.Exit(subprocess.run([program], check=False).returncode)


def _reachable() -> Engine:
    engine = engine_for(None)
    with connect(engine):
        return engine
