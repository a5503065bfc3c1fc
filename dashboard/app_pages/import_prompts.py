"""Import prompt collections: drop files, look at what would be read, import, see what became of it, take it back."""

import streamlit as st

from dashboard.imports.desk import current_desk
from dashboard.imports.history import show_history
from dashboard.imports.prepare import prepare
from dashboard.imports.progress import show_progress
from dashboard.imports.result import show_result
from dashboard.imports.undo import confirm_undo
from dashboard.imports.wording import show_notice
from dashboard.translation import _


def page() -> None:
    """Work that is under way, an import that is shown, or the files to import with the history."""
    desk = current_desk()
    desk.settle()
    st.title(_("Import prompts"), anchor=False)
    show_notice()
    if desk.job:
        show_progress(desk.job)
    elif desk.shown is not None:
        show_result(desk, desk.shown)
    else:
        prepare(desk)
        if not desk.tray.paths:
            show_history(desk)
    if desk.undo_asked is not None:
        confirm_undo(desk, desk.undo_asked)


page()
