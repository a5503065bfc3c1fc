"""Tables to take along: Parquet, and CSV for spreadsheets, which run a cell that begins like a formula."""

from functools import partial
from io import BytesIO

import pandas as pd
import streamlit as st

from dashboard.translation import _

# OWASP, "CSV Injection"; Excel in East Asia takes the full-width signs for formulas as well.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralised(value: object) -> object:
    """A text that begins like a formula with an apostrophe before it; anything else as it is."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def as_csv(frame: pd.DataFrame) -> bytes:
    """`frame` as CSV without its index, in UTF-8 with the byte-order mark that Excel needs."""
    safe = frame.rename(columns=neutralised)
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].astype(object).map(neutralised)
    return safe.to_csv(index=False).encode("utf-8-sig")


def csv_button(frame: pd.DataFrame, file_name: str) -> None:
    """A button that downloads `frame` as CSV."""
    st.download_button(
        _("Download CSV"),
        as_csv(frame),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download-{file_name}",
    )


def as_parquet(frame: pd.DataFrame) -> bytes:
    """`frame` as Parquet without its index, with its columns' own types."""
    written = BytesIO()
    frame.to_parquet(written, index=False)
    return written.getvalue()


def download_buttons(frame: pd.DataFrame, name: str) -> None:
    """Buttons that download `frame` as `name`.csv and `name`.parquet; files are made when they are asked for."""
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime, write in (
            (_("Download CSV"), "csv", "text/csv", as_csv),
            (_("Download Parquet"), "parquet", "application/vnd.apache.parquet", as_parquet),
        ):
            st.download_button(
                label,
                partial(write, frame),
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{name}.{ending}",
            )
