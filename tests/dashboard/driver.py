"""Drive the dashboard as a person would."""

import time
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.launch import SCRIPT
from schema.database import engine_for, viewer_session
from schema.repository import sessions
from schema.roles import Role

COOKIE = "cookie"
"""AppTest has no cookies: the fixture in conftest.py takes the token from this secret of an app's own."""


def open_app(**query: str) -> AppTest:
    """A visitor's app."""
    return with_cookie("", **query)


def signed_in(email: str, password: str) -> AppTest:
    """An app whose browser has the cookie that the sign-in form hands out."""
    token = sessions.new_token()
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        found = sessions.authenticate(session, email, password)
        assert found is not None
        sessions.begin_session(session, sessions.token_hash(token), found)
        session.commit()
    return with_cookie(token)


def with_cookie(token: str, **query: str) -> AppTest:
    """An app whose browser shows a token."""
    app = AppTest.from_file(SCRIPT, default_timeout=30)
    app.secrets[COOKIE] = token
    app.query_params.update(query)
    return settled(app)


def page_of(app: AppTest, name: str) -> AppTest:
    return settled(app.switch_page(f"app_pages/{name}.py"))


def settled(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def clicked(app: AppTest, label: str) -> AppTest:
    """Click a button, and wait for the import that it may have begun."""
    button_named(app, label).click()
    settled(app)
    while app.status:
        time.sleep(0.1)
        settled(app)
    return app


def dropped(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drop files on the import page."""
    app.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in files])
    return settled(app)


def frame(app: AppTest, *columns: str) -> Any:
    """The first table that has these columns."""
    return next(table.value for table in app.dataframe if set(columns) <= set(table.value.columns))


def edit(app: AppTest, key: str, row: int, **cells: object) -> AppTest:
    """Change cells of the editable table with a key that begins so; `record.x` is written `record_x`."""
    whole_key = next(one.key for one in app.data_editor if one.key and one.key.startswith(key))
    changed = {row: {name.replace("record_", "record."): value for name, value in cells.items()}}
    app.session_state[whole_key] = {"edited_rows": changed, "added_rows": [], "deleted_rows": []}
    return settled(app)


def button_named(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def texts(app: AppTest) -> list[str]:
    """Every text that is Markdown to Streamlit."""
    lists = (app.markdown, app.caption, app.info, app.success, app.warning, app.error)
    return [str(piece.value) for pieces in lists for piece in pieces]


def titles(app: AppTest) -> list[str]:
    """The titles of prompts that lead to their pages, as Markdown."""
    return [link.label[2:-2] for link in app.page_link if link.label.startswith("**")]


def shown_text(app: AppTest) -> str:
    """All of `texts` as one."""
    return "\n".join(texts(app))
