"""What a reader does: finds, fills in, copies, likes, is recommended, meets a lock, and writes; in both languages."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from schema.models import Tier, UserRole
from schema.repository.people import ensure_account
from tests.browser.browser import eventually, settle
from tests.support.library import Library

PASSWORD = "reader-password"
USES = "SELECT event_type FROM library.activity_events WHERE user_id = :reader AND prompt_id = :prompt ORDER BY 1"


@dataclass(frozen=True)
class Words:
    """What the pages say in a language."""

    locale: str
    email: str
    password: str
    copy: str
    copied: str
    like: str
    liked: str
    discover: str
    because: str
    library: str
    lock: str
    own: str
    write: str
    title: str
    text: str
    save: str
    change: str
    delete: str
    restore: str
    back: str


ENGLISH = Words(
    *("en-GB", "E-mail", "Password", "Copy", "Copied", "Like · ", "Liked · ", "Discover", "Because you liked"),
    *(
        "My library",
        "the text is for Pro subscribers",
        "My own",
        "Write a prompt",
        "Title",
        "Text of the prompt",
        "Save",
    ),
    *("Edit", "Delete", "Restore", "is back"),
)
KOREAN = Words(
    *("ko-KR", "이메일", "비밀번호", "복사", "복사했습니다", "좋아요 · ", "좋아요 취소 · ", "둘러보기", "좋아해서"),
    *("내 라이브러리", "Pro 구독자", "내가 쓴 프롬프트", "프롬프트 쓰기", "제목", "프롬프트 본문", "저장"),
    *("수정", "삭제", "되살리기", "되살렸습니다"),
)
both_languages = pytest.mark.parametrize("words", [ENGLISH, KOREAN], ids=["en", "ko"])


@dataclass
class Reader:
    """A Free reader of the test's own, signed in."""

    id: int
    page: Page
    context: BrowserContext


@pytest.fixture
def sign_up(browser: Browser, address: str, warehouse: Library) -> Callable[[Words, str], Reader]:
    def signed_up(words: Words, name: str) -> Reader:
        email = f"{name}-{words.locale}@example.com"
        account = {"email": email, "name": name, "password": PASSWORD}
        ensure_account(warehouse.ingest, role=UserRole.USER, tier=Tier.FREE, **account)
        context = browser.new_context(locale=words.locale, viewport={"width": 1440, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{address}/sign-in")
        page.get_by_label(words.email).fill(email)
        page.get_by_label(words.password, exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_test_id("stPopover").wait_for()
        reader = warehouse.value("SELECT id FROM library.users WHERE email = :email", email=email)
        return Reader(reader, page, context)

    return signed_up


def a_prompt_to_fill_in(library: Library) -> tuple[int, str]:
    """A Free prompt with a variable and with neighbours, whose title is letters only."""
    rows = library.rows("""
        SELECT p.id, p.title FROM library.prompts AS p
        WHERE
            p.access = 'FREE' AND p.archived_at IS NULL AND jsonb_array_length(p.variables) > 0
            AND EXISTS (SELECT FROM analytics.prompt_neighbours AS n WHERE n.prompt_id = p.id)
        ORDER BY p.id
    """)
    return next((one, title) for one, title in rows if title.replace(" ", "").isalnum())


@both_languages
def test_a_reader_finds_fills_in_copies_and_likes_a_prompt_and_is_recommended_others(
    sign_up: Callable[[Words, str], Reader], address: str, warehouse: Library, words: Words
) -> None:
    reader = sign_up(words, "ann")
    page, (prompt, title) = reader.page, a_prompt_to_fill_in(warehouse)
    page.goto(f"{address}/?q={title}")
    settle(page)
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert page.url.endswith(f"/prompt?id={prompt}")

    page.locator(".fields textarea").first.fill("<b>서울</b> & more")
    page.get_by_role("button", name=words.copy, exact=True).dblclick()
    expect(page.get_by_text(words.copied, exact=True)).to_be_visible()
    whole = page.locator(".filling .text").inner_text()
    assert "<b>서울</b> & more" in whole
    # The clipboard keeps line breaks as the system writes them.
    assert page.evaluate("navigator.clipboard.readText()").split() == whole.split()
    eventually(lambda: warehouse.rows(USES, reader=reader.id, prompt=prompt), [("copy",), ("search",), ("view",)])
    clicks = """
        SELECT c.action, l.surface FROM library.impression_clicks AS c
        INNER JOIN library.shown_lists AS l USING (list_id)
        WHERE l.user_id = :reader ORDER BY 1
    """
    eventually(lambda: warehouse.rows(clicks, reader=reader.id), [("copy", "search"), ("open", "search")])

    page.get_by_role("button", name=words.like).click()
    expect(page.get_by_role("button", name=words.liked)).to_be_visible()
    eventually(
        lambda: warehouse.rows(USES, reader=reader.id, prompt=prompt), [("copy",), ("like",), ("search",), ("view",)]
    )
    page.reload()
    expect(page.get_by_role("button", name=words.liked)).to_be_visible()
    page.get_by_role("link", name=words.discover).click()
    expect(page.get_by_text(words.because).first).to_be_visible()
    page.get_by_role("link", name=words.library).click()
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("button", name=words.liked).click()
    expect(page.get_by_role("button", name=words.like)).to_be_visible()
    eventually(
        lambda: warehouse.rows(USES, reader=reader.id, prompt=prompt),
        [("copy",), ("like",), ("search",), ("unlike",), ("view",)],
    )


@both_languages
def test_a_free_reader_meets_the_lock_of_a_pro_prompt(
    sign_up: Callable[[Words, str], Reader], address: str, warehouse: Library, words: Words
) -> None:
    reader = sign_up(words, "free")
    prompt, text = warehouse.rows(
        "SELECT id, prompt_text FROM library.prompts WHERE access = 'PRO' AND language = 'en' ORDER BY id LIMIT 1"
    )[0]
    # As frames are compared as Python writes bytes.
    telling = [line for line in re.split(r"[^ -~]|['\"\\]", text) if len(line) > 30]
    sent: list[str] = []
    reader.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(str(frame))))
    reader.page.goto(f"{address}/prompt?id={prompt}")
    expect(reader.page.get_by_text(re.compile(words.lock))).to_be_visible()
    eventually(lambda: warehouse.rows(USES, reader=reader.id, prompt=prompt), [("paywall_view",)])
    settle(reader.page)
    assert sent
    assert telling
    assert not any(line in frame for line in telling for frame in sent)


@both_languages
def test_an_author_writes_changes_deletes_and_restores_a_prompt(
    sign_up: Callable[[Words, str], Reader], address: str, warehouse: Library, words: Words
) -> None:
    page = sign_up(words, "author").page
    title = f"Letter {words.locale}"
    page.get_by_role("link", name=words.library).click()
    page.get_by_text(words.own, exact=True).click()
    page.get_by_role("button", name=words.write).click()
    page.get_by_role("textbox", name=words.title, exact=True).fill(title)
    page.get_by_role("textbox", name=words.text, exact=True).fill(
        f"Write a letter in {words.locale} to {{{{somebody}}}}."
    )
    page.get_by_role("button", name=words.save).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(".fields label")).to_have_text("somebody")
    page.get_by_role("link", name=words.change).click()
    page.get_by_role("textbox", name=words.text, exact=True).fill(f"Write a short letter in {words.locale}.")
    page.get_by_role("button", name=words.save).click()
    expect(page.locator(".filling .text")).to_have_text(f"Write a short letter in {words.locale}.")
    page.get_by_test_id("stExpander").last.click()
    expect(page.locator("mark", has_text="somebody")).to_be_visible()
    page.get_by_role("link", name=words.change).click()
    page.get_by_role("button", name=words.delete).click()
    expect(page.get_by_role("link", name=title)).to_have_count(0)
    page.get_by_role("button", name=words.restore).click()
    expect(page.get_by_text(words.back)).to_be_visible()
    expect(page.get_by_role("link", name=title)).to_be_visible()
