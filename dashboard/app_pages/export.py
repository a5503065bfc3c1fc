"""Write a selection of the library out as a file."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from dashboard import formats, viewer
from dashboard.components import LANGUAGES, agent_type_name, language_name, tier_name, typed
from dashboard.imports.wording import told
from dashboard.suggestions import recent_tags
from dashboard.translation import N_, _, ngettext
from ingest import Selection, export_prompts
from schema.errors import PromptoryError
from schema.models import AgentType, BatchKind, BatchStatus, Tier
from schema.repository.history import recent_batches

_FORMATS = {
    "csv": N_("CSV, safe for spreadsheets"),
    "json": N_("JSON"),
    "jsonl": N_("JSON Lines"),
    "parquet": N_("Parquet"),
    "zip": N_("Markdown, a file a prompt (ZIP)"),
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
    st.title(_("Export prompts"), anchor=False)
    st.caption(_("Importing an export gives the same prompts again. The ZIP takes their pictures along."))
    selection = _ask_selection()
    kind = st.selectbox(
        _("Format"), list(_FORMATS), format_func=lambda one: _(_FORMATS[one]), key="export-format", width=420
    )
    if st.button(_("Write the file"), type="primary", icon=":material/draft:"):
        _make(selection, kind)
    made = st.session_state.get(_MADE)
    if isinstance(made, Made) and (made.selection, made.kind) == (selection, kind):
        _offer(made)


def _ask_selection() -> Selection:
    with st.grid(5, min_column_width=170):
        collection = st.selectbox(
            _("Collection"), _collections(), index=None, placeholder=_("Any"), key="export-collection"
        )
        tag = st.selectbox(
            _("Tag"), recent_tags(), index=None, placeholder=_("Any"), accept_new_options=True, key="export-tag"
        )
        agent_type = st.selectbox(
            _("Type"),
            list(AgentType),
            index=None,
            placeholder=_("Any"),
            format_func=agent_type_name,
            key="export-type",
        )
        language = st.selectbox(
            _("Language"),
            LANGUAGES,
            index=None,
            placeholder=_("Any"),
            format_func=language_name,
            accept_new_options=True,
            key="export-language",
        )
        access = st.selectbox(
            _("Access"), list(Tier), index=None, placeholder=_("Any"), format_func=tier_name, key="export-access"
        )
    return Selection(collection, typed(tag) or None, agent_type, typed(language) or None, access)


def _collections() -> list[str]:
    with viewer.open_session() as session:
        batches = recent_batches(session, kind=BatchKind.PROMPTS, take=_MOST_BATCHES)
    return sorted({one.collection for one in batches if one.collection and one.status is BatchStatus.SUCCEEDED})


def _make(selection: Selection, kind: str) -> None:
    st.session_state.pop(_MADE, None)
    with TemporaryDirectory(prefix="promptory-export-") as folder, st.spinner(_("Writing …")):
        path = Path(folder) / f"promptory.{kind}"
        try:
            prompts = export_prompts(viewer.curating(), path, selection, kind)
        except PromptoryError as error:
            st.error(told(error))
            return
        if path.stat().st_size > _MAX_MEGABYTES * 1_000_000:
            st.error(
                ngettext(
                    "{count} prompt makes more than {size} MB. Choose fewer, or write the file at the server: "
                    "promptory export.",
                    "{count} prompts make more than {size} MB. Choose fewer, or write the file at the server: "
                    "promptory export.",
                    prompts,
                    size=_MAX_MEGABYTES,
                )
            )
            return
        st.session_state[_MADE] = Made(selection, kind, prompts, path.read_bytes())


def _offer(made: Made) -> None:
    if not made.prompts:
        st.info(_("No prompt is like this."))
        return
    st.download_button(
        ngettext("Download {count} prompt", "Download {count} prompts", made.prompts),
        made.content,
        file_name=f"promptory.{made.kind}",
        icon=":material/download:",
        on_click="ignore",
        key="export-download",
    )
    st.caption(_("{size} MB", size=formats.decimal(len(made.content) / 1_000_000, 2)))


page()
