"""Take an import back, once the curator has confirmed it."""

import streamlit as st

from dashboard import viewer
from dashboard.imports.desk import Desk, current_desk
from dashboard.imports.wording import UNDO_MORE, telling, told
from dashboard.translation import _, ngettext
from ingest import undo_import
from schema.errors import PromptoryError
from schema.models import BatchStatus
from schema.repository.history import BatchSummary


def undo_button(desk: Desk, batch: BatchSummary) -> None:
    """A button that asks whether to undo an import; nothing where there is nothing to undo."""
    if batch.status is BatchStatus.SUCCEEDED:
        st.button(_("Undo"), icon=":material/undo:", key=f"undo-{batch.id}", on_click=desk.ask_undo, args=(batch.id,))


def _forget() -> None:
    current_desk().ask_undo(None)


def confirm_undo(desk: Desk, batch_id: int) -> None:
    """Say what undoing means, and do it if it is confirmed."""
    # Made on each run: its title is in the reader's language.
    st.dialog(_("Undo this import?"), icon=":material/undo:", on_dismiss=_forget)(_confirm)(desk, batch_id)


def _confirm(desk: Desk, batch_id: int) -> None:
    st.markdown(
        _(
            "The library will be as it was before import {number}: what it brought is removed, what it changed is "
            "restored. An import on which later ones built says which to undo first.",
            number=batch_id,
        )
    )
    force = st.checkbox(_(UNDO_MORE), key=f"undo-force-{batch_id}")
    if st.button(_("Undo the import"), type="primary", key=f"undo-confirmed-{batch_id}"):
        _undo(desk, batch_id, force=force)


def _undo(desk: Desk, batch_id: int, *, force: bool) -> None:
    try:
        with st.spinner(_("Undoing …")):
            result = undo_import(viewer.curating(), batch_id, force=force)
    except PromptoryError as error:
        st.error(told(error))
        return
    with telling() as say:
        done = ngettext(
            "Import {number} is undone: {count} prompt removed.",
            "Import {number} is undone: {count} prompts removed.",
            result.removed,
            number=batch_id,
        )
        restored = ngettext("{count} prompt is as before it.", "{count} prompts are as before it.", result.restored)
        say(f"{done} {restored}" if result.restored else done)
    desk.ask_undo(None)
    desk.show(None)
    st.rerun()
