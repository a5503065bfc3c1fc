"""The dashboard's router: who may see which page, and what happens when the database is away."""

import streamlit as st
import structlog
from sqlalchemy.exc import OperationalError
from streamlit.navigation.page import StreamlitPage

from dashboard import viewer
from dashboard.components import TIERS, plain
from schema.errors import PromptoryError
from schema.repository.people import Account

log = structlog.get_logger("dashboard")


def pages_for(account: Account | None) -> dict[str, list[StreamlitPage]]:
    """The pages by section; a page that is not among them cannot be opened by its address either."""
    pages = {
        "": [
            st.Page("app_pages/discover.py", title="Discover", icon=":material/search:", default=True),
            st.Page(
                "app_pages/sign_in.py",
                title="Sign in",
                icon=":material/login:",
                url_path="sign-in",
                visibility="hidden" if account else "visible",
            ),
        ]
    }
    if account and account.is_curator:
        pages["Metrics"] = [
            st.Page("app_pages/tags.py", title="Tags", icon=":material/sell:"),
            st.Page("app_pages/rankings.py", title="Rankings", icon=":material/trophy:"),
            st.Page("app_pages/subscriptions.py", title="Subscriptions", icon=":material/credit_card:"),
            st.Page(
                "app_pages/search_quality.py",
                title="Search quality",
                icon=":material/manage_search:",
                url_path="search-quality",
            ),
        ]
        pages["Curate"] = [
            st.Page("app_pages/import_prompts.py", title="Import", icon=":material/upload_file:", url_path="import"),
            st.Page("app_pages/duplicates.py", title="Near-duplicates", icon=":material/difference:"),
            st.Page("app_pages/export.py", title="Export", icon=":material/download:"),
        ]
    return pages


def show_account(account: Account, page: StreamlitPage) -> None:
    """Who is signed in, and the way out, which leaves a page that visitors may not use."""
    with st.sidebar:
        st.markdown(f"**{plain(account.name, 40)}**")
        st.caption("Curator" if account.is_curator else f"{TIERS[account.subscription_status]} reader")
        if st.button("Sign out", icon=":material/logout:"):
            viewer.sign_out()
            if page.url_path == "":
                st.rerun()
            st.switch_page("app_pages/discover.py")


def show_fault(message: str) -> None:
    """An expected fault in words, and a way to go on."""
    st.error(plain(message, 600), icon=":material/error:")
    st.button("Try again", icon=":material/refresh:")


def main() -> None:
    """Run the page that the address names, as the viewer."""
    st.set_page_config(page_title="Promptory", page_icon="📚", layout="wide")
    try:
        account = viewer.current_account()
        page = st.navigation(pages_for(account))
        if account:
            show_account(account, page)
        page.run()
    except PromptoryError as error:
        show_fault(str(error))
    except OperationalError as error:
        log.warning("database_away", reason=str(error.orig))
        show_fault("The database does not answer at the moment. Please try again in a minute.")


main()
