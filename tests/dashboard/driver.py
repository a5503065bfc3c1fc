"""Drive the dashboard as a person would."""

from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.launch import APP


def open_app(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=30)
    app.query_params.update(query)
    return settled(app)


def signed_in(email: str, password: str) -> AppTest:
    app = open_app().switch_page("app_pages/sign_in.py").run()
    app.text_input(key="email").input(email)
    app.text_input(key="password").input(password)
    app.button[0].click()
    return settled(app)


def page_of(app: AppTest, name: str) -> AppTest:
    return settled(app.switch_page(f"app_pages/{name}.py"))


def settled(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def button_named(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def texts(app: AppTest) -> list[str]:
    """Every text that is Markdown to Streamlit."""
    lists = (app.markdown, app.caption, app.info, app.error)
    return [str(piece.value) for pieces in lists for piece in pieces]


def shown_text(app: AppTest) -> str:
    """All of `texts` as one."""
    return "\n".join(texts(app))
