"""What a person likes, looked at and wrote; for whoever is signed in."""

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import formats, viewer
from dashboard.authoring import ask_prompt, show_deletion
from dashboard.components import badges, choose, plain, prompt_grid, prompt_link
from dashboard.imports.wording import show_notice
from dashboard.shown import ShownPage
from dashboard.translation import N_, _
from schema.repository.cards import PromptCard
from schema.repository.own_prompts import own_prompts
from schema.repository.shelf import liked_prompts, viewed_prompts

_PAGE_SIZE = 12
_SHELVES = {"liked": N_("Liked"), "viewed": N_("Viewed last"), "own": N_("My own")}
_READ = {"liked": liked_prompts, "viewed": viewed_prompts, "own": own_prompts}
_NOTHING = {
    "liked": N_("You have not liked a prompt yet. The heart on a prompt's page puts it here."),
    "viewed": N_("What you look at stands here, the last first."),
    "own": N_("You have not written a prompt yet."),
}
_EDIT, _NEW = "edit", "new"
_TURNED = "my_library_page"


def page() -> None:
    """One shelf, a page of it; or the form for a prompt that is written or changed."""
    st.title(_("My library"), anchor=False)
    reader = viewer.viewer_id()
    if reader is None:
        return
    show_notice()
    shelf = choose(_("Shelf"), _SHELVES, "liked", key="shelf")
    if shelf != "own":
        st.query_params.pop(_EDIT, None)
    edited = st.query_params.get(_EDIT)
    if edited:
        ask_prompt(None if edited == _NEW else edited)
    else:
        with viewer.open_session() as session:
            _show_shelf(session, reader, shelf)
    # Nothing here is a list that we chose for them: opening one of it says nothing of our lists.
    ShownPage().tell()


def _show_shelf(session: Session, reader: int, shelf: str) -> None:
    if shelf == "own":
        st.button(_("Write a prompt"), icon=":material/add:", type="primary", on_click=_edit, args=(_NEW,))
    number = _page_number(shelf)
    # One more than fits tells whether another page follows.
    cards = _READ[shelf](session, reader, skip=number * _PAGE_SIZE, take=_PAGE_SIZE + 1)
    if not cards and number == 0:
        st.info(_(_NOTHING[shelf]))
    elif shelf == "own":
        for card in cards[:_PAGE_SIZE]:
            _show_own(card)
    else:
        prompt_grid(cards[:_PAGE_SIZE], None)
    _turn_pages(shelf, number, more=len(cards) > _PAGE_SIZE)
    if shelf == "own":
        show_deletion(session, reader)


def _show_own(card: PromptCard) -> None:
    with st.container(border=True, gap="small"):
        prompt_link(card.id, card.title)
        st.markdown(badges(card))
        if card.tags:
            st.markdown(" ".join(f":gray-badge[\\#{plain(tag, 40)}]" for tag in card.tags))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/favorite: {formats.number(card.likes)}", width="content")
            st.button(_("Edit"), key=f"edit-{card.id}", icon=":material/edit:", on_click=_edit, args=(str(card.id),))


def _edit(what: str) -> None:
    st.query_params[_EDIT] = what


def _page_number(shelf: str) -> int:
    turned, number = st.session_state.get(_TURNED, ("", 0))
    return int(number) if turned == shelf else 0


def _turn_pages(shelf: str, number: int, *, more: bool) -> None:
    if number == 0 and not more:
        return

    def turn(target: int) -> None:
        st.session_state[_TURNED] = (shelf, target)

    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        st.button(_("Previous"), key="shelf-previous", disabled=number == 0, on_click=turn, args=(number - 1,))
        st.markdown(_("Page {number}", number=number + 1), width="content")
        st.button(_("Next"), key="shelf-next", disabled=not more, on_click=turn, args=(number + 1,))


page()
