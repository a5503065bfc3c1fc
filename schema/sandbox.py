"""One statement that an analyst typed: run where it can read the marts and do nothing else, within bounds.

What keeps other data out is the login (`schema.database.analyst_url`): it has no rights but those of the analysts, and
is a member of no role that it could take. Bounds keep the machine and this process well: a read-only transaction, a
time limit at the server and here, a cursor that stops fetching, and values that are cut before they leave the server.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import BoundedSemaphore, Event, Thread, Timer
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import URL

from schema.errors import PromptoryError
from schema.roles import Role

AT_ONCE = 4
"""Statements of all people that one process runs at a time."""
MAX_COLUMNS = 200
_CELLS_A_FETCH = 500
_WAIT_SECONDS = 5

# Types whose values are short by nature, by their fixed OIDs; of numeric, which is short in practice, as numbers.
_SHORT = frozenset({16, 20, 21, 23, 26, 700, 701, 1082, 1114, 1184, 1700})
_OK = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_SYNTAX_ERROR, _CANCELED, _FORBIDDEN = "42601", "57014", "42501"

_NO_MORE = "The statement was stopped."
_NO_READING = (
    "Only statements that read are run here: one SELECT, WITH, VALUES or TABLE, and no comment after its semicolon."
)

_SETTINGS = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "lock_timeout": "2s",
    "max_parallel_workers_per_gather": "0",
    "search_path": "analytics",
    "timezone": "UTC",
    "work_mem": "16MB",
}

# A superuser is a member of every role.
_OTHER_ROLES = """
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_roles AS r
    WHERE r.rolname NOT IN (session_user, %s) AND pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
)
"""

_turns = BoundedSemaphore(AT_ONCE)


class StatementError(PromptoryError):
    """A statement that was not run to its end, and why.

    `position` is the place of the fault in the statement, from 1 on; None where the server names none.
    """

    def __init__(self, sentence: str, position: int | None = None) -> None:
        super().__init__(sentence)
        self.position = position


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a statement may go: rows, seconds, characters of a value, and bytes of all values."""

    rows: int = 1000
    seconds: float = 20
    characters: int = 10_000
    megabytes: int = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement. `is_cut` says that there are more; names of columns may repeat."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool
    seconds: float


class RunningStatement:
    """A statement on a thread of its own, begun when this is made, so that whoever asked can turn away."""

    def __init__(self, url: URL, statement: str, limits: Limits | None = None) -> None:
        self._url, self._limits = url, limits or Limits()
        # A closing semicolon is no part of it.
        self._statement = statement.rstrip().rstrip(";").rstrip()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._done, self._left = Event(), Event()
        self._is_too_much = False
        self._answer: Answer | None = None
        self._fault: Exception | None = None
        self._began = time.monotonic()
        Thread(target=self._work, name="statement", daemon=True).start()

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self._began

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; whether it is done."""
        return self._done.wait(seconds)

    def cancel(self) -> None:
        """Let the server stop it, if it is not done."""
        self._left.set()
        if not self._done.is_set() and self._connection is not None:
            _stop(self._connection)

    def answer(self) -> Answer:
        """What it found; waits for its end.

        Raises:
            StatementError: it is not one statement that reads, is wrong, may not read what it names, or went too far.
        """
        self._done.wait()
        if self._fault is not None:
            raise self._fault
        assert self._answer is not None
        return self._answer

    def _work(self) -> None:
        try:
            self._answer = self._ask()
        except psycopg.Error as error:
            self._fault = self._in_words(error)
        except Exception as error:
            self._fault = error
        finally:
            self._done.set()

    def _ask(self) -> Answer:
        with _turn(), _connected(self._url, self._limits.seconds) as connection:
            self._connection = connection
            # A statement can lift the server's limit for what comes after it, but not this one.
            watchdog = Timer(self._limits.seconds + 1, _stop, [connection])
            watchdog.daemon = True
            watchdog.start()
            try:
                if self._left.is_set():
                    raise StatementError(_NO_MORE)
                columns = self._open_cursor(connection)
                rows = self._fetch(connection, len(columns))
            finally:
                watchdog.cancel()
        is_cut = len(rows) > self._limits.rows or self._is_too_much
        return Answer(columns, rows[: self._limits.rows], is_cut, self.seconds)

    def _open_cursor(self, connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        """Let the server look at the statement as it was typed, then declare a cursor over it; returns its columns."""
        typed = self._statement.encode(errors="replace")
        _refuse(connection.pgconn.prepare(b"typed", typed))
        described = connection.pgconn.describe_prepared(b"typed")
        _refuse(described)
        if not described.nfields:
            raise StatementError(_NO_READING)
        if described.nfields > MAX_COLUMNS:
            raise StatementError(f"This has more than {MAX_COLUMNS} columns; name those that you need.")
        places = range(described.nfields)
        picked = ", ".join(
            f"c{place}" if described.ftype(place) in _SHORT else f"left(c{place}::text, {self._limits.characters})"
            for place in places
        )
        names = ", ".join(f"c{place}" for place in places)
        # It is one whole statement, or the server had refused it: nothing of it reaches beyond the brackets.
        before = f"DECLARE answer NO SCROLL CURSOR FOR SELECT {picked} FROM (\n".encode()
        after = f"\n) AS typed ({names}) LIMIT {self._limits.rows + 1}".encode()
        try:
            connection.execute(before + typed + after, prepare=True)
        except psycopg.errors.SyntaxError:
            raise StatementError(_NO_READING) from None
        return [(described.fname(place) or b"").decode(errors="replace") for place in places]

    def _fetch(self, connection: psycopg.Connection[tuple[Any, ...]], columns: int) -> list[tuple[Any, ...]]:
        """Rows up to one more than the limit, a few at a time, for as long as there is time and room."""
        rows: list[tuple[Any, ...]] = []
        held = 0
        step = max(1, _CELLS_A_FETCH // columns)
        fetch = f"FETCH FORWARD {step} FROM answer".encode()
        while len(rows) <= self._limits.rows:
            if self._left.is_set():
                raise StatementError(_NO_MORE)
            left = max(1, int((self._limits.seconds - self.seconds) * 1000))
            connection.execute(f"SET LOCAL statement_timeout = {left}".encode())
            found = connection.execute(fetch).fetchall()
            rows += found
            held += sum(sys.getsizeof(value) for row in found for value in row)
            self._is_too_much = held > self._limits.megabytes * 1_000_000
            if len(found) < step or self._is_too_much:
                break
        return rows

    def _in_words(self, error: psycopg.Error) -> StatementError:
        state = error.sqlstate or ""
        said = error.diag.message_primary or str(error).strip().splitlines()[0]
        if state == _CANCELED:
            if self._left.is_set():
                return StatementError(_NO_MORE)
            return StatementError(f"The statement took longer than {self._limits.seconds:g} seconds and was stopped.")
        if state == _FORBIDDEN:
            return StatementError(f"The marts are all that can be read here: {said}.")
        if not state and isinstance(error, psycopg.OperationalError):
            return StatementError(f"The connection of the SQL box was lost: {said}.")
        return StatementError(f"The database says: {said}.")


def _refuse(result: pq.abc.PGresult) -> None:
    """Raise what the server has against a statement, with the place that it names."""
    if result.status in _OK:
        return
    state, said, place = (
        (result.error_field(field) or b"").decode(errors="replace")
        for field in (
            pq.DiagnosticField.SQLSTATE,
            pq.DiagnosticField.MESSAGE_PRIMARY,
            pq.DiagnosticField.STATEMENT_POSITION,
        )
    )
    position = int(place) if place else None
    if state == _FORBIDDEN:
        raise StatementError(f"The marts are all that can be read here: {said}.", position)
    if state == _SYNTAX_ERROR and "multiple commands" in said:
        raise StatementError("Only one statement at a time can be run here.", position)
    raise StatementError(f"The database says: {said}.", position)


def _stop(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    # A connection that has just ended cannot be told any more; the statement's own thread says how it went.
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=_WAIT_SECONDS)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_WAIT_SECONDS):
        raise StatementError("Too many statements are running at the moment. Try again in a moment.")
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def _connected(url: URL, seconds: float) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection of the statement's own: whatever it sets or locks ends with it, and nothing is kept."""
    settings = _SETTINGS | {"statement_timeout": f"{int(seconds * 1000)}"}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    address = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
    try:
        connection = psycopg.connect(**address | {"options": options, "connect_timeout": 10})
    except psycopg.OperationalError as error:
        raise _unreachable(error) from None
    try:
        connection.read_only = True
        (is_more,) = connection.execute(_OTHER_ROLES, (Role.ANALYST,)).fetchone() or (True,)
        if is_more:
            raise StatementError(
                "The SQL box is closed: its login may do more than read the marts. Let "
                "PROMPTORY_ANALYST_DATABASE_URL name one that may not."
            )
        yield connection
    finally:
        connection.close()


def _unreachable(error: psycopg.OperationalError) -> StatementError:
    reason = str(error).lower()
    if any(word in reason for word in ("password", "authentication", "not permitted to log in", "does not exist")):
        return StatementError(
            "The SQL box has no login of its own here: give promptory_analyst a password and name it in "
            "PROMPTORY_ANALYST_DATABASE_URL."
        )
    return StatementError("The database does not answer at the moment; try again.")
