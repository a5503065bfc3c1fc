"""What people read when something is wrong, and the way on."""

import time
from collections.abc import Callable

import streamlit as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dashboard.components import plain
from dashboard.translation import _
from dashboard.translation.faults import translated
from schema.database import engine_for
from schema.errors import DatabaseError
from schema.roles import Role

_LOOKS_EVERY_SECONDS = 4


def show_fault(message: str) -> None:
    """An expected fault in words, and a way to go on."""
    st.error(plain(translated(message), 600), icon=":material/error:")
    st.button(_("Try again"), icon=":material/refresh:")


def wait_for_database(fault: OperationalError | DatabaseError) -> None:
    """Say that the database is away; the page goes on by itself once it is back."""
    if isinstance(fault, DatabaseError):
        show_fault(str(fault))
    else:
        show_fault(_("The database does not answer at the moment. This page goes on by itself as soon as it does."))
    go_on_once(_database_answers)


def go_on_once(answers: Callable[[], bool]) -> None:
    """Run the page anew as soon as what it lacks is there; it is asked every few seconds."""
    _look(answers, time.monotonic())


@st.fragment(run_every=_LOOKS_EVERY_SECONDS)
def _look(answers: Callable[[], bool], since: float) -> None:
    # Not in the run that has just failed: a fault of one query would let the page run for ever.
    if time.monotonic() - since >= _LOOKS_EVERY_SECONDS / 2 and answers():
        st.rerun()


def _database_answers() -> bool:
    try:
        with engine_for(Role.DASHBOARD).connect() as connection:
            connection.execute(text("SELECT 1"))
    except (OperationalError, DatabaseError):
        return False
    return True
