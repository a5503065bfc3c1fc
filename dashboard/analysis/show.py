"""Charts and tables as these pages show them: to be read, to be taken along, with what they mean beside them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts import Chart
from dashboard.components import table
from dashboard.downloads import download_buttons
from dashboard.translation import _


def heading(text: str, meaning: str | None = None) -> None:
    """The title of a part of the page; `meaning` is one click away."""
    st.subheader(text, anchor=False, help=meaning)


def chart(drawn: Chart, name: str, told: str) -> None:
    """A chart over the whole width, whose toolbar saves it as PNG; `told` is what a screen reader says."""
    st.altair_chart(drawn, width="stretch", alt=told, key=name)


def rows(frame: pd.DataFrame, columns: dict[str, Any], *, name: str) -> None:
    """A table with its downloads, which hold the columns that are shown, by their own names, but no links."""
    table(frame, columns, key=f"{name}-table")
    download_buttons(frame[[one for one in columns if one in frame]], f"promptory-{name}")


def frame_of(found: Iterable[Any]) -> pd.DataFrame:
    """Typed rows as a table."""
    return pd.DataFrame([asdict(row) for row in found])


def in_words(frame: pd.DataFrame, column: str, names: dict[str, str]) -> pd.DataFrame:
    """The table with the codes of a column as the reader's language calls them."""
    return frame.assign(**{column: frame[column].map({code: _(name) for code, name in names.items()})})
