"""Answers as tables: what a column means is one click away, and all rows can be downloaded."""

import pandas as pd
import streamlit as st

from dashboard.components import plain, table
from dashboard.definitions import definition
from dashboard.downloads import download_buttons
from dashboard.explore.wording import dimension_name, measure_name
from dashboard.translation import _, ngettext
from schema.repository.catalogue import Mart
from schema.repository.questions import Aggregate, Question
from schema.sandbox import Answer


def names_of(question: Question) -> dict[str, str]:
    """How the columns of an answer are called, by their labels."""
    dimensions = {one.label: dimension_name(one) for one in question.dimensions}
    return dimensions | {one.label: measure_name(one) for one in question.measures}


def show_table(frame: pd.DataFrame, question: Question) -> None:
    """All rows of an answer, with downloads."""
    names = names_of(question)
    columns: dict[str, object] = {}
    for one in question.dimensions:
        columns[one.label] = st.column_config.Column(names[one.label], help=definition(question.mart, one.column))
    for measure in question.measures:
        told = definition(question.mart, measure.column) if measure.column else None
        is_whole = measure.aggregate in (Aggregate.ROWS, Aggregate.DIFFERENT)
        columns[measure.label] = (
            st.column_config.NumberColumn(names[measure.label], help=told, format="localized")
            if is_whole or pd.api.types.is_numeric_dtype(frame[measure.label])
            else st.column_config.Column(names[measure.label], help=told)
        )
    table(frame, columns, key="explore-table")
    st.caption(ngettext("{count} row", "{count} rows", len(frame)))
    download_buttons(frame, f"promptory-{question.mart}".replace("_", "-"))


def show_columns(mart: Mart) -> None:
    """What a mart's columns are and mean."""
    with st.expander(_("Columns of {mart}", mart=plain(mart.name)), icon=":material/menu_book:"):
        rows = [(one.name, one.type_name, definition(mart.name, one.name) or "") for one in mart.columns]
        text = st.column_config.TextColumn
        table(
            pd.DataFrame(rows, columns=["name", "type", "meaning"]),
            {
                "name": text(_("Column"), width=200),
                "type": text(_("Type"), width=140),
                "meaning": text(_("Meaning"), width="large"),
            },
            key=f"explore-columns-{mart.name}",
        )


def frame_of(answer: Answer) -> pd.DataFrame:
    """The rows of a typed statement; a column name that stands there again gets a number."""
    names: list[str] = []
    for name in answer.columns:
        number, unique = 1, name or "?"
        while unique in names:
            number += 1
            unique = f"{name} ({number})"
        names.append(unique)
    return pd.DataFrame.from_records(answer.rows, columns=names, coerce_float=True)
