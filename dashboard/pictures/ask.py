"""Let an author choose the picture of a prompt: it is shown as it would be kept, and kept when the prompt is saved."""

from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from dashboard.components import plain
from dashboard.imports.wording import told
from dashboard.pictures.show import show_prepared, thumbnail
from dashboard.translation import _
from schema.pictures import MAX_BYTES, Picture, PictureError, picture_store, prepare
from schema.repository.own_prompts import set_picture

_ENDINGS = ("png", "jpg", "jpeg", "webp", "gif")


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """The picture that a prompt shall have: a new one, or else the one of `key`, which may be none."""

    key: str | None
    new: Picture | None = None

    def keep(self) -> None:
        """Keep a new picture, before anything of the prompt is written.

        Raises:
            PictureStoreError: it cannot be kept.
        """
        if self.new:
            picture_store().put(self.new)

    def write(self, session: Session, prompt_id: int, before: str | None) -> None:
        """Give it to a prompt of the viewer's whose picture was `before`.

        Raises:
            ChangeRefusedError: the prompt is not theirs any more.
        """
        key = self.new.key if self.new else self.key
        if key != before:
            set_picture(session, prompt_id, key)


@dataclass(slots=True)
class _State:
    """What the author did so far; a new uploader is an empty one, and a file is prepared once."""

    uploaders: int = 0
    is_removed: bool = False
    prepared: tuple[str, Picture | PictureError] | None = None


def ask_picture(key: str | None, form: str) -> PictureChoice:
    """An uploader, and the picture as it would be. `key` is the prompt's own so far, `form` names its form."""
    state = _state(form)
    uploaded = st.file_uploader(
        _("Picture"),
        type=_ENDINGS,
        max_upload_size=MAX_BYTES // 1024**2,
        key=f"picture-{form}-{state.uploaders}",
        help=_("Everybody sees it, that of a Pro prompt, too. Where and by whom it was taken is removed from it."),
    )
    new = None
    if uploaded is not None:
        if state.prepared is None or state.prepared[0] != uploaded.file_id:
            state.prepared = (uploaded.file_id, _prepared(uploaded.getvalue()))
        found = state.prepared[1]
        if isinstance(found, PictureError):
            st.error(told(found), icon=":material/error:")
        else:
            new = found
    choice = PictureChoice(None if state.is_removed else key, new)
    _show(choice, state)
    return choice


def forget_picture(form: str) -> None:
    """Forget what was chosen, once it is kept or given up."""
    st.session_state.pop(_name(form), None)


def _prepared(content: bytes) -> Picture | PictureError:
    try:
        return prepare(content)
    except PictureError as error:
        return error


def _show(choice: PictureChoice, state: _State) -> None:
    if choice.new is None and choice.key is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="content"):
            if choice.new:
                show_prepared(choice.new, _("The picture that will be kept"))
            elif image := thumbnail(choice.key, _("The prompt's picture")):
                st.html(image)
            else:
                st.caption(plain(_("The picture cannot be shown at the moment.")))
        st.button(_("Remove the picture"), icon=":material/delete:", on_click=_remove, args=(state,))


def _remove(state: _State) -> None:
    state.uploaders += 1
    state.is_removed, state.prepared = True, None


def _state(form: str) -> _State:
    found = st.session_state.setdefault(_name(form), _State())
    assert isinstance(found, _State)
    return found


def _name(form: str) -> str:
    return f"picture-of-{form}"
