"""The command line's table of contents."""

import typer

from orchestration.cli import imports, library, load
from orchestration.cli.console import CommandGroup
from orchestration.cli.database import db
from orchestration.cli.demo import demo
from orchestration.cli.duplicates import duplicates
from orchestration.cli.evaluate import evaluate
from orchestration.cli.lake import lake
from orchestration.cli.people import people
from orchestration.cli.plans import plans
from orchestration.cli.refresh import docs, refresh
from orchestration.cli.serve import serve
from orchestration.cli.simulate import simulate

app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Promptory: import prompt collections, load activity and billing, rank, search and recommend.\n\n"
    "Works on the embedded PostgreSQL under PROMPTORY_HOME (.promptory), or on PROMPTORY_DATABASE_URL.",
)

app.command()(demo)
app.command()(serve)
app.command()(simulate)
app.command("import")(imports.import_)
app.command("load-users")(load.load_users_)
app.command("load-activity")(load.load_activity_)
app.command("load-subscriptions")(load.load_subscriptions_)
app.command()(library.rejections)
app.command("retry-rejections")(load.retry_rejections)
app.command()(imports.export)
app.command()(refresh)
app.command()(docs)
app.command()(library.search)
app.command()(library.recommend)
app.command()(library.similar)
app.command()(library.status)
app.add_typer(imports.imports, name="imports")
app.add_typer(duplicates, name="duplicates")
app.add_typer(people, name="people")
app.add_typer(plans, name="plans")
app.add_typer(evaluate, name="evaluate")
app.add_typer(lake, name="lake")
app.add_typer(db, name="db")


def run() -> None:
    """Entry point of the console script."""
    app()
