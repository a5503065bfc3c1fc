"""The analysts' pages: what they show is what the marts hold, for whom the address says, and for analysts alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from schema.database import engine_for
from schema.repository.engagement import action_days, active_days, last_active_day
from schema.repository.metrics import top_prompts
from schema.repository.revenue import people_behind
from schema.repository.weeks import creator_week_bounds, top_creators
from schema.roles import Role
from tests.dashboard.driver import COOKIE, button_named, frame, page_of, settled, signed_in, with_cookie

pytestmark = pytest.mark.usefixtures("warehouse")


def as_analyst(read: Callable[..., Any], *args: Any, **named: Any) -> Any:
    with Session(engine_for(Role.ANALYST)) as session:
        return read(session, *args, **named)


def token_of(email: str, password: str) -> str:
    return str(signed_in(email, password).secrets[COOKIE])


@pytest.fixture
def token() -> str:
    return token_of("curator@example.com", "curator-password")


def asking() -> None:
    """A page that was reached by somebody, however they did."""
    import streamlit as st  # noqa: PLC0415 (the script is taken from here as text)
    from sqlalchemy import text  # noqa: PLC0415

    from dashboard import viewer  # noqa: PLC0415

    with viewer.analysing() as session:
        st.text(session.scalar(text("SELECT current_user")))


def asked_by(token: str) -> AppTest:
    app = AppTest.from_function(asking)
    app.secrets[COOKIE] = token
    return app.run()


def test_analysts_read_under_a_role_of_their_own_and_nobody_else_does(token: str) -> None:
    assert asked_by(token).text[0].value == "promptory_analyst"
    for other in (token_of("pro@example.com", "pro-password"), ""):
        assert "Only analysts" in asked_by(other).exception[0].message


def test_the_address_tells_the_engagement_page_its_period_and_segment(token: str) -> None:
    app = page_of(with_cookie(token, period="7", who="FREE"), "engagement")
    last_day = as_analyst(last_active_day)
    first_day = last_day - timedelta(days=6)
    days = [day for day in as_analyst(active_days, first_day, last_day) if day.segment == "FREE"]
    actions = as_analyst(action_days, first_day, last_day, "FREE")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Monthly active"] == f"{days[-1].monthly_active:,}"
    assert shown["Views"] == f"{sum(day.views for day in actions):,}"
    table = frame(app, "daily_active", "paywall_views")
    assert list(table.daily_active) == [day.daily_active for day in reversed(days)]
    assert list(table.copies) == [day.copies for day in reversed(actions)]


def test_rankings_follow_the_score_and_the_kind_of_prompt(token: str) -> None:
    app = page_of(with_cookie(token, window="30d", score="best", tier="PRO"), "rankings")
    ranked = as_analyst(top_prompts, "30d", score="best", access="PRO")
    shown = frame(app, "creator_name", "title")
    assert list(shown.title) == list(ranked.title)
    assert list(shown.prompt) == [f"prompt?id={one}" for one in ranked.prompt_id]
    assert set(ranked.access) == {"PRO"}
    assert shown.score_rank.is_monotonic_increasing
    app.segmented_control(key="window").set_value("all")
    app.segmented_control(key="score").set_value("rising")
    assert "Nothing rises over all time" in settled(app).info[0].value


def test_creators_are_those_whose_prompts_were_used_and_lead_to_their_prompts(token: str) -> None:
    app = page_of(with_cookie(token, weeks="4", count="likes"), "creators")
    _, last = as_analyst(creator_week_bounds)
    first = last - timedelta(weeks=3)
    creators = as_analyst(top_creators, first, last, before=first - timedelta(weeks=4))
    shown = frame(app, "top_prompt_title")
    assert list(shown.likes) == sorted(creators.likes, reverse=True)
    second = creators.sort_values("likes", ascending=False, kind="stable").iloc[1]
    app.selectbox(key="creator").select(str(second.creator_id))
    prompts = [table.value for table in settled(app).dataframe if "unique_viewers" in table.value]
    assert len(prompts[0]) == second.prompts


def test_a_figure_of_revenue_leads_to_the_people_behind_it(token: str) -> None:
    app = page_of(with_cookie(token, period="0"), "subscriptions")
    movement, month = newest_month_of_movements()
    app.segmented_control(key="movement").set_value(movement)
    app.selectbox(key="month").select(f"{month:%Y-%m}")
    shown = frame(settled(app), "user_id")
    last = (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()
    behind = as_analyst(people_behind, movement, month, last)
    assert list(shown.user_id) == list(behind.user_id)
    told = text(f"SELECT {movement}_mrr FROM analytics.mrr_monthly WHERE metric_month = :month")
    assert shown.mrr_change.sum() == pytest.approx(float(as_analyst(Session.scalar, told, {"month": month})))


def newest_month_of_movements() -> tuple[str, date]:
    """A movement that somebody made, churn if anybody left, and its newest month."""
    newest = text("""
        SELECT movement, cast(date_trunc('month', movement_date) AS date)
        FROM analytics.subscription_movements ORDER BY movement = 'churn' DESC, movement_date DESC LIMIT 1
    """)
    movement, month = as_analyst(Session.execute, newest).one()
    return movement, month


def test_the_button_at_the_churn_leads_to_those_who_left(token: str) -> None:
    app = page_of(with_cookie(token, period="0", movement="new"), "subscriptions")
    assert app.segmented_control(key="movement").value == "new"
    button_named(app, "Show who stopped paying").click()
    assert settled(app).segmented_control(key="movement").value == "churn"


@pytest.mark.parametrize("page", ["rankings", "tags", "creators", "engagement", "subscriptions"])
def test_an_address_that_names_what_is_not_there_shows_the_page_all_the_same(token: str, page: str) -> None:
    nonsense = dict.fromkeys(
        ["period", "weeks", "who", "window", "score", "tier", "kind", "tags", "creator", "month", "movement", "heat"],
        "'; DROP TABLE x --",
    )
    assert page_of(with_cookie(token, **nonsense), page).metric or page == "rankings"


def test_tags_to_compare_stand_in_the_address(token: str) -> None:
    tag = frame(page_of(with_cookie(token), "tags"), "tag_name").tag_name.iloc[7]
    app = page_of(with_cookie(token, tags=tag), "tags")
    assert app.multiselect(key="tags").value == [tag]


def test_a_period_that_another_page_does_not_know_is_not_carried_to_it(token: str) -> None:
    app = page_of(with_cookie(token, period="0"), "subscriptions")
    assert app.segmented_control(key="period").value == 0
    assert page_of(app, "tags").segmented_control(key="period").value == 30
