"""A reader says that a recommendation is not for them, and takes it back."""

import pytest

from tests.dashboard.driver import settled, shown_text, signed_in

pytestmark = pytest.mark.usefixtures("warehouse")


def test_what_is_not_for_a_reader_goes_and_comes_back() -> None:
    app = signed_in("free@example.com", "free-password")
    assert not any(one.label == "Not for me" for one in app.expander)
    hide = next(button for button in app.button if button.label == "Not for me")
    prompt = str(hide.key).removeprefix("hide-")
    hide.click()
    settled(app)
    assert f"hide-{prompt}" not in [button.key for button in app.button]
    assert any(one.label == "Not for me" for one in app.expander)
    assert "These prompts are not recommended to you" in shown_text(app)
    app.button(key=f"unhide-{prompt}").click()
    settled(app)
    assert f"hide-{prompt}" in [button.key for button in app.button]
    assert not any(one.label == "Not for me" for one in app.expander)
