"""Show a look into the dropped files: the format, the first records and the faults of each."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import plain, shorten, table
from dashboard.imports.looks import COLUMNS, ROWS_SHOWN, FileLook, Look
from dashboard.imports.mapping import label_of
from dashboard.translation import _, ngettext
from dashboard.translation.faults import translated

_WIDTHS = {"title": 200, "prompt_text": 380, "description": 220, "tags": 140}


def show_look(look: Look, key: str) -> None:
    """The files, one of them in detail, and what is passed over."""
    if look.files:
        st.subheader(_("Preview"), anchor=False)
        _show_file(_choose_file(look, key), key)
    if look.passed_over:
        show_passed_over(look.passed_over)


def show_passed_over(files: list[tuple[str, str]]) -> None:
    """Files that hold no prompts, folded away."""
    title = ngettext("{count} file passed over", "{count} files passed over", len(files))
    _show_reasons(title, files, icon=":material/skip_next:", key="passed-over")


def show_picture_faults(files: list[tuple[str, str]]) -> None:
    """Pictures that prompts are without, folded away."""
    title = ngettext("{count} note on pictures", "{count} notes on pictures", len(files))
    _show_reasons(title, files, icon=":material/hide_image:", key="picture-faults")


def _show_reasons(title: str, files: list[tuple[str, str]], *, icon: str, key: str) -> None:
    with st.expander(title, icon=icon):
        rows = pd.DataFrame(
            {
                "file": [label for label, _reason in files],
                "reason": [translated(reason.removeprefix(label)) for label, reason in files],
            }
        )
        table(rows, {"file": _("File"), "reason": _("Reason")}, key=key)


def _choose_file(look: Look, key: str) -> FileLook:
    if len(look.files) == 1:
        return look.files[0]
    total = look.total_files - len(look.passed_over)
    st.caption(ngettext("{count} file", "{count} files", total))
    if total > len(look.files):
        st.caption(_("The first {count} can be looked at.", count=len(look.files)))
    numbers = list(range(len(look.files)))
    chosen = st.selectbox(
        _("File"), numbers, format_func=lambda number: _named(look.files[number]), key=f"look-{key}-{len(numbers)}"
    )
    return look.files[chosen]


def _named(file: FileLook) -> str:
    parts = [file.label, file.format]
    if len(file.faults):
        parts.append(ngettext("{count} fault", "{count} faults", len(file.faults)))
    return " · ".join(parts)


def _show_file(file: FileLook, key: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(file.label, 120)}** &nbsp; :blue-badge[{plain(file.format)}]")
        records, columns = st.columns([3, 1])
        with records:
            st.caption(_("As they would be imported, {count} records at most", count=ROWS_SHOWN))
            text = st.column_config.TextColumn
            shown = {name: text(_(COLUMNS[name]), width=_WIDTHS.get(name)) for name in file.records.columns}
            table(file.records, shown, key=f"records-{key}")
        with columns:
            st.caption(_("What the columns are taken for"))
            meanings = [(shorten(name, 80), _meaning(meaning)) for name, meaning in file.columns.items()]
            frame = pd.DataFrame(meanings, columns=["column", "meaning"])
            table(frame, {"column": _("Column"), "meaning": _("Meaning")}, key=f"columns-{key}")
        if file.records.empty:
            st.warning(_("No column was found to hold the prompts. Choose it above, as Prompt text."))
        elif not file.faults.empty:
            st.warning(
                ngettext(
                    "{count} of the first records cannot be imported; the others can.",
                    "{count} of the first records cannot be imported; the others can.",
                    len(file.faults),
                )
            )
        if not file.faults.empty:
            table(file.faults, _fault_columns(), key=f"faults-{key}")


def _fault_columns() -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "row": st.column_config.NumberColumn(_("Row"), width=60),
        "reason": text(_("Reason"), width=280),
        "record": text(_("Record"), width=420),
    }


def _meaning(name: str | None) -> str:
    return label_of(name) if name else _("kept as a detail")
