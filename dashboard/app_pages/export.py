"""Write a selection of the library out as a file."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from dashboard import viewer
from dashboard.components import AGENT_TYPES, LANGUAGES, TIERS, typed
from dashboard.imports.wording import told
from dashboard.suggestions import recent_tags
from ingest import Selection, export_prompts
from schema.database import engine_for
from schema.errors import PromptoryError
from schema.models import AgentType, BatchKind, BatchStatus, Tier
from schema.repository.history import recent_batches
from schema.roles import Role
from schema.wording import counted

_FORMATS = {
    "csv": "CSV, safe for spreadsheets",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
    "zip": "Markdown, a file a prompt (ZIP)",
}
_MAX_MEGABYTES = 200
_MOST_BATCHES = 1000
_MADE = "export_made"


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written for a selection."""

    selection: Selection
    kind: str
    prompts: int
    content: bytes


def page() -> None:
    """Choose, write, download."""
    st.title("Export prompts", anchor=False)
    st.caption("Importing an export gives the same prompts again.")
    selection = _ask_selection()
    kind = st.selectbox("Format", list(_FORMATS), format_func=_FORMATS.__getitem__, key="export-format", width=420)
    if st.button("Write the file", type="primary", icon=":material/draft:"):
        _make(selection, kind)
    made = st.session_state.get(_MADE)
    if isinstance(made, Made) and (made.selection, made.kind) == (selection, kind):
        _offer(made)


def _ask_selection() -> Selection:
    with st.grid(5, min_column_width=170):
        collection = st.selectbox("Collection", _collections(), index=None, placeholder="Any", key="export-collection")
        tag = st.selectbox(
            "Tag", recent_tags(), index=None, placeholder="Any", accept_new_options=True, key="export-tag"
        )
        agent_type = st.selectbox(
            "Type",
            list(AgentType),
            index=None,
            placeholder="Any",
            format_func=AGENT_TYPES.__getitem__,
            key="export-type",
        )
        language = st.selectbox(
            "Language",
            list(LANGUAGES),
            index=None,
            placeholder="Any",
            format_func=lambda code: LANGUAGES.get(code, code),
            accept_new_options=True,
            key="export-language",
        )
        access = st.selectbox(
            "Access", list(Tier), index=None, placeholder="Any", format_func=TIERS.__getitem__, key="export-access"
        )
    return Selection(collection, typed(tag) or None, agent_type, typed(language) or None, access)


def _collections() -> list[str]:
    with viewer.open_session() as session:
        batches = recent_batches(session, kind=BatchKind.PROMPTS, take=_MOST_BATCHES)
    return sorted({one.collection for one in batches if one.collection and one.status is BatchStatus.SUCCEEDED})


def _make(selection: Selection, kind: str) -> None:
    st.session_state.pop(_MADE, None)
    with TemporaryDirectory(prefix="promptory-export-") as folder, st.spinner("Writing …"):
        path = Path(folder) / f"promptory.{kind}"
        try:
            prompts = export_prompts(engine_for(Role.INGEST), path, selection, kind)
        except PromptoryError as error:
            st.error(told(error))
            return
        if path.stat().st_size > _MAX_MEGABYTES * 1_000_000:
            st.error(
                f"{counted(prompts, 'prompt')} make more than {_MAX_MEGABYTES} MB. Choose fewer, or write the file at "
                "the server: promptory export."
            )
            return
        st.session_state[_MADE] = Made(selection, kind, prompts, path.read_bytes())


def _offer(made: Made) -> None:
    if not made.prompts:
        st.info("No prompt is like this.")
        return
    st.download_button(
        f"Download {counted(made.prompts, 'prompt')}",
        made.content,
        file_name=f"promptory.{made.kind}",
        icon=":material/download:",
        on_click="ignore",
        key="export-download",
    )
    st.caption(f"{len(made.content) / 1_000_000:,.2f} MB")


page()
