"""Import prompt collections: choose files, look at what would be read, import, see what became of it."""

from pathlib import Path

import streamlit as st

from dashboard import viewer
from dashboard.components import TIERS, plain, typed
from dashboard.import_tables import show_history, show_preview, show_result
from dashboard.launch import MAX_UPLOAD_MEGABYTES
from dashboard.uploads import Upload, saved, without_folder
from ingest import (
    MAX_COLLECTION_CHARACTERS,
    BatchResult,
    ImportOptions,
    UnreadableFileError,
    collection_of,
    import_prompts,
    preview_prompts,
)
from schema.database import engine_for
from schema.errors import PromptoryError
from schema.models import BatchKind, Tier
from schema.repository.history import recent_batches, rejections_of
from schema.roles import Role

_ENDINGS = ["csv", "tsv", "json", "jsonl", "gz"]
_ROUND = "import_round"
_RESULT = "import_result"


def page() -> None:
    """Files, preview, import, result and history."""
    st.title("Import prompts", anchor=False)
    uploads = _ask_files()
    if uploads:
        _prepare(uploads)
    else:
        _show_last_result()
    _show_history()


def _ask_files() -> list[Upload]:
    # A new key empties the uploader after an import.
    return list(
        st.file_uploader(
            "Prompt collections (CSV, TSV, JSON or JSON Lines, plain or gzip)",
            type=_ENDINGS,
            accept_multiple_files=True,
            max_upload_size=MAX_UPLOAD_MEGABYTES,
            key=f"files-{st.session_state.get(_ROUND, 0)}",
        )
    )


def _prepare(uploads: list[Upload]) -> None:
    st.session_state.pop(_RESULT, None)
    with saved(uploads) as paths:
        options = _ask_options(paths[0])
        readable = [_preview(number, path, options) for number, path in enumerate(paths)]
        if st.button("Import", type="primary", icon=":material/upload:", disabled=not all(readable)):
            _import(paths, options)


def _ask_options(first: Path) -> ImportOptions:
    name, access = st.columns([3, 1])
    collection = name.text_input(
        "Collection",
        value=collection_of(first)[:MAX_COLLECTION_CHARACTERS],
        max_chars=MAX_COLLECTION_CHARACTERS,
        help="Importing into the same collection again updates its prompts.",
        key=f"collection-{first.name}",
    )
    tier = access.selectbox(
        "Access where a record names none", list(Tier), format_func=TIERS.__getitem__, key="default-access"
    )
    # The history names an upload by its own name, not by the folder it passed through.
    root = first.parent.parent
    return ImportOptions(collection=typed(collection) or None, access=tier, started_by=viewer.viewer_id(), root=root)


def _preview(number: int, path: Path, options: ImportOptions) -> bool:
    try:
        preview = preview_prompts(path, options)
    except UnreadableFileError as error:
        st.error(f"**{plain(path.name, 120)}** {plain(without_folder(str(error), [path]), 600)}")
        return False
    show_preview(number, path.name, preview)
    return True


def _import(paths: list[Path], options: ImportOptions) -> None:
    status = st.status("Importing …")

    def progress(file: str, records: int) -> None:
        status.update(label=f"Reading {plain(file, 80)}: {records:,} records")

    try:
        result = import_prompts(engine_for(Role.INGEST), paths, options, progress)
    except PromptoryError as error:
        status.update(label="Nothing was imported.", state="error")
        st.error(plain(without_folder(str(error), paths), 600))
        return
    st.session_state[_RESULT] = result
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _show_last_result() -> None:
    result = st.session_state.get(_RESULT)
    if not isinstance(result, BatchResult) or result.batch_id is None:
        return
    with viewer.open_session() as session:
        refused = rejections_of(session, result.batch_id)
    show_result(result, refused)


def _show_history() -> None:
    st.subheader("Recent imports", anchor=False)
    with viewer.open_session() as session:
        batches = recent_batches(session, kind=BatchKind.PROMPTS)
    show_history(batches)


page()
