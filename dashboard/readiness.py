"""The address /ready: whether this dashboard can log in to its database. A rollout asks it.

The load balancer does not: it would replace every task while the database is away, and none would be any better.
"""

import time
from collections.abc import Callable

import anyio
import psycopg
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.database import database_url
from schema.errors import DatabaseError
from schema.roles import Role

READY = "/ready"
_SECONDS = 2
_KNOWN_FOR = 1.0


class Readiness:
    """What a check says. However many ask, it runs once a second at most, and never twice at a time."""

    def __init__(self, check: Callable[[], bool]) -> None:
        self._check = check
        self._turn = anyio.Lock()
        self._is_ready = False
        self._until = 0.0

    async def is_ready(self) -> bool:
        """What the check says now, or said within the last second."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._is_ready = await run_sync(self._check)
                self._until = time.monotonic() + _KNOWN_FOR
            return self._is_ready


def can_log_in() -> bool:
    """Whether the database lets the dashboard in, by a new connection: those that are open outlive a password."""
    try:
        address = database_url().set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c role={Role.DASHBOARD} -c statement_timeout={_SECONDS}s"
        with psycopg.connect(address, connect_timeout=_SECONDS, options=options) as connection:
            connection.execute("SELECT 1")
    except (psycopg.Error, DatabaseError):
        return False
    return True


def ready_route() -> Route:
    """The route beside Streamlit's. It tells nothing but its status: anybody may ask."""
    readiness = Readiness(can_log_in)

    async def endpoint(_request: Request) -> Response:
        status = 200 if await readiness.is_ready() else 503
        return Response(status_code=status, headers={"Cache-Control": "no-store"})

    return Route(READY, endpoint, methods=["GET"])
