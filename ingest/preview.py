"""What an import would read, without touching the library."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from ingest.columns import Fields
from ingest.errors import RecordError, UnreadableFileError
from ingest.fields import NO_PROMPT, PromptRecord
from ingest.prompts import ImportOptions, no_prompts
from ingest.readers import reader_for
from ingest.sources import Address, PassedOver, SourceFile, open_sources
from ingest.staging import bounded, format_name
from ingest.text import without_unstorable

PREVIEW_ROWS = 200
PREVIEW_FILES = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be imported as it stands."""

    row: int
    reason: str
    record: Fields


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The first rows of a file as they would be imported.

    `columns` tells for each of the file's columns what it is taken for, or None where it is kept as a detail. Without
    `records` no column was found to hold a prompt: the curator must say which one does.
    """

    label: str
    format: str
    columns: dict[str, str | None] = field(default_factory=dict)
    records: list[PromptRecord] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """The first files and rows of what was given: PREVIEW_FILES of `total_files`, PREVIEW_ROWS of each."""

    files: list[FilePreview]
    passed_over: list[PassedOver]
    total_files: int


def preview_prompts(addresses: Sequence[Address], options: ImportOptions, *, rows: int = PREVIEW_ROWS) -> Preview:
    """Read the first records of files, folders or archives.

    Raises:
        UnreadableFileError: a file that was named cannot be read, or nothing in a folder or archive holds a prompt.
    """
    with open_sources(addresses, root=options.root) as sources:
        preview = Preview([], list(sources.passed_over), len(sources.files))
        for file in sources.files:
            if len(preview.files) == PREVIEW_FILES:
                break
            try:
                preview.files.append(_preview(file, options, rows))
            except UnreadableFileError as error:
                if file.named:
                    raise
                preview.passed_over.append(PassedOver(file.label, str(error)))
            file.forget()
    if not preview.files:
        told = "; ".join(one.reason for one in preview.passed_over[:3])
        raise UnreadableFileError(f"There is no prompt in what was given. {told}")
    return preview


def _preview(file: SourceFile, options: ImportOptions, rows: int) -> FilePreview:
    reader = reader_for(file)
    preview: FilePreview | None = None
    for row_as_read in islice(reader.rows(file), rows):
        row = bounded(row_as_read)
        preview = preview or FilePreview(file.label, format_name(file, reader, options.name_shape(row.fields)))
        for column in row.fields:
            preview.columns.setdefault(column, options.meaning_of(column))
        try:
            if row.fault:
                raise RecordError(row.fault)
            preview.records.append(options.to_record(row.fields))
        except RecordError as error:
            record = without_unstorable(dict(options.without_addresses(row.fields)))
            preview.faults.append(Fault(row.number, str(error), record))
    if preview is None:
        raise UnreadableFileError(f"{file.label} holds no records.")
    if not preview.records and not file.named and all(fault.reason == NO_PROMPT for fault in preview.faults):
        raise UnreadableFileError(no_prompts(file.label))
    return preview
