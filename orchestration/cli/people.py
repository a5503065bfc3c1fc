"""Commands on people who sign in: their passwords."""

import sys
from typing import Annotated

import typer

from orchestration.cli.console import out, ready_database
from schema.database import engine_for
from schema.errors import PromptoryError
from schema.passwords import LONGEST, SHORTEST
from schema.repository.people import set_password
from schema.roles import Role

people = typer.Typer(no_args_is_help=True, help="People who sign in.")


@people.command()
def password(email: Annotated[str, typer.Argument(help="The account's e-mail address.")]) -> None:
    """Give somebody another password, and sign them out everywhere.

    It is asked for without being shown; where nobody is at a terminal, it is the first line of standard input.
    """
    ready_database()
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(given) <= LONGEST:
        raise PromptoryError(f"A password has {SHORTEST} to {LONGEST} characters.")
    if not set_password(engine_for(Role.INGEST), email.strip(), given):
        raise PromptoryError(f"Nobody has the e-mail address {email}.")
    out.print(f"{email} has the new password.", highlight=False, markup=False, soft_wrap=True)


def _asked() -> str:
    return str(typer.prompt("New password", hide_input=True, confirmation_prompt="Once more"))
