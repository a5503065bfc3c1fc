"""What the curator is asked before an import: the files, and what holds for all of their records."""

from pathlib import Path

import streamlit as st

from dashboard import formats, viewer
from dashboard.components import plain, tier_name, typed
from dashboard.imports.desk import Desk
from dashboard.imports.wording import PRUNE_MORE, told
from dashboard.launch import MAX_UPLOAD_MEGABYTES
from dashboard.suggestions import recent_tags
from dashboard.translation import _
from ingest import MAX_COLLECTION_CHARACTERS, ImportOptions, collection_of
from schema.models import Tier

_LISTS = ("csv", "tsv", "xlsx", "xls", "ods", "json", "jsonl", "ndjson", "yaml", "yml", "parquet")
_DOCUMENTS = ("md", "mdc", "txt", "prompty", "prompt")
_ARCHIVES = ("zip", "tar", "gz", "tgz", "bz2", "xz")
_MAX_LICENCE_CHARACTERS = 120


def ask_files(desk: Desk) -> None:
    """Let files be dropped, and put them into the tray."""
    uploads = st.file_uploader(
        _("More files")
        if desk.tray.paths
        else _("Prompt collections: tables, JSON, YAML, Markdown, prompt files, or archives"),
        type=[*_LISTS, *_DOCUMENTS, *_ARCHIVES],
        accept_multiple_files=True,
        max_upload_size=MAX_UPLOAD_MEGABYTES,
        help=_(
            "CSV, TSV, Excel, OpenDocument, JSON, JSON Lines, YAML, Parquet, Markdown, Prompty or dotprompt, alone "
            "or in a ZIP or tar archive. The format is told by the content."
        ),
        key=f"files-{desk.uploads}",
    )
    if uploads:
        desk.tray.add(uploads)
        desk.uploads += 1
        st.rerun()


def list_files(desk: Desk, refused: dict[Path, str]) -> None:
    """The files in the tray, each with the reason why it cannot be read, if any, and a way to leave it out."""
    for number, path in enumerate(desk.tray.paths):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon = ":material/error:" if path in refused else ":material/description:"
            st.markdown(f"{icon} **{plain(path.name, 120)}** &nbsp; :gray[{_size(path)}]", width="stretch")
            st.button(
                _("Remove"),
                icon=":material/close:",
                type="tertiary",
                key=f"remove-{number}-{path.name}",
                on_click=desk.tray.remove,
                args=(path,),
            )
        if path in refused:
            st.error(told(refused[path]))


def ask_options(desk: Desk) -> ImportOptions:
    """What holds for the import as a whole; the mapping of columns is asked beside the preview."""
    first, key = desk.tray.paths[0], str(desk.round)
    with st.grid(4, min_column_width=180):
        collection = st.text_input(
            _("Collection"),
            value=collection_of(first)[:MAX_COLLECTION_CHARACTERS],
            max_chars=MAX_COLLECTION_CHARACTERS,
            help=_("Importing into the same collection again updates its prompts."),
            key=f"collection-{key}",
            persist_state="page",
        )
        access = st.selectbox(
            _("Access by default"),
            list(Tier),
            format_func=tier_name,
            help=_("For records that name none."),
            key=f"access-{key}",
            persist_state="page",
        )
        licence = st.text_input(
            _("Licence by default"),
            placeholder=_("such as CC0-1.0"),
            max_chars=_MAX_LICENCE_CHARACTERS,
            help=_("For records that name none."),
            key=f"licence-{key}",
            persist_state="page",
        )
        tags = st.multiselect(
            _("Tags for every prompt"),
            recent_tags(),
            accept_new_options=True,
            placeholder=_("none"),
            key=f"tags-{key}",
            persist_state="page",
        )
    prune, force = _ask_prune(key)
    return ImportOptions(
        collection=typed(collection) or None,
        access=access,
        licence=typed(licence) or None,
        tags=tuple(filter(None, map(typed, tags))),
        prune=prune,
        force=force,
        started_by=viewer.viewer_id(),
        root=desk.tray.root,
    )


def _ask_prune(key: str) -> tuple[bool, bool]:
    prune = st.checkbox(
        _("Archive the collection's prompts that this version no longer holds"),
        help=_(
            "For a newer version of a file that was imported into this collection before. Prompts that it lacks are "
            "hidden, not deleted; without this they stay, and are listed as vanished."
        ),
        key=f"prune-{key}",
        persist_state="page",
    )
    force = prune and st.checkbox(_(PRUNE_MORE), key=f"force-{key}", persist_state="page")
    return prune, force


def _size(path: Path) -> str:
    size = path.stat().st_size
    if size >= 100_000:
        return _("{size} MB", size=formats.decimal(size / 1_000_000, 1))
    return _("{size} kB", size=formats.decimal(size / 1000, 1))
