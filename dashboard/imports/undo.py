"""Take an import back, once the curator has confirmed it."""

import streamlit as st

from dashboard.imports.desk import Desk, current_desk
from dashboard.imports.wording import UNDO_MORE, telling, told
from ingest import undo_import
from schema.database import engine_for
from schema.errors import PromptoryError
from schema.models import BatchStatus
from schema.repository.history import BatchSummary
from schema.roles import Role
from schema.wording import counted


def undo_button(desk: Desk, batch: BatchSummary) -> None:
    """A button that asks whether to undo an import; nothing where there is nothing to undo."""
    if batch.status is BatchStatus.SUCCEEDED:
        st.button("Undo", icon=":material/undo:", key=f"undo-{batch.id}", on_click=desk.ask_undo, args=(batch.id,))


def _forget() -> None:
    current_desk().ask_undo(None)


@st.dialog("Undo this import?", icon=":material/undo:", on_dismiss=_forget)
def confirm_undo(desk: Desk, batch_id: int) -> None:
    """Say what undoing means, and do it if it is confirmed."""
    st.markdown(
        f"The library will be as it was before import {batch_id}: what it brought is removed, what it changed is "
        "restored. An import on which later ones built says which to undo first."
    )
    force = st.checkbox(UNDO_MORE, key=f"undo-force-{batch_id}")
    if st.button("Undo the import", type="primary", key=f"undo-confirmed-{batch_id}"):
        _undo(desk, batch_id, force=force)


def _undo(desk: Desk, batch_id: int, *, force: bool) -> None:
    try:
        with st.spinner("Undoing …"):
            result = undo_import(engine_for(Role.INGEST), batch_id, force=force)
    except PromptoryError as error:
        st.error(told(error))
        return
    with telling() as say:
        removed, restored = counted(result.removed, "prompt"), counted(result.restored, "prompt")
        as_before = f", {restored} as before it" if result.restored else ""
        say(f"Import {batch_id} is undone: {removed} removed{as_before}.")
    desk.ask_undo(None)
    desk.show(None)
    st.rerun()
