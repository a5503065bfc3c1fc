"""Tables of the import page: what would be read, what became of it, and what was imported before."""

import json
from pathlib import PurePath

import pandas as pd
import streamlit as st

from dashboard.components import AGENT_TYPES, language_name, plain, shorten, table
from dashboard.downloads import csv_button
from ingest import COUNTS, BatchResult, Preview
from schema.repository.history import BatchSummary, Rejection

_RECORD_COLUMNS = {
    "Title": st.column_config.TextColumn("Title", width=200),
    "Type": "Type",
    "Language": "Language",
    "Tags": st.column_config.TextColumn("Tags", width=110),
    "Text": st.column_config.TextColumn("Text", width=240),
}
_ROW = st.column_config.NumberColumn("Row", width=60)
_ROWS_SHOWN = 20
_CELL_CHARACTERS = 120
_RECORD_CHARACTERS = 2000


def show_preview(number: int, name: str, preview: Preview) -> None:
    """A file's format, the meaning of its columns, its first records and its faults.

    `number` tells uploads apart that share a name.
    """
    with st.container(border=True):
        st.markdown(f"**{plain(name, 120)}** &nbsp; :blue-badge[{plain(preview.format)}]")
        records, columns = st.columns([3, 1])
        with records:
            st.caption(f"As they would be imported, {_ROWS_SHOWN} records at most")
            table(_records(preview), _RECORD_COLUMNS, key=f"records-{number}")
        with columns:
            st.caption("What the columns are taken for")
            table(_columns(preview), _labels("Column", "Meaning"), key=f"columns-{number}")
        if preview.faults:
            st.warning(f"{len(preview.faults):,} of the first records cannot be imported; the others can.")
            faults = pd.DataFrame(preview.faults, columns=["Row", "Reason"])
            table(faults, {"Row": _ROW, "Reason": "Reason"}, key=f"faults-{number}")


def show_result(result: BatchResult, refused: list[Rejection]) -> None:
    """Counts by file, and the records that were rejected."""
    changed = result.total("inserted") + result.total("updated")
    st.success(f"Imported: {changed:,} of {result.total('found'):,} records are new or changed.")
    rows = [
        {"File": PurePath(file.path).name, **{name: getattr(file, name) for name in COUNTS}} for file in result.files
    ]
    table(pd.DataFrame(rows), _count_columns("File"), key="result")
    if refused:
        _show_rejections(refused, result.total("rejected"))


def show_history(batches: list[BatchSummary]) -> None:
    """The newest batches with their counts, or why they failed."""
    if not batches:
        st.info("Nothing has been imported yet.")
        return
    columns = {
        "Started": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm", timezone="UTC"),
        **_labels("Status"),
        **_count_columns("Collection", "Files"),
    }
    if any(batch.failure for batch in batches):
        columns["Failure"] = st.column_config.TextColumn("Failure", width="large")
    table(pd.DataFrame([_batch(batch) for batch in batches]), columns, key="history")


def _show_rejections(refused: list[Rejection], total: int) -> None:
    st.subheader("Rejected records", anchor=False)
    if len(refused) < total:
        st.caption(f"The first {len(refused):,} of {total:,}")
    rows = pd.DataFrame(
        {
            "File": [PurePath(one.file).name for one in refused],
            "Row": [one.row_number for one in refused],
            "Reason": [one.reason for one in refused],
            "Record": [json.dumps(one.record, ensure_ascii=False)[:_RECORD_CHARACTERS] for one in refused],
        }
    )
    columns = _labels("File") | {
        "Row": _ROW,
        "Reason": "Reason",
        "Record": st.column_config.TextColumn("Record", width="large"),
    }
    table(rows, columns, key="rejections")
    csv_button(rows, "promptory-rejections.csv")


def _records(preview: Preview) -> pd.DataFrame:
    rows = [
        {
            "Title": shorten(record.title, _CELL_CHARACTERS),
            "Type": AGENT_TYPES[record.agent_type],
            "Language": language_name(record.language) if record.language else None,
            "Tags": ", ".join(record.tags),
            "Text": shorten(record.prompt_text[: 2 * _CELL_CHARACTERS], _CELL_CHARACTERS),
        }
        for record in preview.records[:_ROWS_SHOWN]
    ]
    return pd.DataFrame(rows, columns=list(_RECORD_COLUMNS))


def _columns(preview: Preview) -> pd.DataFrame:
    rows = [(shorten(column, 80), meaning or "kept as a detail") for column, meaning in preview.columns.items()]
    return pd.DataFrame(rows, columns=["Column", "Meaning"])


def _batch(batch: BatchSummary) -> dict[str, object]:
    counts = {name: sum(file.get(name, 0) for file in batch.files) for name in COUNTS}
    names = [PurePath(file["path"]).name for file in batch.files]
    return {
        "Started": batch.started_at,
        "Status": batch.status.value.capitalize(),
        "Collection": batch.collection,
        "Files": shorten(", ".join(names), _CELL_CHARACTERS),
        "Failure": batch.failure,
        **counts,
    }


def _labels(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _count_columns(*texts: str) -> dict[str, object]:
    numbers = {name: st.column_config.NumberColumn(name.capitalize(), format="localized") for name in COUNTS}
    return {**_labels(*texts), **numbers}
