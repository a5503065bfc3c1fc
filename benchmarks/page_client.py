"""A browser's side of Streamlit's protocol: open a page in a session, and wait until its script has finished.

The messages are those of the installed Streamlit, which brings the package `websockets` along.
"""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from dashboard.accounts.cookies import cookie_name
from schema.settings import Settings


class PageError(Exception):
    """A page showed a fault, or was not to be had."""


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page as the router offers it, by its address (empty for the first one), and inside of a session by its key."""

    name: str
    address: str
    key: str


class PageSession:
    """A session of one window; what is shown in it belongs to whose cookie it was opened with."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.pages: tuple[MenuPage, ...] = ()
        """All that the viewer may open, as of the last run."""

    async def run(self, address: str, query: str = "") -> float:
        """Ask for a page, and wait until its script has finished; milliseconds. Asked for again, it runs again.

        Raises:
            PageError: the page shows a fault, or is none of the viewer's.
        """
        asked, where = self._request(address, query), f"/{address}?{query}"
        began = time.perf_counter()
        await self._socket.send(asked)
        async for data in self._socket:
            said = ForwardMsg()
            said.ParseFromString(data if isinstance(data, bytes) else data.encode())
            if said.WhichOneof("type") == "script_finished":
                if said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return (time.perf_counter() - began) * 1000
            elif said.HasField("navigation"):
                self.pages = tuple(
                    MenuPage(page.page_name, "" if page.is_default else page.url_pathname, page.page_script_hash)
                    for page in said.navigation.app_pages
                )
            else:
                _refuse_faults(said, where)
        raise PageError(f"{where} ended before it had finished.")

    def _request(self, address: str, query: str) -> bytes:
        asked = BackMsg()
        wanted = asked.rerun_script
        wanted.page_name = address
        wanted.page_script_hash = next((page.key for page in self.pages if page.address == address), "")
        wanted.query_string = query
        wanted.context_info.timezone, wanted.context_info.locale = "UTC", "en-US"
        sent: bytes = asked.SerializeToString()
        return sent


def _refuse_faults(said: ForwardMsg, where: str) -> None:
    if said.HasField("page_not_found"):
        raise PageError(f"{where} is not to be had.")
    element = said.delta.new_element
    if element.WhichOneof("type") == "exception":
        raise PageError(f"{where} raised {element.exception.type}: {element.exception.message}")
    if element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
        raise PageError(f"{where} says: {element.alert.body}")


@asynccontextmanager
async def page_session(url: str, token: str | None) -> AsyncIterator[PageSession]:
    """A new session at a dashboard; `token` is that of whoever is signed in, None is a visitor."""
    headers = {"Cookie": f"{cookie_name(Settings())}={token}"} if token else {}
    async with connect(
        f"{url.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=headers,
        max_size=None,
        proxy=None,
        open_timeout=60,
    ) as socket:
        yield PageSession(socket)


def p95(times: Iterable[float]) -> float:
    """The 95th percentile: of twenty times the slowest."""
    ordered = sorted(times)
    return ordered[int(len(ordered) * 0.95)]
