"""One import, just done or of the history: what became of its records, and what is left to decide."""

import pandas as pd
import streamlit as st

from dashboard import viewer
from dashboard.components import table
from dashboard.imports.corrections import show_rejections
from dashboard.imports.desk import Desk
from dashboard.imports.history import beside
from dashboard.imports.pairs import show_pair
from dashboard.imports.preview import show_passed_over, show_picture_faults
from dashboard.imports.undo import undo_button
from dashboard.imports.wording import show_counts, told
from dashboard.translation import _, ngettext
from schema.models import BatchStatus
from schema.repository.duplicates import near_duplicates
from schema.repository.history import BatchSummary, recent_batches, vanished_in

_MOST_VANISHED = 1000
_PAIRS = 5


def show_result(desk: Desk, batch_id: int) -> None:
    """Counts by file, what was passed over or vanished, near-duplicates and rejected records."""
    with viewer.open_session() as session:
        batches = recent_batches(session, batch_id=batch_id)
    if not batches:
        desk.show(None)
        st.rerun()
    for batch in batches:
        with beside(batch):
            st.button(_("All imports"), icon=":material/arrow_back:", on_click=desk.show, args=(None,))
            undo_button(desk, batch)
        _show_files(batch)
        if batch.status is BatchStatus.SUCCEEDED:
            _show_vanished(batch_id)
            _show_pairs(batch_id)
            show_rejections(desk, batch)


def _show_files(batch: BatchSummary) -> None:
    if batch.failure:
        st.error(told(batch.failure))
        return
    show_counts(batch.files, key="result")
    if batch.passed_over:
        show_passed_over([(one["label"], one["reason"]) for one in batch.passed_over])
    if batch.picture_faults:
        show_picture_faults([(one["label"], one["reason"]) for one in batch.picture_faults])


def _show_vanished(batch_id: int) -> None:
    with viewer.open_session() as session:
        vanished = vanished_in(session, batch_id, take=_MOST_VANISHED)
    if not vanished:
        return
    title = ngettext("{count} record vanished", "{count} records vanished", len(vanished))
    if len(vanished) == _MOST_VANISHED:
        title = _("{count} records vanished, or more", count=len(vanished))
    with st.expander(title, icon=":material/playlist_remove:"):
        st.caption(
            _("An earlier version of the collection held them. They stay in the library unless they are archived.")
        )
        rows = pd.DataFrame(
            {
                "title": [one.title for one in vanished],
                "file": [one.file for one in vanished],
                "archived": [one.is_archived for one in vanished],
            }
        )
        columns = {
            "title": _("Title"),
            "file": _("File"),
            "archived": st.column_config.CheckboxColumn(_("Archived")),
        }
        table(rows, columns, key="vanished")


def _show_pairs(batch_id: int) -> None:
    with viewer.open_session() as session:
        # One more than fits tells whether there are more.
        pairs = near_duplicates(session, batch_id=batch_id, take=_PAIRS + 1)
    if not pairs:
        return
    st.subheader(_("Nearly the same"), anchor=False)
    for pair in pairs[:_PAIRS]:
        show_pair(pair)
    if len(pairs) > _PAIRS:
        st.page_link("app_pages/duplicates.py", label=_("More near-duplicates"), icon=":material/difference:")
