"""Which column holds what: found by the columns' names, and put right by the curator."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components import plain, shorten, typed
from dashboard.translation import N_, _
from ingest import ALIASES

_MAIN = ("title", "prompt", "description", "tags", "author", "language")
_OTHERS = tuple(name for name in ALIASES if name not in _MAIN)
_NAMES = {
    "title": N_("Title"),
    "prompt": N_("Prompt text"),
    "description": N_("Description"),
    "tags": N_("Tags"),
    "author": N_("Author"),
    "language": N_("Language"),
    "key": N_("Key"),
    "type": N_("Type (text or image)"),
    "access": N_("Access"),
    "negative_prompt": N_("Negative prompt"),
    "licence": N_("Licence"),
    "model": N_("Model"),
    "popularity": N_("Popularity"),
    "translation_key": N_("Translation key"),
    "variables": N_("Variables"),
    "image": N_("Picture"),
}


def ask_mapping(columns: Mapping[str, str | None], key: str) -> dict[str, str]:
    """Let the curator say which of `columns` (name to what it is taken for) holds what; only what they said.

    A column that is not listed can be typed, such as one of a nested object (`config.systemRole`).
    """
    st.subheader(_("Columns"), anchor=False)
    st.caption(
        _("Found by their names. Where that is wrong, choose or type another; it holds for every file of this import.")
    )
    with st.grid(3, min_column_width=150):
        chosen = {name: _ask(name, columns, key) for name in _MAIN}
    with st.expander(_("More columns")), st.grid(3, min_column_width=150):
        chosen |= {name: _ask(name, columns, key) for name in _OTHERS}
    mapping = {name: column for name, column in chosen.items() if column}
    for column in mapping.values():
        if columns and column not in columns and column.partition(".")[0] not in columns:
            st.warning(_("No file has a column “{column}” in its first records.", column=plain(column, 80)))
    return mapping


def label_of(name: str) -> str:
    """One of our names, for people."""
    return _(_NAMES[name])


def _ask(name: str, columns: Mapping[str, str | None], key: str) -> str:
    options: Sequence[str] = list(columns)
    found = next((column for column, meaning in columns.items() if meaning == name), None)
    return typed(
        st.selectbox(
            label_of(name),
            options,
            index=None,
            placeholder=shorten(found, 40) if found else _("not found"),
            accept_new_options=True,
            key=f"map-{name}-{key}",
            persist_state="page",
        )
    )
