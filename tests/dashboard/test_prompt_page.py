"""A prompt's page: who reads what, what is recorded of it, and what is said of a prompt that is not there."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from tests.dashboard.driver import open_app, page_of, settled, shown_text, signed_in
from tests.support.library import Library

USES = "SELECT event_type, user_id, prompt_id FROM library.activity_events ORDER BY occurred_at"
TEXT = "Write about {{topic}} in ${tone:a calm} tone."


@pytest.fixture
def people(configured: Library) -> dict[str, int]:
    """A Free and a Pro reader, each with their name as password."""
    for name, tier in (("free", Tier.FREE), ("pro", Tier.PRO)):
        account = {"email": f"{name}@example.com", "name": name, "password": f"{name}-password"}
        ensure_account(configured.ingest, role=UserRole.USER, tier=tier, **account)
    return dict(configured.rows("SELECT name, id FROM library.users"))


def prompt_with(library: Library, body: str = TEXT, **values: Any) -> int:
    prompt = library.add_prompt("A calm letter", **values)
    library.do("UPDATE library.prompts SET prompt_text = :body WHERE id = :id", body=body, id=prompt)
    return prompt


def prompt_page(app: AppTest, prompt: object) -> AppTest:
    app.query_params["id"] = str(prompt)
    return page_of(app, "prompt")


def everything_sent(app: AppTest) -> str:
    """All that the browser gets of a page, whether it shows it or not."""
    return "".join(str(element.proto) for element in app._tree[0])


def test_a_text_comes_in_parts_with_its_variables(configured: Library) -> None:
    app = prompt_page(open_app(), prompt_with(configured, tags=("letters",)))
    assert app.title[0].value == "A calm letter"
    (filling,) = app.get("bidi_component")
    sent = json.loads(filling.proto.json)
    assert sent["parts"] == [
        ["Write about ", None], ["{{topic}}", "topic"], [" in ", None], ["${tone:a calm}", "tone"], [" tone.", None]
    ]  # fmt: skip
    assert sent["variables"] == [{"name": "topic", "default": ""}, {"name": "tone", "default": "a calm"}]
    assert "letters" in shown_text(app)


def test_a_view_is_recorded_once_for_a_visit_however_often_the_page_runs(
    configured: Library, people: dict[str, int]
) -> None:
    prompt = prompt_with(configured)
    app = prompt_page(signed_in("free@example.com", "free-password"), prompt)
    settled(settled(app))
    prompt_page(signed_in("free@example.com", "free-password"), prompt)
    assert configured.rows(USES) == [("view", people["free"], prompt)]
    settled(prompt_page(open_app(), prompt))
    assert configured.rows(USES)[1:] == [("view", None, prompt)]


def test_a_free_reader_meets_the_lock_and_gets_no_piece_of_the_text(
    configured: Library, people: dict[str, int]
) -> None:
    prompt = prompt_with(configured, "the secret of {{soup}}", access="PRO")
    configured.do(
        "INSERT INTO library.prompt_versions (prompt_id, version, title, prompt_text, content_hash) "
        "SELECT id, 1, title, 'an old secret', content_hash FROM library.prompts"
    )
    for app in (open_app(), signed_in("free@example.com", "free-password")):
        prompt_page(app, prompt)
        assert "the text is for Pro subscribers" in shown_text(app)
        assert "secret" not in everything_sent(app)
        assert not app.get("bidi_component")
    assert configured.rows(USES) == [("paywall_view", None, prompt), ("paywall_view", people["free"], prompt)]
    pro = prompt_page(signed_in("pro@example.com", "pro-password"), prompt)
    assert "secret" in everything_sent(pro)
    assert configured.rows(USES)[2:] == [("view", people["pro"], prompt)]


def test_a_like_is_shown_and_written_once_and_a_click_on_what_is_gone_does_nothing(
    configured: Library, people: dict[str, int]
) -> None:
    prompt = prompt_with(configured)
    app = prompt_page(signed_in("free@example.com", "free-password"), prompt)
    app.button(key=f"like-{prompt}-False").click()
    settled(app)
    assert app.button(key=f"like-{prompt}-True").label == "Liked · 1"
    likes = "SELECT event_type, user_id FROM library.activity_events WHERE event_type <> 'view' ORDER BY occurred_at"
    assert configured.rows(likes) == [("like", people["free"])]
    assert configured.value("SELECT count(*) FROM library.user_prompt_likes") == 1
    settled(app)
    app.button(key=f"like-{prompt}-True").click()
    assert settled(app).button(key=f"like-{prompt}-False").label == "Like · 0"
    assert configured.rows(likes) == [("like", people["free"]), ("unlike", people["free"])]


def test_a_like_that_cannot_be_written_is_told_and_taken_back(configured: Library, people: dict[str, int]) -> None:
    prompt = prompt_with(configured)
    app = prompt_page(signed_in("free@example.com", "free-password"), prompt)
    configured.do("DROP FUNCTION library.record_like")
    app.button(key=f"like-{prompt}-False").click()
    settled(app)
    assert "could not be saved" in app.toast[0].value
    assert app.button(key=f"like-{prompt}-False").label == "Like · 0"


def test_a_visitor_is_told_to_sign_in_to_like(configured: Library) -> None:
    app = prompt_page(open_app(), prompt_with(configured))
    assert not any(str(button.key).startswith("like-") for button in app.button)
    assert "Sign in to like" in shown_text(app)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "names no prompt"),
        ("1 OR 1=1", "names no prompt"),
        ("999", "no prompt at this address"),
        ("9" * 40, "names no"),
    ],
)
def test_a_prompt_that_is_not_there_is_told_in_words(configured: Library, asked: str, said: str) -> None:
    app = prompt_page(open_app(), asked)
    assert said in app.info[0].value


def test_a_merged_prompt_leads_to_its_head_and_an_archived_one_is_told(configured: Library) -> None:
    head, merged = configured.add_prompt("broth"), configured.add_prompt("soup")
    configured.do(
        "UPDATE library.prompts SET merged_into = :head, archived_at = now() WHERE id = :merged",
        head=head,
        merged=merged,
    )
    app = prompt_page(open_app(), merged)
    assert app.title[0].value == "broth"
    assert "was merged into this one" in app.info[0].value
    assert app.query_params["id"] == str(head)
    configured.do("UPDATE library.prompts SET archived_at = now()")
    assert "taken out of the library" in prompt_page(open_app(), merged).info[0].value
    assert "taken out of the library" in prompt_page(open_app(), head).info[0].value


def test_texts_of_strangers_are_shown_as_they_are(configured: Library) -> None:
    hostile = "<img src=x onerror=alert(1)> **b** [l](javascript:1)"
    prompt = prompt_with(configured, hostile, tags=("a_b*c",))
    configured.do("UPDATE library.prompts SET title = :it, description = :it, negative_prompt = :it", it=hostile)
    app = prompt_page(open_app(), prompt)
    assert app.title[0].value.startswith("\\<img src\\=x")
    assert not any(hostile in text for text in [app.title[0].value, *shown_text(app).splitlines()])
    assert app.code[0].value == hostile


def test_versions_are_compared_with_what_came_after_them(configured: Library) -> None:
    prompt = prompt_with(configured, "boil the soup")
    configured.do(
        "INSERT INTO library.prompt_versions (prompt_id, version, title, prompt_text, content_hash) "
        "SELECT id, number, title, body, content_hash "
        "FROM library.prompts, (VALUES (1, 'burn the soup'), (2, 'heat the soup')) AS v (number, body)"
    )
    app = prompt_page(open_app(), prompt)
    assert "</mark>" not in everything_sent(app), "nothing is compared for who does not look"
    app.session_state[f"versions-{prompt}"] = True
    settled(app)
    assert "heat</mark>" in everything_sent(app)
    app.selectbox(key=f"version-{prompt}").select_index(1)
    sent = everything_sent(settled(app))
    assert "burn</mark>" in sent
    assert "boil" not in sent.partition("burn</mark>")[2]


@pytest.mark.usefixtures("warehouse")
def test_the_numbers_are_those_of_the_mart(warehouse: Library) -> None:
    (prompt, views) = warehouse.rows(
        "SELECT prompt_id, sum(views) FROM analytics.prompt_daily "
        "WHERE activity_date > (SELECT max(activity_date) FROM analytics.prompt_daily) - 30 "
        "AND prompt_id IN (SELECT id FROM library.prompt_cards) GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    )[0]
    app = prompt_page(open_app(), prompt)
    assert next(metric.value for metric in app.metric if metric.label == "Views") == f"{views:,}"
    assert len(app.page_link) >= 6, "similar prompts"
