"""Signing in and changing a password over HTTP, and what a cookie is worth."""

import hashlib
import re
import statistics
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest

from dashboard.accounts.requests import where_next
from schema.database import token_session
from schema.models import Tier, UserRole
from schema.repository import sessions
from schema.repository.people import ensure_account, fetch_account
from schema.roles import Role
from tests.dashboard.driver import button_named, open_app, page_of, shown_text, signed_in, with_cookie
from tests.support.dashboard import Answer, Site, served
from tests.support.library import Library

EMAIL, PASSWORD, NEW = "ann@example.com", "ann-has-a-password", "ann-has-another"


@pytest.fixture
def ann(configured: Library) -> int:
    """A reader who can sign in."""
    ensure_account(configured.ingest, email=EMAIL, name="Ann", password=PASSWORD, role=UserRole.USER, tier=Tier.FREE)
    return int(configured.value("SELECT id FROM library.users WHERE email = :email", email=EMAIL))


@pytest.fixture
def site(ann: int) -> Iterator[Site]:
    """A dashboard where people may register."""
    with served(registration="true") as found:
        yield found


def sign_in(site: Site, password: str = PASSWORD, email: str = EMAIL, **headers: str) -> Answer:
    return site.post("/sign-in?lang=en", {"email": email, "password": password}, **headers)


def token_of(answer: Answer) -> str:
    return SimpleCookie(answer.headers["set-cookie"])["promptory_session"].value


def who_is(library: Library, token: str) -> str | None:
    with token_session(library.engine(Role.DASHBOARD), sessions.token_hash(token)) as session:
        account = fetch_account(session)
    return account.name if account else None


def test_a_sign_in_hands_out_a_guarded_cookie_that_the_database_knows_by_its_hash_only(
    site: Site, configured: Library
) -> None:
    form = site.get("/sign-in?next=/tags")
    assert form.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.search(r'type="password" value=""', form.body)
    answer = site.post("/sign-in?next=/tags&lang=ko", {"email": "ANN@example.com", "password": PASSWORD})
    assert (answer.status, answer.headers["location"]) == (303, "/tags?lang=ko")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    token = token_of(answer)
    assert configured.rows("SELECT token_hash FROM library.sign_in_sessions") == [
        (hashlib.sha256(token.encode()).digest(),)
    ]
    assert who_is(configured, token) == "Ann"
    assert [who_is(configured, forged) for forged in (token[:-1], token.swapcase(), "", "0" * 43, "' OR ''='")] == 5 * [
        None
    ]


def test_what_is_refused_says_the_same_of_a_known_and_an_unknown_address_and_takes_as_long(site: Site) -> None:
    answers, times = {}, {}
    for email in (EMAIL, "nobody@example.com"):
        taken = []
        for _ in range(4):
            began = time.perf_counter()
            answers[email] = sign_in(site, "wrong password", email)
            taken.append(time.perf_counter() - began)
        times[email] = statistics.median(taken)
    said = {email: (answer.status, answer.body.count("do not belong together")) for email, answer in answers.items()}
    assert said == {EMAIL: (401, 1), "nobody@example.com": (401, 1)}
    assert "wrong password" not in answers[EMAIL].body
    assert max(times.values()) < 2 * min(times.values()), "a hash is compared in either case"


def test_failures_are_counted_by_account_in_the_database_and_name_nobody(site: Site, configured: Library) -> None:
    statuses = [sign_in(site, "wrong").status for _ in range(7)]
    assert statuses == 5 * [401] + 2 * [429]
    assert sign_in(site).status == 429, "the right password waits too"
    assert sign_in(site, "wrong", "other@example.com").status == 401
    configured.do("UPDATE library.sign_in_attempts SET failures = 20 WHERE failures > 4")
    with served() as replica:
        assert sign_in(replica).status == 429, "another process knows of it"
    subjects = b"".join(subject for (subject,) in configured.rows("SELECT subject FROM library.sign_in_attempts"))
    assert EMAIL.encode() not in subjects
    configured.do("UPDATE library.sign_in_attempts SET last_at = last_at - INTERVAL '1 hour'")
    assert sign_in(site).status == 303
    assert sign_in(site, "wrong").status == 401, "a success begins the count anew"


def test_failures_are_counted_by_the_clients_address_which_a_client_cannot_choose(ann: int) -> None:
    with served(proxies="1") as site:
        statuses = [
            sign_in(site, "wrong", f"person-{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.7"}).status
            for n in range(51)
        ]
        assert statuses == 50 * [401] + [429], "what stands before the proxy's own word is not believed"
        assert sign_in(site, **{"X-Forwarded-For": "198.51.100.1"}).status == 303


def test_a_form_of_another_site_is_not_taken(site: Site) -> None:
    assert sign_in(site, Origin="https://evil.example").status == 403
    assert sign_in(site, Origin="null").status == 403


def test_people_register_once_where_they_may(site: Site, configured: Library) -> None:
    person = {"email": "bob@example.com", "name": "Bob", "password": "bob-has-one-too"}
    assert site.post("/sign-up", person | {"password": "short"}).status == 422
    assert site.post("/sign-up", person).status == 303
    assert site.post("/sign-up", person | {"email": "BOB@example.com", "name": "Eve"}).status == 422
    assert site.post("/sign-up", person | {"email": EMAIL}).status == 422
    assert configured.rows("SELECT name, role, subscription_status FROM library.users ORDER BY id") == [
        ("Ann", "USER", "FREE"),
        ("Bob", "USER", "FREE"),
    ]
    with served() as closed:
        assert closed.post("/sign-up", person).status in (404, 405), "registration is off unless it is set"
        assert "/sign-up" not in closed.get("/sign-in").body


def change_password(site: Site, token: str, new: str = NEW, current: str = PASSWORD, **changed: str) -> Answer:
    form = {"password": current, "new_password": new, "repeated": new}
    return site.post("/password?lang=en", form | changed, Cookie=f"promptory_session={token}")


def test_a_changed_password_ends_every_other_session_of_that_person(site: Site, configured: Library) -> None:
    person = {"email": "bob@example.com", "name": "Bob", "password": "bob-has-one-too"}
    bob, here, elsewhere = token_of(site.post("/sign-up", person)), token_of(sign_in(site)), token_of(sign_in(site))
    form = site.get("/password", Cookie=f"promptory_session={here}")
    assert (form.status, form.body.count(EMAIL), form.body.count('value=""')) == (200, 1, 3)
    answer = change_password(site, here, email="bob@example.com")
    assert (answer.status, answer.headers["location"]) == (303, "/password/changed?lang=en")
    assert "you are signed out" in site.get(answer.headers["location"]).body
    assert [who_is(configured, token) for token in (here, elsewhere, bob)] == ["Ann", None, "Bob"]
    assert [sign_in(site, password).status for password in (PASSWORD, NEW)] == [401, 303]
    assert sign_in(site, "bob-has-one-too", "bob@example.com").status == 303


def test_a_password_is_changed_by_its_owner_only_and_to_one_that_registration_takes(
    site: Site, configured: Library
) -> None:
    token = token_of(sign_in(site))
    assert change_password(site, token, "too-short").status == 422
    assert change_password(site, token, repeated="another one").status == 422
    assert change_password(site, token, current="wrong").status == 401
    assert site.post("/password", {}, Cookie=f"promptory_session={token}", Origin="https://evil.example").status == 403
    for nobody in (site.get("/password"), change_password(site, ""), change_password(site, token[:-1])):
        assert (nobody.status, nobody.headers["location"][:23]) == (303, "/sign-in?next=%2Fpasswo")
    assert sign_in(site).status == 303
    longest = "가" * 200
    assert change_password(site, token, longest).status == 303
    assert sign_in(site, longest).status == 303


def test_a_wrong_current_password_counts_as_a_failure_to_sign_in(site: Site, configured: Library) -> None:
    token = token_of(sign_in(site))
    assert [change_password(site, token, current="wrong").status for _ in range(5)] == 5 * [401]
    # Long enough for a slow machine.
    configured.do("UPDATE library.sign_in_attempts SET failures = 20 WHERE failures > 4")
    assert change_password(site, token).status == 429, "the right password waits too"
    assert sign_in(site).status == 429
    configured.do("UPDATE library.sign_in_attempts SET last_at = last_at - INTERVAL '1 hour'")
    assert change_password(site, token).status == 303
    assert sign_in(site, "wrong").status == 401, "a success begins the count anew"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "javascript:alert(1)", "/" + "a" * 3000, ""],
)
def test_nobody_is_sent_to_another_site(target: str) -> None:
    assert where_next(target) == "/"


def test_a_page_of_ours_is_gone_back_to() -> None:
    assert where_next("/tags?period=7&lang=ko") == "/tags?period=7&lang=ko"


@pytest.mark.parametrize(
    ("change", "lives"),
    [
        ("last_seen_at = now() - INTERVAL '11 hours 59 minutes'", True),
        ("last_seen_at = now() - INTERVAL '12 hours 1 minute'", False),
        ("created_at = now() - INTERVAL '30 days 1 minute'", False),
        ("ended_at = now()", False),
    ],
)
def test_a_session_ends_after_twelve_idle_hours(configured: Library, ann: int, change: str, lives: bool) -> None:
    app = signed_in(EMAIL, PASSWORD)
    configured.do(f"UPDATE library.sign_in_sessions SET {change}")
    again = with_cookie(app.secrets["cookie"])
    assert any(button.label == "Sign out" for button in again.button) is lives
    seen = configured.value("SELECT last_seen_at > now() - INTERVAL '1 minute' FROM library.sign_in_sessions")
    assert seen is (lives or "last_seen" not in change)


def test_an_ended_session_is_not_opened_anew_by_the_same_token(configured: Library, ann: int) -> None:
    hashed = sessions.token_hash("the word of a provider")
    with configured.viewer(None) as session:
        sessions.begin_session(session, hashed, ann)
        sessions.end_session(session, hashed)
        sessions.begin_session(session, hashed, ann)
        assert sessions.touch_session(session, hashed) is None


def test_whoever_signs_in_finds_nothing_of_the_person_before(configured: Library, ann: int) -> None:
    account = {"email": "curator@example.com", "name": "Curator", "password": "curator-password"}
    ensure_account(configured.ingest, role=UserRole.ADMIN, tier=Tier.PRO, **account)
    app = page_of(signed_in("curator@example.com", "curator-password"), "import_prompts")
    app.session_state["export_made"] = "what the curator has written out"
    app.secrets["cookie"] = signed_in(EMAIL, PASSWORD).secrets["cookie"]
    app.run()
    assert "export_made" not in app.session_state
    assert app.title[0].value == "Discover"


def test_a_click_of_somebody_who_is_no_curator_any_more_changes_nothing(configured: Library, ann: int) -> None:
    configured.do("UPDATE library.users SET role = 'ADMIN'")
    one, other = configured.add_prompt("One"), configured.add_prompt("Other")
    configured.do(
        "INSERT INTO library.near_duplicates (prompt_id, other_id, similarity) VALUES (:one, :other, .9)",
        one=one,
        other=other,
    )
    app = page_of(signed_in(EMAIL, PASSWORD), "duplicates")
    configured.do("UPDATE library.users SET role = 'USER'")
    button_named(app, "Keep only this one").click()
    app.run()
    assert configured.value("SELECT count(*) FROM library.prompts WHERE merged_into IS NOT NULL") == 0


@pytest.mark.parametrize("key", ["q", "tag", "type", "collection", "creator", "lang"])
@pytest.mark.parametrize("text", ["' OR 1=1 --", "'; DROP TABLE library.users; --", "%' UNION SELECT password_hash"])
def test_sql_in_a_text_box_is_a_text(configured: Library, ann: int, key: str, text: str) -> None:
    app = open_app(**{key: text})
    assert not app.exception
    assert "argon2" not in shown_text(app)
    assert configured.value("SELECT count(*) FROM library.users") == 1
