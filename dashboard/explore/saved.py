"""Views under a name: opening, saving, sharing and deleting them."""

import streamlit as st

from dashboard import viewer
from dashboard.components import plain, typed
from dashboard.explore.asked import VIEW, Asked, as_json
from dashboard.imports.wording import telling
from dashboard.translation import N_, _
from schema.errors import PromptoryError
from schema.repository.views import MAX_NAME, View, delete_view, find_view, save_view, saved_views, share_view

OPEN = "explore-open"


class ViewError(PromptoryError):
    """A view that cannot be changed, or is not there."""


def views_to_open() -> dict[int, View]:
    """The views that the viewer may open, by id."""
    with viewer.open_session() as session:
        return {view.id: view for view in saved_views(session)}


def view_of_address() -> int | None:
    """The id of the view that the address names."""
    said = st.query_params.get(VIEW, "")
    # More digits than a bigint has name no view.
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def find(view_id: int) -> View | None:
    """A view that the viewer may see."""
    with viewer.open_session() as session:
        return find_view(session, view_id)


def view_name(view: View) -> str:
    """What a view is called in a list."""
    if view.owner_id != viewer.viewer_id():
        return _("{name} (shared with you)", name=view.name)
    return _("{name} (shared)", name=view.name) if view.is_shared else view.name


def show_view(view: View) -> None:
    """The open view: its link, and what its owner can do about it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/bookmark: **{plain(view.name, 80)}**", width="content")
        if view.owner_id != viewer.viewer_id():
            st.caption(_("Shared with you. Save it under a name to have one of your own."), width="content")
            return
        st.caption(
            _("Shared: other analysts open it by the address of this page.")
            if view.is_shared
            else _("Only you see it."),
            width="content",
        )
        label, icon = (_("Share no more"), "lock") if view.is_shared else (_("Share"), "share")
        st.button(label, icon=f":material/{icon}:", key="explore-share", on_click=_share, args=(view,))
        st.button(_("Delete"), icon=":material/delete:", key="explore-delete", on_click=_delete, args=(view,))


def show_save(asked: Asked, view: View | None) -> None:
    """Ask for a name to save under; one's own view of that name is replaced."""
    with st.popover(_("Save"), icon=":material/bookmark_add:"):
        is_own = view is not None and view.owner_id == viewer.viewer_id()
        with st.form("explore-save", border=False):
            name = st.text_input(
                _("Name"),
                view.name if view is not None and is_own else "",
                max_chars=MAX_NAME,
                help=_("A view of yours with the same name is replaced."),
            )
            is_shared = st.checkbox(
                _("Share it with all analysts"), value=view.is_shared if view is not None and is_own else False
            )
            if st.form_submit_button(_("Save the view"), type="primary"):
                _save(typed(name), asked, is_shared=is_shared)


def _save(name: str, asked: Asked, *, is_shared: bool) -> None:
    if not name:
        st.error(_("A view needs a name."))
        return
    owner = viewer.viewer_id()
    assert owner is not None
    with telling() as say, viewer.open_session() as session:
        saved = save_view(session, owner, name, as_json(asked), is_shared=is_shared)
        session.commit()
        say(_("Saved as {name}. The address of this page leads here.", name=plain(name, 80)))
        st.session_state["explore-to-open"] = saved
    st.rerun()


def _share(view: View) -> None:
    with telling() as say, viewer.open_session() as session:
        if not share_view(session, view.id, is_shared=not view.is_shared):
            raise ViewError(_NO_VIEW)
        session.commit()
        say(_("Only you see it from now on.") if view.is_shared else _("Other analysts can open it from now on."))


def _delete(view: View) -> None:
    with telling() as say, viewer.open_session() as session:
        if not delete_view(session, view.id):
            raise ViewError(_NO_VIEW)
        session.commit()
        say(_("{name} is deleted.", name=plain(view.name, 80)))
        st.session_state[OPEN] = None


_NO_VIEW = N_("This view is not yours, or not there any more.")
