"""Rejected records, to be corrected in the browser and imported again."""

import json
from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, viewer
from dashboard.components import plain, tier_name
from dashboard.downloads import csv_button
from dashboard.imports.cells import as_cell, columns_of, corrected, is_changed
from dashboard.imports.desk import Desk
from dashboard.imports.wording import telling
from dashboard.translation import _, ngettext
from dashboard.translation.faults import translated
from ingest import access_said, find_near_duplicates, import_corrections
from schema.models import Tier
from schema.repository.history import BatchSummary, Rejection, rejections_of

_MOST_EDITED = 200
_MOST_DOWNLOADED = 10_000
_RECORD_CHARACTERS = 2000
_CHOSEN = "import"
# The records' own columns may be called like ours.
_OWN = "record."

Chosen = dict[int, dict[str, Any]]
"""Records to import again, by the id of their rejection."""


def show_rejections(desk: Desk, batch: BatchSummary) -> None:
    """The open rejections of an import: what can be corrected, and all of them as a file."""
    batch_id, options = batch.id, batch.options or {}
    with viewer.open_session() as session:
        refused = rejections_of(session, batch_id, only_open=True, take=_MOST_DOWNLOADED)
    if not refused:
        return
    st.subheader(_("Rejected records"), anchor=False)
    records = [one for one in refused if one.record]
    for one in refused:
        if not one.record:
            st.error(f"**{plain(one.file, 120)}** {plain(translated(one.reason).removeprefix(one.file), 600)}")
    if records:
        st.caption(_("Correct the cells that are wrong. What you change or tick is imported again, nothing else."))
        if len(records) > _MOST_EDITED:
            counts = {"shown": formats.number(_MOST_EDITED), "all": formats.number(len(records))}
            st.caption(_("The first {shown} of {all} are shown.", **counts))
        chosen = _edit(batch_id, records[:_MOST_EDITED], options.get("mapping", {}))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _ask_import(desk, batch_id, chosen, access_said(options))
    csv_button(_as_table(refused), f"promptory-rejections-{batch_id}.csv")


def _edit(batch_id: int, records: list[Rejection], mapping: dict[str, str]) -> Chosen:
    columns = columns_of((one.record for one in records), mapping)
    rows = [
        {_CHOSEN: False, "File": PurePath(one.file).name, "Row": one.row_number, "Reason": translated(one.reason)}
        | {_OWN + column: as_cell(one.record.get(column)) for column in columns}
        for one in records
    ]
    edited = st.data_editor(
        pd.DataFrame(rows),
        column_config={
            _CHOSEN: st.column_config.CheckboxColumn(_("Import"), width=90, pinned=True),
            "File": st.column_config.TextColumn(_("File"), width=130),
            "Row": st.column_config.NumberColumn(_("Row"), width=60),
            "Reason": st.column_config.TextColumn(_("Reason"), width=170),
            **{_OWN + column: st.column_config.TextColumn(column, width=200) for column in columns},
        },
        disabled=["File", "Row", "Reason"],
        hide_index=True,
        # What was imported leaves the table: its edits must not fall on the rows that remain.
        key=f"corrections-{batch_id}-{records[0].id}-{len(records)}",
    )
    chosen = {}
    for one, row in zip(records, edited.to_dict("records"), strict=True):
        cells = {column: row[_OWN + column] for column in columns}
        if row[_CHOSEN] or is_changed(one.record, cells):
            chosen[one.id] = corrected(one.record, cells)
    return chosen


def _ask_import(desk: Desk, batch_id: int, chosen: Chosen, said: Tier) -> None:
    tiers = list(Tier)
    access = st.selectbox(
        _("Access by default"),
        tiers,
        index=tiers.index(said),
        format_func=tier_name,
        key=f"corrections-access-{batch_id}",
        width=260,
    )
    st.button(
        ngettext("Import {count} corrected record", "Import {count} corrected records", len(chosen))
        if chosen
        else _("Import corrected records"),
        type="primary",
        icon=":material/upload:",
        disabled=not chosen,
        key=f"resubmit-{batch_id}",
        on_click=_resubmit,
        args=(desk, batch_id, chosen, access),
    )


def _resubmit(desk: Desk, batch_id: int, chosen: Chosen, access: Tier) -> None:
    with telling() as say:
        engine = viewer.curating()
        result = import_corrections(engine, batch_id, chosen, access=access, started_by=viewer.viewer_id())
        find_near_duplicates(engine)
        assert result.batch_id is not None
        again = result.total("rejected")
        accepted = result.total("found") - again
        if again:
            desk.show(result.batch_id)
        done = ngettext(
            "{count} corrected record imported, as import {number}.",
            "{count} corrected records imported, as import {number}.",
            accepted,
            number=result.batch_id,
        )
        say(f"{done} {_('Still rejected: {count}.', count=formats.number(again))}" if again else done)


def _as_table(refused: list[Rejection]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("File"): [one.file for one in refused],
            _("Row"): [one.row_number for one in refused],
            _("Reason"): [translated(one.reason) for one in refused],
            _("Record"): [json.dumps(one.record, ensure_ascii=False)[:_RECORD_CHARACTERS] for one in refused],
        }
    )
