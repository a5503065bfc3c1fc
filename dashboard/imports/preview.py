"""Show a look into the dropped files: the format, the first records and the faults of each."""

import pandas as pd
import streamlit as st

from dashboard.components import plain, shorten, table
from dashboard.imports.looks import ROWS_SHOWN, FileLook, Look
from dashboard.imports.mapping import label_of
from schema.wording import counted

_WIDTHS = {"Title": 200, "Prompt text": 380, "Description": 220, "Tags": 140}
_REASON = st.column_config.TextColumn("Reason", width=280)
_RECORD = st.column_config.TextColumn("Record", width=420)
_ROW = st.column_config.NumberColumn("Row", width=60)


def show_look(look: Look, key: str) -> None:
    """The files, one of them in detail, and what is passed over."""
    if look.files:
        st.subheader("Preview", anchor=False)
        _show_file(_choose_file(look, key), key)
    if look.passed_over:
        show_passed_over(look.passed_over)


def show_passed_over(files: list[tuple[str, str]]) -> None:
    """Files that hold no prompts, folded away."""
    with st.expander(f"{counted(len(files), 'file')} passed over", icon=":material/skip_next:"):
        rows = pd.DataFrame(
            {
                "File": [label for label, _ in files],
                "Reason": [reason.removeprefix(label).strip() for label, reason in files],
            }
        )
        table(rows, {"File": "File", "Reason": "Reason"}, key="passed-over")


def _choose_file(look: Look, key: str) -> FileLook:
    if len(look.files) == 1:
        return look.files[0]
    total = look.total_files - len(look.passed_over)
    shown = f"; the first {len(look.files):,} can be looked at" if total > len(look.files) else ""
    st.caption(f"{counted(total, 'file')}{shown}")
    numbers = list(range(len(look.files)))
    chosen = st.selectbox(
        "File", numbers, format_func=lambda number: _named(look.files[number]), key=f"look-{key}-{len(numbers)}"
    )
    return look.files[chosen]


def _named(file: FileLook) -> str:
    faults = f" · {counted(len(file.faults), 'fault')}" if len(file.faults) else ""
    return f"{file.label} · {file.format}{faults}"


def _show_file(file: FileLook, key: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(file.label, 120)}** &nbsp; :blue-badge[{plain(file.format)}]")
        records, columns = st.columns([3, 1])
        with records:
            st.caption(f"As they would be imported, {ROWS_SHOWN} records at most")
            widths = {name: st.column_config.TextColumn(name, width=_WIDTHS.get(name)) for name in file.records.columns}
            table(file.records, widths, key=f"records-{key}")
        with columns:
            st.caption("What the columns are taken for")
            meanings = [(shorten(name, 80), _meaning(meaning)) for name, meaning in file.columns.items()]
            frame = pd.DataFrame(meanings, columns=["Column", "Meaning"])
            table(frame, {"Column": "Column", "Meaning": "Meaning"}, key=f"columns-{key}")
        if file.records.empty:
            st.warning("No column was found to hold the prompts. Choose it above, as Prompt text.")
        elif not file.faults.empty:
            st.warning(f"{len(file.faults):,} of the first records cannot be imported; the others can.")
        if not file.faults.empty:
            table(file.faults, {"Row": _ROW, "Reason": _REASON, "Record": _RECORD}, key=f"faults-{key}")


def _meaning(name: str | None) -> str:
    return label_of(name) if name else "kept as a detail"
