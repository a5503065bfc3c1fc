"""Signing in through an identity provider."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.dashboard import Site, served
from tests.support.library import Library
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, Provider, identity_provider
from tests.support.servers import free_port


@pytest.fixture
def provider() -> Iterator[Provider]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def site(configured: Library, provider: Provider) -> Iterator[Site]:
    configured.add_user("ann@example.com")
    port = free_port()
    settings = {
        "oidc_metadata_url": f"{provider.url}/.well-known/openid-configuration",
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "dashboard_url": f"http://127.0.0.1:{port}",
    }
    with served(port, **settings) as found:
        yield found


def signed_in_as(page: Page, site: Site, provider: Provider, **claims: object) -> None:
    provider.claims = {"sub": str(claims.get("email")), **claims}
    page.goto(site.url)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/")


def test_an_account_is_found_by_its_verified_address_until_its_session_ends(
    browser: Browser, site: Site, provider: Provider, configured: Library
) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    signed_in_as(page, site, provider, email="Ann@Example.com", email_verified=True)
    expect(page.get_by_role("button", name="ann")).to_be_visible(timeout=30_000)
    page.reload()
    page.get_by_role("button", name="ann").click(timeout=30_000)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("link", name="Change your password")).to_have_count(0)
    configured.do("UPDATE library.sign_in_sessions SET last_seen_at = now() - INTERVAL '13 hours'")
    page.reload()
    expect(page.get_by_text("no account or no open session")).to_be_visible(timeout=30_000)
    for path in ("/sign-in", "/password"):
        assert site.get(path).body.count("<form") == 0, "no password is asked for"


@pytest.mark.parametrize("claims", [{"email": "ann@example.com"}, {"email": "eve@example.com", "email_verified": True}])
def test_an_address_that_is_unknown_or_not_verified_opens_nothing(
    browser: Browser, site: Site, provider: Provider, configured: Library, claims: dict[str, object]
) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    signed_in_as(page, site, provider, **claims)
    expect(page.get_by_text("no account or no open session")).to_be_visible(timeout=30_000)
    assert configured.rows("SELECT user_id FROM library.sign_in_sessions") == []
    assert configured.rows("SELECT email FROM library.users") == [("ann@example.com",)]
