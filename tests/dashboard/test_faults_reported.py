"""Faults of pages and forms are reported and logged, without what people wrote; what they are told of is not."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from orchestration.serve import dashboard_server, running
from schema.settings import Settings
from tests.dashboard.driver import shown_text, with_cookie
from tests.schema.test_logs import PRODUCTION
from tests.support.dashboard import Site
from tests.support.library import Library
from tests.support.metrics import metrics_in
from tests.support.sentry import collected, events_in, sentry_server
from tests.support.servers import free_port

ADDRESS, TEXT = "mina.park@example.com", "a secret recipe"


def test_a_database_that_is_away_is_told_to_the_reader_and_not_reported(
    configured: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTORY_DATABASE_URL", f"postgresql://postgres@127.0.0.1:{free_port()}/library")
    with collected(monkeypatch) as reports:
        assert "does not answer" in shown_text(with_cookie("", q=TEXT))
    assert reports.events == []


def test_a_database_that_is_there_and_fails_is_reported_too(
    configured: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured.do("""
        CREATE OR REPLACE FUNCTION library.touch_session(session_hash bytea) RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'no space left for Mina'; END $$
    """)
    with collected(monkeypatch) as reports:
        assert "does not answer" in shown_text(with_cookie("a token", q=TEXT))
    [event] = reports.events
    assert event["exception"]["values"][0]["type"] == "DiskFull"
    assert "Mina" not in "".join(reports.sent)


@pytest.fixture
def production(configured: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, list[str], Path]]:
    """A dashboard as it is deployed, the envelopes that it sends, and what it writes."""
    with sentry_server() as (address, came):
        told = PRODUCTION | {"SENTRY_DSN": address, "PROMPTORY_DEPLOYMENT": "staging", "PROMPTORY_LOG_LEVEL": "WARNING"}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        server = dashboard_server(Settings(dashboard_port=free_port()), dict(os.environ))
        with running([server]):
            yield Site(server.health.removesuffix("/_stcore/health")), came, server.log


def run_page(site: Site, query: str) -> None:
    """Open Discover as a browser does, and wait until its script has run."""
    address = site.url.replace("http", "ws") + "/_stcore/stream"
    asked = BackMsg(rerun_script=ClientState(query_string=f"q={quote_plus(query)}"))
    streamlit = [Subprotocol("streamlit")]
    with connect(address, origin=Origin(site.url), subprotocols=streamlit, max_size=None) as socket:
        socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(bytes(socket.recv(timeout=60, decode=False)))
            if message.WhichOneof("type") == "script_finished":
                return


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_in_production_pages_and_forms_that_fail_leave_reports_and_json_lines_without_data(
    production: tuple[Site, list[str], Path], configured: Library
) -> None:
    site, came, log = production
    run_page(site, TEXT)
    configured.do("ALTER VIEW library.prompt_cards RENAME COLUMN description TO told")
    run_page(site, TEXT)
    configured.do("ALTER TABLE library.sign_in_attempts RENAME TO attempts")
    assert site.post("/sign-in?next=/?q=recipe", {"email": ADDRESS, "password": TEXT}).status == 500
    events = wait_for(came, 2)
    written = log.read_text(encoding="utf-8")
    assert [1 for one in metrics_in(written) if one["SearchMilliseconds"] > 0] == [1, 1]
    faults = [line for line in lines_of(log) if line.get("exception")]
    assert [line["logger"] for line in faults] == ["streamlit.error_util", "uvicorn.error"]
    assert [line["exception"][-1]["class"] for line in faults] == ["sqlalchemy.exc.ProgrammingError"] * 2
    assert [event["exception"]["values"][0]["type"] for event in events] == ["UndefinedColumn", "UndefinedTable"]
    frames = [event["exception"]["values"][-1]["stacktrace"]["frames"] for event in events]
    places = [{frame["filename"] for frame in found if frame["in_app"]} for found in frames]
    assert "dashboard/app_pages/discover.py" in places[0]
    assert "dashboard/accounts/routes.py" in places[1]
    assert {event["environment"] for event in events} == {"staging"}
    for data in (ADDRESS, "mina", TEXT, "recipe"):
        assert data not in "".join(came)
        assert data not in written


def wait_for(came: list[str], many: int) -> list[dict[str, Any]]:
    """The events that came, once there are as many and the log is written, which comes first."""
    until = time.monotonic() + 20
    while len(events_in(came)) < many and time.monotonic() < until:
        time.sleep(0.1)
    return events_in(came)
