"""An analyst's way from a figure to the people behind it, in both languages."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browser import CURATOR, settle, sign_in
from tests.support.library import Library

WORDS = {
    "en": (
        "Subscriptions",
        "All time",
        "Show who stopped paying",
        "The people behind a movement",
        "movement",
        "Churn MRR",
    ),
    "ko": ("구독", "전체 기간", "결제를 중단한 사람 보기", "변동에 해당하는 사람", "의 변동", "이탈 MRR"),
}


def churned_in(library: Library) -> tuple[str, int]:
    """The newest month in which somebody left, and how many did."""
    month, people = library.rows("""
        SELECT to_char(metric_month, 'YYYY-MM'), churned_people FROM analytics.mrr_monthly
        WHERE churned_people > 0 ORDER BY metric_month DESC LIMIT 1
    """)[0]
    return str(month), int(people)


@pytest.mark.parametrize("code", ["en", "ko"])
def test_an_analyst_drills_from_revenue_to_the_people_behind_a_churn(
    page: Page, address: str, warehouse: Library, code: str
) -> None:
    link, all_time, button, heading, movement, churn = WORDS[code]
    month, people = churned_in(warehouse)
    sign_in(page, address, *CURATOR)
    page.goto(f"{address}/?lang={code}")
    page.get_by_role("link", name=link).click()
    expect(page.get_by_text("MRR").first).to_be_visible()
    page.get_by_text(all_time, exact=True).click()
    settle(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    told = page.get_by_text(f"{month}").filter(has_text=movement).first
    expect(told).to_contain_text(str(people))
    expect(page.get_by_role("radio", name=churn)).to_be_checked()
    assert f"month={month}" in page.url or page.get_by_label("Month").count() == 0
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").first.click()
    rows = Path(started.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("user_id,movement_date,plan_before")
    assert len(rows) == 1 + people
    assert "@" not in "".join(rows), "people are ids"


def test_a_link_restores_what_an_analyst_looked_at(browser: Browser, page: Page, address: str) -> None:
    sign_in(page, address, *CURATOR)
    page.goto(f"{address}/engagement")
    settle(page)
    page.get_by_text("90 days", exact=True).click()
    settle(page)
    page.get_by_text("Visitors too", exact=True).click()
    settle(page)
    link = page.url
    assert "period=90" in link
    assert "who=viewers" in link
    other = browser.new_page()
    sign_in(other, address, *CURATOR)
    other.goto(link)
    settle(other)
    expect(other.get_by_role("radio", name="Visitors too")).to_be_checked()
    expect(other.get_by_role("radio", name="90 days")).to_be_checked()
