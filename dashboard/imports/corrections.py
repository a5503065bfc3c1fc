"""Rejected records, to be corrected in the browser and imported again."""

import json
from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import viewer
from dashboard.components import TIERS, plain
from dashboard.downloads import csv_button
from dashboard.imports.cells import as_cell, columns_of, corrected, is_changed
from dashboard.imports.desk import Desk
from dashboard.imports.wording import telling
from ingest import access_said, find_near_duplicates, import_corrections
from schema.database import engine_for
from schema.models import Tier
from schema.repository.history import BatchSummary, Rejection, rejections_of
from schema.roles import Role
from schema.wording import counted

_MOST_EDITED = 200
_MOST_DOWNLOADED = 10_000
_RECORD_CHARACTERS = 2000
_CHOSEN = "Import"
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
    st.subheader("Rejected records", anchor=False)
    records = [one for one in refused if one.record]
    for one in refused:
        if not one.record:
            st.error(f"**{plain(one.file, 120)}** {plain(one.reason.removeprefix(one.file), 600)}")
    if records:
        shown = f" The first {_MOST_EDITED:,} of {len(records):,} are shown." if len(records) > _MOST_EDITED else ""
        st.caption(f"Correct the cells that are wrong. What you change or tick is imported again, nothing else.{shown}")
        chosen = _edit(batch_id, records[:_MOST_EDITED], options.get("mapping", {}))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _ask_import(desk, batch_id, chosen, access_said(options))
    csv_button(_as_table(refused), f"promptory-rejections-{batch_id}.csv")


def _edit(batch_id: int, records: list[Rejection], mapping: dict[str, str]) -> Chosen:
    columns = columns_of((one.record for one in records), mapping)
    rows = [
        {_CHOSEN: False, "File": PurePath(one.file).name, "Row": one.row_number, "Reason": one.reason}
        | {_OWN + column: as_cell(one.record.get(column)) for column in columns}
        for one in records
    ]
    edited = st.data_editor(
        pd.DataFrame(rows),
        column_config={
            _CHOSEN: st.column_config.CheckboxColumn(_CHOSEN, width=90, pinned=True),
            "File": st.column_config.TextColumn("File", width=130),
            "Row": st.column_config.NumberColumn("Row", width=60),
            "Reason": st.column_config.TextColumn("Reason", width=170),
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
        "Access by default",
        tiers,
        index=tiers.index(said),
        format_func=TIERS.__getitem__,
        key=f"corrections-access-{batch_id}",
        width=260,
    )
    st.button(
        f"Import {counted(len(chosen), 'corrected record')}" if chosen else "Import corrected records",
        type="primary",
        icon=":material/upload:",
        disabled=not chosen,
        key=f"resubmit-{batch_id}",
        on_click=_resubmit,
        args=(desk, batch_id, chosen, access),
    )


def _resubmit(desk: Desk, batch_id: int, chosen: Chosen, access: Tier) -> None:
    with telling() as say:
        engine = engine_for(Role.INGEST)
        result = import_corrections(engine, batch_id, chosen, access=access, started_by=viewer.viewer_id())
        find_near_duplicates(engine)
        assert result.batch_id is not None
        again = result.total("rejected")
        accepted = counted(result.total("found") - again, "corrected record")
        if again:
            desk.show(result.batch_id)
        say(f"{accepted} imported, as import {result.batch_id}." + (f" Still rejected: {again:,}." if again else ""))


def _as_table(refused: list[Rejection]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "File": [one.file for one in refused],
            "Row": [one.row_number for one in refused],
            "Reason": [one.reason for one in refused],
            "Record": [json.dumps(one.record, ensure_ascii=False)[:_RECORD_CHARACTERS] for one in refused],
        }
    )
