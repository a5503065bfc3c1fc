"""The Explore page: questions to the marts, the SQL box, and views under a name."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.explore.box import pointed
from schema.models import Duty, Tier, UserRole
from schema.repository.people import ensure_account
from tests.dashboard.driver import clicked, frame, page_of, settled, signed_in
from tests.support.library import Library

VIEWS = {
    "mart": "tag_popularity",
    "dimensions": [{"column": "tag_name"}],
    "measures": [{"aggregate": "sum", "column": "views"}],
}


def asking(**question: Any) -> str:
    return json.dumps({"way": "pick", "question": VIEWS | question})


def explore(**query: str) -> AppTest:
    app = signed_in("curator@example.com", "curator-password")
    app.query_params.update(query)
    return page_of(app, "explore")


@pytest.fixture(autouse=True)
def as_it_was(warehouse: Library) -> Iterator[None]:
    """The library is others' too: an analyst and their views go again."""
    yield
    warehouse.do("DELETE FROM library.saved_views")
    warehouse.do("DELETE FROM library.users WHERE email = 'analyst@example.com'")


@pytest.fixture
def page(warehouse: Library) -> AppTest:
    return explore()


def test_what_is_picked_is_what_the_mart_holds(page: AppTest, warehouse: Library) -> None:
    page.selectbox(key="explore-mart").select("tag_popularity")
    settled(page)
    page.multiselect(key="explore-dimensions-tag_popularity").set_value(["tag_name"])
    page.multiselect(key="explore-measures-tag_popularity").set_value(["sum:views", "rows"])
    settled(page)
    wanted = warehouse.rows("""
        SELECT tag_name, sum(views), count(*) FROM analytics.tag_popularity GROUP BY 1 ORDER BY 2 DESC, 1
    """)
    shown = frame(page, "sum_views")
    assert list(shown.itertuples(index=False, name=None)) == wanted
    page.selectbox(key="explore-filter-tag_popularity-0-column").select("tag_name")
    settled(page)
    page.text_input(key="explore-filter-tag_popularity-0-value").input(wanted[0][0])
    assert list(frame(settled(page), "sum_views").tag_name) == [wanted[0][0]]
    page.text_input(key="explore-filter-tag_popularity-0-value").input("' OR true --")
    assert "No row is like this" in settled(page).info[0].value


@pytest.mark.parametrize("shape", ["line", "bar", "heat", "pivot", "table"])
def test_an_address_restores_a_question_and_its_shape(warehouse: Library, shape: str) -> None:
    by_day = [{"column": "activity_date", "grain": "week"}, {"column": "tag_name"}]
    asked = json.loads(asking(dimensions=by_day)) | {"shape": shape}
    page = explore(ask=json.dumps(asked))
    assert page.segmented_control(key="explore-shape").value == shape
    assert list(frame(page, "sum_views").columns) == ["activity_date_week", "tag_name", "sum_views"]
    assert json.loads(page.query_params["ask"])["question"]["dimensions"] == by_day
    assert explore(ask=page.query_params["ask"]).multiselect[0].value == ["activity_date:week", "tag_name"]


@pytest.mark.parametrize(
    "asked",
    [
        "{",
        '{"way": "sql", "statement": 7}',
        asking(mart="users"),
        asking(dimensions=[{"column": "tag_name FROM library.users --"}]),
        asking(take=10**9),
    ],
)
def test_an_address_that_makes_no_sense_breaks_nothing(warehouse: Library, asked: str) -> None:
    assert explore(ask=asked).title[0].value == "Explore"


def test_a_value_of_the_wrong_type_is_told(warehouse: Library) -> None:
    page = explore(ask=asking(filters=[{"column": "views", "operator": "is", "value": "many"}]))
    assert "is no value for" in page.info[0].value


def test_a_question_goes_on_as_sql_and_gives_the_same(warehouse: Library) -> None:
    page = explore(ask=asking())
    picked = frame(page, "sum_views")
    clicked(page, "Go on in the SQL box")
    assert "analytics.tag_popularity" in str(page.text_area[0].value)
    clicked(page, "Run")
    assert list(frame(page, "sum_views").tag_name) == list(picked.tag_name)
    page.text_area[0].input("SELECT nothing FROM tag_popularity")
    clicked(page, "Run")
    assert "column" in page.error[0].value
    assert page.code[0].value == "1: SELECT nothing FROM tag_popularity\n          ^"
    page.text_area[0].input("SELECT email FROM library.users")
    clicked(page, "Run")
    assert "marts are all that can be read" in page.error[0].value


def test_a_column_that_has_the_name_of_the_links_to_prompts_shows_what_was_asked_for(warehouse: Library) -> None:
    page = explore(ask=json.dumps({"way": "sql", "statement": "SELECT 'a text' AS prompt, 7 AS prompt_id"}))
    assert list(frame(clicked(page, "Run"), "prompt").prompt) == ["a text"]


def test_the_place_of_a_fault_is_under_its_letter() -> None:
    assert pointed("SELECT 1,\n\tx FROM t", 12) == "2:  x FROM t\n    ^"
    assert pointed("SELECT " + "a, " * 100 + "b", 308).splitlines()[1].index("^") == 63


def test_a_view_is_saved_shared_opened_by_its_address_and_deleted(warehouse: Library) -> None:
    add_analyst(warehouse)
    page = explore(ask=asking())
    page.text_input[-1].input("Views by tag")
    clicked(page, "Save the view")
    assert "Views by tag" in page.success[0].value
    view_id = page.query_params["view"]
    assert "ask" not in page.query_params, "the view says it all"
    assert explore(view=view_id).multiselect[0].value == ["tag_name"]
    other = signed_in("analyst@example.com", "analyst-password")
    other.query_params["view"] = view_id
    assert "not there any more" in page_of(other, "explore").warning[0].value
    clicked(page, "Share")
    other = signed_in("analyst@example.com", "analyst-password")
    other.query_params["view"] = view_id
    assert page_of(other, "explore").multiselect[0].value == ["tag_name"]
    assert not any(button.label in ("Share no more", "Delete") for button in other.button)
    clicked(page, "Delete")
    assert "is deleted" in page.success[0].value
    assert warehouse.value("SELECT count(*) FROM library.saved_views") == 0


def test_a_view_of_another_making_is_told_and_left(warehouse: Library) -> None:
    warehouse.do("""
        INSERT INTO library.saved_views (owner_id, name, question)
        SELECT id, 'old', '{"way": "pick", "question": {"mart": 7}}'
        FROM library.users WHERE email = 'curator@example.com'
    """)
    view_id = warehouse.value("SELECT id FROM library.saved_views")
    assert "cannot be read any more" in explore(view=str(view_id)).error[0].value


def test_who_is_no_analyst_any_more_runs_nothing(warehouse: Library) -> None:
    add_analyst(warehouse)
    app = signed_in("analyst@example.com", "analyst-password")
    app.query_params["way"] = "sql"
    page_of(app, "explore").text_area[0].input("SELECT 1 AS found")
    warehouse.do("DELETE FROM library.user_duties")
    clicked(app, "Run")
    assert app.title[0].value == "Discover"
    assert not any("found" in table.value.columns for table in app.dataframe)


def add_analyst(library: Library) -> None:
    account = {"email": "analyst@example.com", "name": "analyst", "password": "analyst-password"}
    ensure_account(library.ingest, role=UserRole.USER, tier=Tier.FREE, **account)
    library.do(
        """
        INSERT INTO library.user_duties (user_id, duty)
        SELECT id, :duty FROM library.users WHERE email = 'analyst@example.com' ON CONFLICT DO NOTHING
        """,
        duty=Duty.ANALYST,
    )
