"""A first look into the dropped files, before anything is imported."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.components import agent_type_name, language_name, shorten, tier_name
from dashboard.imports.tray import Tray
from dashboard.translation import N_, language
from dashboard.translation.faults import translated
from ingest import Fault, FilePreview, ImportOptions, UnreadableFileError, preview_prompts

ROWS_SHOWN = 20
_CELL_CHARACTERS = 160
COLUMNS = {
    "title": N_("Title"),
    "prompt_text": N_("Prompt text"),
    "description": N_("Description"),
    "tags": N_("Tags"),
    "author": N_("Author"),
    "language": N_("Language"),
    "agent_type": N_("Type"),
    "access": N_("Access"),
    "licence": N_("Licence"),
    "negative_prompt": N_("Negative prompt"),
    "variables": N_("Variables"),
    "image": N_("Picture"),
    "key": N_("Key"),
}
_LOOKS = "import_looks"
# With the curator's mapping, and without.
_KEPT = 2


@dataclass(frozen=True, slots=True)
class FileLook:
    """A file as it would be imported: its format, its columns' meanings, its first records and the faults in them."""

    label: str
    format: str
    columns: dict[str, str | None]
    records: pd.DataFrame
    faults: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Look:
    """What lies in the tray. `refused` are the files that cannot be read, each with the reason."""

    files: list[FileLook] = field(default_factory=list)
    total_files: int = 0
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    refused: dict[Path, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str | None]:
        """The columns of all files."""
        return {column: meaning for file in self.files for column, meaning in file.columns.items()}

    @property
    def may_be_imported(self) -> bool:
        """Whether each file holds prompts."""
        return not self.refused and bool(self.files) and all(not file.records.empty for file in self.files)


def look_into(tray: Tray, options: ImportOptions) -> Look:
    """Read the first records of each file; a look is kept for as long as nothing changes it."""
    asked = (tuple(tray.paths), tuple(options.mapping.items()), options.tags, options.licence, language())
    kept: dict[object, Look] = st.session_state.setdefault(_LOOKS, {})
    look = kept.pop(asked, None) or _read(tray.paths, options)
    while len(kept) >= _KEPT:
        kept.pop(next(iter(kept)))
    kept[asked] = look
    return look


def _read(paths: list[Path], options: ImportOptions) -> Look:
    files, passed_over, refused, total = [], [], {}, 0
    for path in paths:
        try:
            preview = preview_prompts([path], options)
        except UnreadableFileError as error:
            refused[path] = str(error)
            continue
        files += [_file(one) for one in preview.files]
        passed_over += [(one.label, one.reason) for one in preview.passed_over]
        total += preview.total_files
    return Look(files, total, passed_over, refused)


def _file(preview: FilePreview) -> FileLook:
    return FileLook(preview.label, preview.format, preview.columns, _records(preview), _faults(preview))


def _faults(preview: FilePreview) -> pd.DataFrame:
    """The records that cannot be imported, each as it stands in the file."""
    rows = [(fault.row, translated(fault.reason), _shown(fault)) for fault in preview.faults]
    return pd.DataFrame(rows, columns=["row", "reason", "record"])


def _shown(fault: Fault) -> str:
    return shorten(json.dumps(fault.record, ensure_ascii=False, default=str), 10 * _CELL_CHARACTERS)


def _records(preview: FilePreview) -> pd.DataFrame:
    """The first records, a column for each field that any of them has."""
    rows = [
        {
            "title": shorten(record.title, _CELL_CHARACTERS),
            "prompt_text": shorten(record.prompt_text[: 2 * _CELL_CHARACTERS], _CELL_CHARACTERS),
            "description": shorten(record.description or "", _CELL_CHARACTERS),
            "tags": ", ".join(record.tags),
            "author": ", ".join(record.contributors),
            "language": language_name(record.language) if record.language else "",
            "agent_type": agent_type_name(record.agent_type),
            "access": tier_name(record.access) if record.access else "",
            "licence": record.licence or "",
            "negative_prompt": shorten(record.negative_prompt or "", _CELL_CHARACTERS),
            "variables": ", ".join(str(one["name"]) for one in record.variables),
            "image": record.image or "",
            "key": record.key or "",
        }
        for record in preview.records[:ROWS_SHOWN]
    ]
    frame = pd.DataFrame(rows)
    return frame[[column for column in frame.columns if frame[column].astype(bool).any()]]
