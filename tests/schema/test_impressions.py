"""What is recorded of shown lists and clicks: by whom, once, and without waiting."""

import threading
import uuid
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from ingest import keep_months
from schema.models import Action, Surface
from schema.repository.impressions import Asked, PlacedPrompt, Shown, record_click, record_shown
from schema.roles import Role
from tests.support.library import Library

REVISION = "SELECT revision FROM library.activity_days WHERE activity_date = cast(now() AT TIME ZONE 'UTC' AS date)"
EVENTS = "SELECT event_type, user_id, session_id, query, result_count, prompt_id, position FROM library.activity_events"


def a_list(surface: Surface, *prompts: int, first_place: int = 1) -> Shown:
    return Shown(
        uuid.uuid4(), surface, tuple(PlacedPrompt(one, place) for place, one in enumerate(prompts, first_place))
    )


def show(library: Library, person: int | None, *lists: Shown, asked: Asked | None = None) -> datetime:
    with library.viewer(person) as session:
        shown_at = record_shown(session, lists, asked=asked)
        session.commit()
    return shown_at


def click(library: Library, person: int | None, shown: Shown, shown_at: datetime, prompt: int) -> None:
    with library.viewer(person) as session:
        record_click(session, shown.list_id, shown_at, prompt, Action.OPEN)
        session.commit()


def test_a_page_is_recorded_for_its_reader_and_a_search_names_the_first_prompt_that_is_opened(library: Library) -> None:
    ann = library.add_user("ann@example.com")
    soup, stew = library.add_prompt("soup"), library.add_prompt("stew")
    found, asked = a_list(Surface.SEARCH, soup, stew, first_place=13), Asked(uuid.uuid4(), "visit", "warm", 14)
    shown_at = show(library, ann, found, asked=asked)
    first_revision = library.value(REVISION)
    assert library.rows(EVENTS) == [("search", ann, "visit", "warm", 14, None, None)]
    for prompt in (stew, stew, soup):
        click(library, ann, found, shown_at, prompt)
    assert library.rows(EVENTS) == [("search", ann, "visit", "warm", 14, stew, 14)]
    assert library.value(REVISION) > first_revision
    assert library.rows("SELECT prompt_id, action FROM library.impression_clicks ORDER BY 1") == [
        (soup, "open"), (stew, "open"),
    ]  # fmt: skip
    assert library.rows("SELECT surface, user_id, search_event_id FROM library.shown_lists", Role.DBT) == [
        ("search", ann, asked.search_id)
    ]
    assert library.rows("SELECT prompt_id, place FROM library.impressions ORDER BY 2") == [(soup, 13), (stew, 14)]


def test_a_visitor_is_recorded_without_a_person_and_lists_of_others_are_not_clicked(library: Library) -> None:
    ann, soup = library.add_user("ann@example.com"), library.add_prompt("soup")
    trending, new = a_list(Surface.TRENDING, soup), a_list(Surface.NEW, soup)
    shown_at = show(library, None, trending, new)
    click(library, ann, trending, shown_at, soup)
    assert library.rows("SELECT surface, user_id FROM library.shown_lists ORDER BY 1") == [
        ("new", None), ("trending", None),
    ]  # fmt: skip
    assert library.value("SELECT count(*) FROM library.impression_clicks") == 0
    click(library, None, trending, shown_at, soup)
    assert library.value("SELECT count(*) FROM library.impression_clicks") == 1


@pytest.mark.parametrize("table", ["shown_lists", "impressions", "impression_clicks"])
@pytest.mark.parametrize("statement", ["SELECT * FROM library.{}", "DELETE FROM library.{}"])
def test_the_dashboards_role_reads_and_changes_nothing_of_it(library: Library, table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        library.rows(statement.format(table), Role.DASHBOARD)


def test_a_day_that_a_load_holds_is_not_waited_for(library: Library) -> None:
    soup = library.add_prompt("soup")
    show(library, None, a_list(Surface.NEW, soup))
    held, done = threading.Event(), threading.Event()

    def load() -> None:
        with library.ingest.begin() as connection:
            connection.execute(text("UPDATE library.activity_days SET revision = revision"))
            held.set()
            done.wait(10)

    loading = threading.Thread(target=load)
    loading.start()
    try:
        assert held.wait(10)
        with pytest.raises(OperationalError, match="lock timeout"):
            show(library, None, a_list(Surface.NEW, soup))
    finally:
        done.set()
        loading.join()
    assert library.value("SELECT count(*) FROM library.shown_lists") == 1


def test_months_are_made_ahead_and_dropped_with_those_of_the_ledger(library: Library) -> None:
    library.do("SELECT library.ensure_impression_partitions('2020-01-31', '2020-02-01')")
    months = "SELECT relname FROM pg_class WHERE relname LIKE 'impressions\\_20%' AND relkind = 'r' ORDER BY 1"
    assert library.rows(months) == [("impressions_2020_01",), ("impressions_2020_02",)]
    keep_months(library.ingest, 1)
    left = [name for (name,) in library.rows(months)]
    assert "impressions_2020_02" not in left
    assert len(left) == 4
