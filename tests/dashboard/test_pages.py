"""The dashboard as people meet it: every page runs against the warehouse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from dashboard import viewer
from dashboard.components import plain
from schema.database import engine_for, viewer_session
from schema.errors import DatabaseError
from schema.repository.metrics import last_tag_day, subscription_days, tag_days, top_prompts
from schema.repository.prompts import fetch_prompts
from schema.repository.quality import last_search_day, search_days, top_zero_result_queries
from schema.repository.recommendations import recommended_prompts
from schema.repository.search import Sort, search_prompts
from schema.roles import Role
from tests.dashboard.driver import (
    COOKIE,
    button_named,
    frame,
    open_app,
    page_of,
    settled,
    shown_text,
    signed_in,
    titles,
    with_cookie,
)

pytestmark = pytest.mark.usefixtures("warehouse")

GUARDED_PAGES = [
    *("rankings", "tags", "creators", "engagement", "subscriptions", "search_quality", "explore"),
    *("import_prompts", "duplicates", "export", "pipeline", "users"),
]


def as_visitor(read: Callable[..., Any], *args: Any, **named: Any) -> Any:
    with viewer_session(engine_for(Role.DASHBOARD), None) as session:
        return read(session, *args, **named)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\\", "") for metric in app.metric}


@pytest.fixture
def curator() -> AppTest:
    return signed_in("curator@example.com", "curator-password")


def test_a_visitor_gets_popular_and_newest_prompts() -> None:
    app = open_app()
    assert [heading.value for heading in app.subheader] == ["Popular this month", "Newest"]
    assert len(as_visitor(recommended_prompts, 0)) == 5
    assert len(titles(app)) == 5 + 12


@pytest.mark.parametrize("page", GUARDED_PAGES)
def test_a_visitor_cannot_reach_a_guarded_page(page: str) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_app().switch_page(f"app_pages/{page}.py")


@pytest.mark.parametrize("page", GUARDED_PAGES)
def test_a_reader_cannot_reach_a_guarded_page(page: str) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        signed_in("pro@example.com", "pro-password").switch_page(f"app_pages/{page}.py")


def test_search_finds_a_prompt_by_a_word_of_its_title() -> None:
    card = as_visitor(fetch_prompts, take=1)[0]
    word = max(card.title.split(), key=len)
    app = open_app()
    app.text_input(key="q").input(word)
    settled(app)
    found = as_visitor(search_prompts, word, take=12)
    assert f"of {found.total} prompts" in shown_text(app)
    assert any(word in title for title in titles(app))


def test_a_misspelt_word_is_corrected_unless_it_is_wanted_as_it_is_written() -> None:
    app = open_app(q="markteing")
    corrected = as_visitor(search_prompts, "markteing", take=12)
    assert corrected.corrected == "marketing"
    assert f"of {corrected.total} prompts" in shown_text(app)
    app.button(key="as-written").click()
    assert "No prompt holds" in settled(app).info[0].value


def test_results_have_the_order_that_the_address_names_and_marks_where_words_stand() -> None:
    newest = as_visitor(search_prompts, "write", sort=Sort.NEW, take=12).cards
    by_relevance = as_visitor(search_prompts, "write", take=12).cards
    assert newest != by_relevance
    app = open_app(q="write", sort="new")
    assert ":orange-background[write" in shown_text(app).lower()
    assert titles(app) == [plain(card.title, 120) for card in newest]


def test_a_search_can_be_shared_by_its_address() -> None:
    found = as_visitor(search_prompts, "", agent_type="IMAGE", take=1)
    assert f"of {found.total} prompts" in shown_text(open_app(type="IMAGE"))


def test_a_search_without_results_says_so_and_shows_what_is_popular() -> None:
    app = open_app(q="zzzzqqqq")
    assert "No prompt holds" in app.info[0].value
    assert [heading.value for heading in app.subheader] == ["Popular this month"]
    assert len(titles(app)) == 5


def test_the_second_page_of_results_follows_the_first() -> None:
    app = open_app(access="FREE")
    app.button(key="turn-next").click()
    settled(app)
    second = as_visitor(search_prompts, "", access="FREE", skip=12, take=12)
    assert f"13 to 24 of {second.total}" in shown_text(app)
    app.text_input(key="q").input("the")
    assert "1 to " in shown_text(settled(app)), "a new search starts at its first page"


def locked_and_open(app: AppTest) -> tuple[int, int]:
    return shown_text(app).count("the text is for Pro subscribers"), len(app.code)


def test_a_pro_prompts_text_is_locked_for_a_visitor_and_a_free_reader() -> None:
    cards = as_visitor(search_prompts, "", access="PRO", take=12).cards
    assert cards
    assert locked_and_open(open_app(access="PRO")) == (len(cards), 0)
    reader = signed_in("free@example.com", "free-password")
    reader.selectbox(key="access").select("PRO")
    assert locked_and_open(settled(reader)) == (len(cards), 0)


def test_a_pro_reader_reads_a_pro_prompts_text() -> None:
    cards = as_visitor(search_prompts, "", access="PRO", take=12).cards
    app = signed_in("pro@example.com", "pro-password")
    app.selectbox(key="access").select("PRO")
    assert locked_and_open(settled(app)) == (0, len(cards))


def test_what_a_pro_reader_has_read_is_in_no_cache_for_the_next_reader() -> None:
    pro = signed_in("pro@example.com", "pro-password")
    pro.selectbox(key="access").select("PRO")
    secret = settled(pro).code[0].value
    free = signed_in("free@example.com", "free-password")
    free.selectbox(key="access").select("PRO")
    assert secret not in [code.value for code in settled(free).code]
    assert locked_and_open(free)[1] == 0


def test_signing_out_ends_the_session_for_good(curator: AppTest) -> None:
    app = page_of(curator, "rankings")
    button_named(app, "Sign out").click()
    assert settled(app).title[0].value == "Discover"
    again = with_cookie(app.secrets[COOKIE])
    assert not any(button.label == "Sign out" for button in again.button), "the cookie is nothing any more"


def test_the_tags_page_shows_what_the_mart_holds(curator: AppTest) -> None:
    last_day = as_visitor(last_tag_day)
    app = page_of(curator, "tags")
    app.segmented_control(key="period").set_value(7)
    settled(app)
    days = as_visitor(tag_days, last_day - timedelta(days=6), last_day)
    views = days.groupby("tag_name").views.sum()
    assert metrics(app) == {
        "Views by tag": f"{views.sum():,}",
        "Likes by tag": f"{days.likes.sum():,}",
        "Most viewed tag": views.idxmax(),
    }
    assert app.dataframe[0].value.views.sum() == views.sum()
    before = as_visitor(tag_days, last_day - timedelta(days=13), last_day - timedelta(days=7)).views.sum()
    assert app.metric[0].delta == f"{(views.sum() - before) / before:+.1%}"


def test_the_tags_page_compares_with_no_half_period(curator: AppTest) -> None:
    app = page_of(curator, "tags")
    app.segmented_control(key="period").set_value(365)
    assert [metric.delta for metric in settled(app).metric] == ["", "", ""]


def test_no_tag_chosen_leaves_a_hint(curator: AppTest) -> None:
    app = page_of(curator, "tags")
    app.multiselect(key="tags").set_value([])
    assert "Choose a tag" in settled(app).info[0].value


@pytest.mark.parametrize("window", ["24h", "7d", "30d", "all"])
def test_the_rankings_page_shows_the_mart_in_its_order(curator: AppTest, window: str) -> None:
    app = page_of(curator, "rankings")
    app.segmented_control(key="window").set_value(window)
    settled(app)
    ranked = as_visitor(top_prompts, window)
    shown = frame(app, "creator_name", "title")
    assert list(shown.title) == list(ranked.title)
    assert list(shown.likes) == list(ranked.likes)
    assert f"As of {ranked.as_of.max():%-d %B %Y, %H:%M} UTC" in app.caption[0].value


def test_the_subscriptions_page_shows_the_newest_day(curator: AppTest) -> None:
    app = page_of(curator, "subscriptions")
    last = as_visitor(subscription_days).iloc[-1]
    assert metrics(app)["MRR"] == f"${last.mrr:,.2f}"
    assert metrics(app)["Paying people"] == f"{last.paying_people:,}"
    assert metrics(app)["People in trial"] == f"{last.trialing_people:,}"
    assert frame(app, "metric_date").metric_date.iloc[0] == last.metric_date


def test_the_search_quality_page_shows_what_the_marts_hold(curator: AppTest) -> None:
    last_day = as_visitor(last_search_day)
    app = page_of(curator, "search_quality")
    app.segmented_control(key="period").set_value(7)
    settled(app)
    days = [day for day in as_visitor(search_days, last_day - timedelta(days=6), last_day) if day.language == "all"]
    searches, clicked = (sum(getattr(day, name) for day in days) for name in ("searches", "clicks_at_10"))
    told = sum(day.searches_with_count for day in days)
    shown = metrics(app)
    assert shown["Searches"] == f"{searches:,}"
    assert shown["Found nothing"] == f"{sum(day.zero_result_searches for day in days) / told:.1%}"
    assert shown["Clicked in the first ten"] == f"{clicked / searches:.1%}"
    worst = as_visitor(top_zero_result_queries, "7d")
    assert worst
    assert list(frame(app, "query")["query"]) == [query.query for query in worst]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (OperationalError("SELECT 1", {}, Exception("server closed the connection")), "database does not answer"),
        (DatabaseError("The database is not set up yet."), "The database is not set up yet"),
    ],
)
def test_a_database_that_is_away_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, sentence: str
) -> None:
    def fail(_role: Role) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(viewer, "engine_for", fail)
        app = open_app()
        assert sentence in app.error[0].value.replace("\\", "")
    button_named(app, "Try again").click()
    assert not settled(app).error


def test_dates_without_activity_do_not_break_a_page(curator: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = pd.DataFrame(columns=["metric_date"])
    monkeypatch.setattr("schema.repository.metrics.last_tag_day", lambda _session: None)
    monkeypatch.setattr("schema.repository.quality.last_search_day", lambda _session: None)
    monkeypatch.setattr("schema.repository.metrics.subscription_days", lambda _session: empty)
    monkeypatch.setattr("schema.repository.metrics.top_prompts", lambda *_args, **_named: empty)
    monkeypatch.setattr("schema.repository.engagement.last_active_day", lambda _session: None)
    monkeypatch.setattr("schema.repository.weeks.creator_week_bounds", lambda _session: None)
    for page in ("rankings", "tags", "creators", "engagement", "subscriptions", "search_quality"):
        assert "yet" in page_of(curator, page).info[0].value
