"""The list of imports, newest first, each with what can be done about it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats, viewer
from dashboard.components import plain, show_more_button, shown_length
from dashboard.imports.desk import Desk
from dashboard.imports.undo import undo_button
from dashboard.imports.wording import COUNT_NAMES, told
from dashboard.translation import N_, _, ngettext
from schema.models import BatchKind, BatchStatus
from schema.repository.history import BatchSummary, recent_batches

_PAGE = 10
_LENGTH = "import_history_length"
_BADGES = {
    BatchStatus.SUCCEEDED: (":green-badge", ":material/check:", N_("Succeeded")),
    BatchStatus.FAILED: (":red-badge", ":material/error:", N_("Failed")),
    BatchStatus.UNDONE: (":gray-badge", ":material/undo:", N_("Undone")),
}


def show_history(desk: Desk) -> None:
    """The imports, a page at first and more at a click."""
    st.subheader(_("Recent imports"), anchor=False)
    length = shown_length(_LENGTH, _PAGE)
    with viewer.open_session() as session:
        # One more than fits tells whether there are more.
        batches = recent_batches(session, kind=BatchKind.PROMPTS, take=length + 1)
    if not batches:
        st.info(_("Nothing has been imported yet."))
    for batch in batches[:length]:
        _show_batch(desk, batch)
    if len(batches) > length:
        show_more_button(_LENGTH, length + _PAGE)


def beside(batch: BatchSummary) -> DeltaGenerator:
    """Show what an import is called and what became of it; returns the place for buttons, at its right or below."""
    text, buttons = st.columns([3, 1.4], vertical_alignment="center")
    with text.container(gap="xxsmall"):
        st.markdown(f"**{plain(_name(batch), 120)}** &nbsp; {_badge(batch.status)}")
        st.caption(_summary(batch))
    return buttons.container(horizontal=True, horizontal_alignment="right")


def _badge(status: BatchStatus) -> str:
    colour, icon, name = _BADGES[status]
    return f"{colour}[{icon} {_(name)}]"


def _summary(batch: BatchSummary) -> str:
    counts = {name: batch.total(code) for code, name in COUNT_NAMES.items()}
    told_counts = [f"{formats.number(count)} {_(name)}" for name, count in counts.items() if count]
    files = ngettext("{count} file", "{count} files", len(batch.files))
    parts = [_("Import {number}", number=batch.id), formats.moment(batch.started_at), files]
    return " · ".join([*parts, ", ".join(told_counts)] if told_counts else parts)


def _show_batch(desk: Desk, batch: BatchSummary) -> None:
    with st.container(border=True):
        with beside(batch):
            st.button(
                _("Details"), icon=":material/info:", key=f"show-{batch.id}", on_click=desk.show, args=(batch.id,)
            )
            undo_button(desk, batch)
        if batch.failure:
            st.caption(f":red[{told(batch.failure)}]")


def _name(batch: BatchSummary) -> str:
    if batch.collection:
        return batch.collection
    # Of what lay in a folder or an archive, that name is enough.
    return ", ".join(dict.fromkeys(str(file["path"]).partition("/")[0] for file in batch.files)) or _("No file")
