"""The sidebar's lower part: the language, and who is signed in."""

from html import escape
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import viewer
from dashboard.accounts.forms import PASSWORD, SIGN_IN
from dashboard.components import keep_in_address, plain, tier_name
from dashboard.translation import LANGUAGES, N_, PARAMETER, _, keep_language, known, language
from schema.models import Duty
from schema.repository.people import Account
from schema.settings import get_settings

DUTIES = {Duty.CURATOR: N_("Curator"), Duty.ANALYST: N_("Analyst")}


def choose_language() -> None:
    """The switch of languages; the address keeps what was chosen, unless it is what the browser speaks."""
    st.session_state.setdefault(PARAMETER, language())
    with st.sidebar:
        st.segmented_control(
            _("Language of the pages"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            required=True,
            key=PARAMETER,
            label_visibility="collapsed",
        )
    keep_language()
    keep_in_address(PARAMETER, None if language() == known(st.context.locale) else language())


def show_account(account: Account | None, page: StreamlitPage) -> None:
    """Who is signed in and the way out, or the way in, which leads back to the page."""
    with st.sidebar:
        if account is None:
            _show_way_in(page)
            return
        with st.popover(plain(account.name, 30), icon=":material/account_circle:", width="stretch"):
            if account.email:
                st.caption(plain(account.email, 80))
            st.markdown(duties_in_words(account))
            if not get_settings().signs_in_by_provider:
                _link(PASSWORD, _("Change your password"), "to-password")
            if st.button(_("Sign out"), icon=":material/logout:"):
                viewer.sign_out()
                # The page may be one that visitors don't have.
                st.switch_page("app_pages/discover.py")


def duties_in_words(account: Account) -> str:
    """What somebody may do here."""
    duties = [_("Admin")] if account.is_admin else [_(DUTIES[duty]) for duty in sorted(account.duties)]
    return " · ".join([*duties, _("{tier} reader", tier=tier_name(account.subscription_status))])


def _show_way_in(page: StreamlitPage) -> None:
    if get_settings().signs_in_by_provider:
        if st.user.is_logged_in:
            st.caption(_("Your identity provider knows you, but you have no account or no open session here."))
            st.button(_("Sign out"), icon=":material/logout:", on_click=st.logout, width="stretch")
        st.button(_("Sign in"), icon=":material/login:", on_click=st.login, width="stretch")
        return
    back = f"/{page.url_path}" + (f"?{urlencode(st.query_params.to_dict())}" if st.query_params else "")
    _link(SIGN_IN, _("Sign in"), "way-in", next=back)


def _link(form: str, label: str, style: str, **query: str) -> None:
    """A link to a form, which is no page of Streamlit's."""
    address = f"{form}?{urlencode({PARAMETER: language()} | query)}"
    st.html(f'<a class="{style}" href="{escape(address)}" target="_self">{escape(label)}</a>')
