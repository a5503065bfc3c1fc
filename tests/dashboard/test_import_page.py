"""Importing through the dashboard, and pages of a library that is not built yet."""

import pytest
from streamlit.testing.v1 import AppTest

from schema.models import Tier, UserRole
from schema.repository.history import recent_batches
from schema.repository.people import authenticate, ensure_account
from schema.repository.prompts import fetch_prompts
from tests.dashboard.driver import button_named, page_of, settled, signed_in
from tests.support.library import Library

COLLECTION = b"title,prompt,tags\n=1+1,A prompt that the dashboard's tests import,tests\nNo text,,tests\n"


def make_curator(library: Library, role: UserRole = UserRole.ADMIN) -> None:
    account = {"email": "curator@example.com", "name": "Curator", "password": "curator-password"}
    ensure_account(library.ingest, role=role, tier=Tier.FREE, **account)


@pytest.fixture
def curator(configured: Library) -> AppTest:
    make_curator(configured)
    return signed_in("curator@example.com", "curator-password")


def test_a_curator_looks_at_a_file_and_imports_it(curator: AppTest) -> None:
    app = page_of(curator, "import_prompts")
    app.file_uploader[0].set_value(("dashboard tests.csv", COLLECTION, "text/csv"))
    settled(app)
    assert app.text_input[0].value == "dashboard tests"
    records, columns, faults = (app.dataframe[number].value for number in range(3))
    assert list(records.Title) == ["=1+1"]
    assert dict(zip(columns.Column, columns.Meaning, strict=True))["prompt"] == "prompt"
    assert faults.values.tolist() == [[2, "has no prompt text"]]
    button_named(app, "Import").click()
    settled(app)
    result, refused, history = (app.dataframe[number].value for number in range(3))
    assert result[["found", "inserted", "rejected"]].values.tolist() == [[2, 1, 1]]
    assert result.File.tolist() == ["dashboard tests.csv"]
    assert refused[["Row", "Reason"]].values.tolist() == [[2, "has no prompt text"]]
    assert history.Collection.iloc[0] == "dashboard tests"


def test_a_file_without_prompts_is_refused_before_the_import(curator: AppTest) -> None:
    app = page_of(curator, "import_prompts")
    app.file_uploader[0].set_value(("../../numbers.csv", b"a,b\n1,2\n", "text/csv"))
    settled(app)
    assert "could hold a prompt" in app.error[0].value
    assert "/tmp" not in app.error[0].value
    assert button_named(app, "Import").disabled


def test_a_file_that_breaks_off_imports_nothing_and_the_history_says_why(curator: AppTest, configured: Library) -> None:
    rows = "".join(f"title {number},prompt {number} {'x' * 100}\n" for number in range(400))
    app = page_of(curator, "import_prompts")
    app.file_uploader[0].set_value(
        ("broken.csv", b"title,prompt\n" + rows.encode() + b"caf\xe9,not UTF-8\n", "text/csv")
    )
    settled(app)
    button_named(app, "Import").click()
    settled(app)
    assert "is not UTF" in app.error[0].value
    assert app.status[0].label == "Nothing was imported."
    assert app.dataframe[-1].value.Status.tolist() == ["Failed"]
    with configured.viewer(None) as session:
        assert fetch_prompts(session) == []


def test_the_history_names_the_curator_and_is_hidden_from_visitors(curator: AppTest, configured: Library) -> None:
    app = page_of(curator, "import_prompts")
    app.file_uploader[0].set_value(("a.csv", COLLECTION, "text/csv"))
    settled(app)
    button_named(app, "Import").click()
    settled(app)
    with configured.viewer(None) as session:
        assert recent_batches(session) == []
        curator_id = authenticate(session, "curator@example.com", "curator-password")
    assert configured.rows("SELECT started_by FROM library.import_batches") == [(curator_id,)]


def test_two_files_of_one_name_are_imported_together(curator: AppTest) -> None:
    app = page_of(curator, "import_prompts")
    app.file_uploader[0].set_value([("a.csv", COLLECTION, "text/csv"), ("a.csv", b"prompt\nanother\n", "text/csv")])
    settled(app)
    button_named(app, "Import").click()
    settled(app)
    assert app.dataframe[0].value.inserted.tolist() == [1, 1]


def test_whoever_stops_being_a_curator_loses_the_page_they_are_on(curator: AppTest, configured: Library) -> None:
    app = page_of(curator, "import_prompts")
    assert app.title[0].value == "Import prompts"
    make_curator(configured, UserRole.USER)
    assert settled(app).title[0].value == "Discover"


def test_whoever_is_deleted_is_a_visitor(curator: AppTest, configured: Library) -> None:
    configured.do("DELETE FROM library.users")
    app = settled(page_of(curator, "discover"))
    assert not app.sidebar.button


@pytest.mark.parametrize("page", ["tags", "rankings", "subscriptions"])
def test_a_page_whose_marts_are_not_built_says_what_to_do(curator: AppTest, page: str) -> None:
    assert "promptory refresh" in page_of(curator, page).error[0].value.replace("\\", "")


def test_an_empty_library_says_where_prompts_come_from(curator: AppTest) -> None:
    hints = [hint.value for hint in page_of(curator, "discover").info]
    assert any("Recommendations appear" in hint for hint in hints)
    assert any("The library is empty" in hint for hint in hints)
