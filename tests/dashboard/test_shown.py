"""What Discover tells the library: each list once, searches as events, and never at the page's cost."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import shown
from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from tests.dashboard.driver import open_app, settled, signed_in
from tests.support.library import Library

LISTS = "SELECT surface, user_id FROM library.shown_lists ORDER BY shown_at, surface"
SEARCHES = "SELECT query, result_count, user_id FROM library.activity_events ORDER BY occurred_at"


@pytest.fixture
def prompts(configured: Library) -> list[int]:
    """Fourteen prompts of soup: one page and two more."""
    return [configured.add_prompt(f"soup {number}") for number in range(14)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches are told without a wait for more letters."""
    monkeypatch.setattr(shown, "SETTLES_AFTER", timedelta(0))


def searched(app: AppTest, words: str) -> AppTest:
    app.text_input(key="q").input(words)
    return settled(app)


def test_a_rerun_that_shows_the_same_is_no_new_impression(configured: Library, prompts: list[int]) -> None:
    app = settled(settled(open_app()))
    assert configured.rows(LISTS) == [("new", None)]
    places = "SELECT prompt_id, place FROM library.impressions ORDER BY place"
    assert configured.rows(places) == [(prompt, place) for place, prompt in enumerate(prompts[:1:-1], 1)]
    app.button(key="turn-next").click()
    settled(app)
    assert configured.rows(f"{places} OFFSET 12") == [(prompts[1], 13), (prompts[0], 14)]


@pytest.mark.usefixtures("at_once")
def test_a_search_is_one_event_over_all_its_pages(configured: Library, prompts: list[int]) -> None:
    account = {"email": "ann@example.com", "name": "Ann", "password": "ann-password"}
    ensure_account(configured.ingest, role=UserRole.USER, tier=Tier.FREE, **account)
    ann = configured.value("SELECT id FROM library.users")
    app = searched(signed_in("ann@example.com", "ann-password"), "soup")
    app.button(key="turn-next").click()
    settled(app)
    assert configured.rows(SEARCHES) == [("soup", 14, ann)]
    searched(app, "zzzz")
    assert configured.rows(SEARCHES) == [("soup", 14, ann), ("zzzz", 0, ann)]
    lists = "SELECT count(DISTINCT search_event_id), count(*) FROM library.shown_lists WHERE surface = 'search'"
    assert configured.rows(lists) == [(1, 2)]


def test_of_a_search_that_is_typed_letter_by_letter_the_last_is_told(
    configured: Library, prompts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app()
    for words in ("s", "so", "sou", "soup"):
        searched(app, words)
    assert configured.rows(SEARCHES) == []
    monkeypatch.setattr(shown, "SETTLES_AFTER", timedelta(0))
    settled(settled(app))
    assert configured.rows(SEARCHES) == [("soup", 14, None)]
    assert configured.rows(LISTS) == [("new", None), ("search", None)]


def test_a_page_is_shown_although_nothing_can_be_recorded(
    configured: Library, prompts: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    configured.do("DROP FUNCTION library.record_shown")
    assert len(settled(open_app()).code) == 12
    assert "not_recorded" in capsys.readouterr().out
