"""One's own library: what is liked, looked at and written, and nothing of anybody else's."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from tests.dashboard.driver import button_named, open_app, page_of, settled, shown_text, signed_in, titles
from tests.support.library import Library


@pytest.fixture
def ann(configured: Library) -> int:
    account = {"email": "ann@example.com", "name": "Ann", "password": "ann-password"}
    ensure_account(configured.ingest, role=UserRole.USER, tier=Tier.FREE, **account)
    return int(configured.value("SELECT id FROM library.users"))


def my_library(**query: str) -> AppTest:
    app = signed_in("ann@example.com", "ann-password")
    app.query_params.update(query)
    return page_of(app, "my_library")


def fill(app: AppTest, **values: Any) -> AppTest:
    """Fill the form in, by the beginnings of its fields' keys, and save."""
    for fields in (app.text_input, app.text_area, app.multiselect, app.selectbox):
        for field in fields:
            name = str(field.key).partition("-")[0]
            if name in values:
                field.set_value(values[name])
    button_named(app, "Save").click()
    return settled(app)


def test_a_visitor_has_no_library(configured: Library) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_app().switch_page("app_pages/my_library.py")


def test_what_is_liked_stands_on_its_shelf_a_page_at_a_time(configured: Library, ann: int) -> None:
    assert "have not liked" in my_library().info[0].value
    configured.like(ann, *(configured.add_prompt(f"soup {number}") for number in range(14)))
    configured.add_prompt("not liked")
    app = my_library()
    assert len(titles(app)) == 12
    app.button(key="shelf-next").click()
    assert len(titles(settled(app))) == 2
    app.segmented_control(key="shelf").set_value("viewed")
    assert "stands here" in settled(app).info[0].value


def test_a_prompt_is_written_changed_deleted_and_restored(configured: Library, ann: int) -> None:
    app = fill(
        my_library(shelf="own", edit="new"),
        title="Soup",
        text="Boil {{what}} for an hour and taste it before you serve it.",
        tags=["Good Food", "#soup"],
    )
    assert app.title[0].value == "Soup"
    assert "is saved" in app.success[0].value
    (prompt,) = configured.rows("SELECT id, created_by, access, language, variables FROM library.prompts")
    assert prompt[1:] == (ann, "FREE", "en", [{"name": "what", "syntax": "{{}}"}])
    tags = "SELECT t.name FROM library.prompt_tags INNER JOIN library.tags AS t ON t.id = tag_id ORDER BY 1"
    assert configured.rows(tags) == [("good-food",), ("soup",)]

    fill(
        my_library(shelf="own", edit=str(prompt[0])),
        text="Boil {{what}} for two hours and taste it before you serve it.",
        access="PRO",
    )
    assert configured.rows("SELECT version, prompt_text FROM library.prompt_versions") == [
        (1, "Boil {{what}} for an hour and taste it before you serve it.")
    ]
    assert configured.value("SELECT access FROM library.prompts") == "PRO"

    app = my_library(shelf="own", edit=str(prompt[0]))
    button_named(app, "Delete").click()
    settled(app)
    assert "is deleted" in app.success[0].value
    assert titles(app) == []
    assert "can be restored until" in shown_text(app)
    button_named(app, "Restore").click()
    assert titles(settled(app)) == ["Soup"]
    assert configured.value("SELECT archived_at FROM library.prompts") is None


def test_what_is_wrong_is_told_beside_the_form_and_what_was_written_stays(configured: Library, ann: int) -> None:
    configured.add_prompt("stew")
    app = fill(my_library(shelf="own", edit="new"), title="Mine", text="text of stew\n")
    assert "has a prompt with this text already" in app.error[0].value
    assert titles(app) == ["stew"], "the other is a click away"
    assert app.text_area(key="text-new").value == "text of stew\n"
    fill(app, title=" ")
    assert "needs a title and a text" in app.error[0].value
    assert configured.value("SELECT count(*) FROM library.prompts") == 1


@pytest.mark.parametrize("text", ["' OR 1=1 --", "'; DROP TABLE library.prompts; --", "$$; DELETE FROM library.users"])
def test_sql_in_a_field_is_a_text(configured: Library, ann: int, text: str) -> None:
    fill(my_library(shelf="own", edit="new"), title=text, text=f"{text} {{{{x}}}}", description=text, tags=[text])
    assert configured.rows("SELECT title, prompt_text, description, created_by FROM library.prompts") == [
        (text, f"{text} {{{{x}}}}", text, ann)
    ]


@pytest.mark.parametrize("asked", ["{id}", "999", "x", "1;DROP TABLE", "-1", "9" * 30])
def test_another_persons_prompt_is_not_changed_by_its_address(configured: Library, ann: int, asked: str) -> None:
    eve = configured.add_user("eve@example.com")
    prompt = configured.add_prompt("hers", creator=eve)
    app = my_library(shelf="own", edit=asked.format(id=prompt))
    assert "somebody else" in app.info[0].value
    assert not app.text_area
    assert titles(app) == []


def test_a_form_that_was_open_changes_nothing_once_the_prompt_is_somebody_elses(configured: Library, ann: int) -> None:
    prompt = configured.add_prompt("mine", creator=ann)
    app = my_library(shelf="own", edit=str(prompt))
    configured.do("UPDATE library.prompts SET created_by = :eve", eve=configured.add_user("eve@example.com"))
    fill(app, text="forged")
    assert configured.value("SELECT prompt_text FROM library.prompts") == "text of mine"
