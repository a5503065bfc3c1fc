"""The dashboard's router: who may see which page, and what happens when the database is away."""

from pathlib import Path

import streamlit as st
import structlog
from sqlalchemy.exc import OperationalError
from streamlit.navigation.page import StreamlitPage

from dashboard import viewer
from dashboard.account_menu import choose_language, show_account
from dashboard.components import plain
from dashboard.faults import show_fault, wait_for_database
from dashboard.translation import _
from schema.error_reports import report
from schema.errors import DatabaseError, PromptoryError
from schema.faults import is_expected, outline
from schema.repository.people import Account

_STYLE = Path(__file__).parent / "style.css"

log = structlog.get_logger("dashboard")


def pages_for(account: Account | None, *, is_known: bool = True) -> dict[str, list[StreamlitPage]]:
    """The pages by section; a page that is not among them cannot be opened by its address either.

    All of them where it is not known who asks: then none is run, but the address is kept.
    """
    pages = {"": [_page("discover", _("Discover"), "search", is_first=True), _page("prompt", _("Prompt"), "article")]}
    if not is_known or account:
        pages[""].append(_page("my_library", _("My library"), "bookmarks", address="my-library"))
    if not is_known or (account and account.is_analyst):
        pages[_("Metrics")] = [
            _page("rankings", _("Rankings"), "trophy"),
            _page("tags", _("Tags"), "sell"),
            _page("creators", _("Creators"), "groups"),
            _page("engagement", _("Engagement"), "monitoring"),
            _page("subscriptions", _("Subscriptions"), "credit_card"),
            _page("search_quality", _("Search quality"), "manage_search", address="search-quality"),
            _page("explore", _("Explore"), "query_stats"),
        ]
    if not is_known or (account and account.is_curator):
        pages[_("Curate")] = [
            _page("import_prompts", _("Import"), "upload_file", address="import"),
            _page("duplicates", _("Near-duplicates"), "difference"),
            _page("export", _("Export"), "download"),
            _page("pipeline", _("Pipeline"), "conversion_path"),
        ]
    if not is_known or (account and account.is_admin):
        pages[_("Administer")] = [_page("users", _("Users"), "group")]
    return pages


def _page(file: str, title: str, icon: str, *, address: str | None = None, is_first: bool = False) -> StreamlitPage:
    path = f"app_pages/{file}.py"
    return st.Page(path, title=title, icon=f":material/{icon}:", url_path=address or file, default=is_first)


def show_menu(pages: dict[str, list[StreamlitPage]]) -> None:
    """Links to the pages. Streamlit's own list of sections is none to a screen reader: its markup is not valid."""
    with st.sidebar:
        for section, links in pages.items():
            with st.container(gap="xxsmall"):
                if section:
                    st.caption(plain(section))
                for link in links:
                    # A prompt's page says little without the prompt that its address names.
                    if link.url_path != "prompt":
                        st.page_link(link)


def main() -> None:
    """Run the page that the address names, as the viewer."""
    st.set_page_config(page_title="Promptory", page_icon=":material/auto_stories:", layout="wide")
    st.html(_STYLE)
    try:
        account = viewer.identify()
        pages = pages_for(account)
        page = st.navigation(pages, position="hidden")
        st.set_page_config(page_title=f"{page.title} · Promptory")
        show_menu(pages)
        choose_language()
        show_account(account, page)
        page.run()
    except (OperationalError, DatabaseError) as error:
        reason = str(error.orig) if isinstance(error, OperationalError) else str(error)
        # What follows the first line may hold data.
        log.warning("database_away", reason=reason.partition("\n")[0])
        if not is_expected(error):
            report(outline(error), {})
        st.navigation(pages_for(None, is_known=False), position="hidden")
        wait_for_database(error)
    except PromptoryError as error:
        show_fault(str(error))


main()
