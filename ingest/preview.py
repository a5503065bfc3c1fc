"""What an import would read, without touching the library."""

from dataclasses import dataclass
from itertools import islice

from ingest.errors import RecordError, UnreadableFileError
from ingest.fields import NO_PROMPT, PromptRecord, meaning_of
from ingest.prompts import ImportOptions, no_prompts
from ingest.readers import reader_for
from ingest.sources import Address, SourceFile, open_sources
from ingest.staging import bounded

PREVIEW_ROWS = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they would be imported.

    `columns` tells for each of the file's columns what it is taken for, or None where it is kept as a detail.
    `faults` are (row number, reason).
    """

    format: str
    columns: dict[str, str | None]
    records: list[PromptRecord]
    faults: list[tuple[int, str]]


def preview_prompts(address: Address, options: ImportOptions, *, rows: int = PREVIEW_ROWS) -> Preview:
    """Read the first `rows` records of a file.

    Raises:
        UnreadableFileError: the file cannot be read, or none of its fields could hold a prompt.
    """
    with open_sources([address], root=options.root) as sources:
        return _preview(sources.files[0], options, rows)


def _preview(file: SourceFile, options: ImportOptions, rows: int) -> Preview:
    reader = reader_for(file)
    preview = Preview(reader.name, {}, [], [])
    for row_as_read in islice(reader.rows(file), rows):
        row = bounded(row_as_read)
        for column in row.fields:
            preview.columns.setdefault(column, meaning_of(column))
        try:
            if row.fault:
                raise RecordError(row.fault)
            preview.records.append(options.to_record(row.fields))
        except RecordError as error:
            preview.faults.append((row.number, str(error)))
    if not (preview.records or preview.faults):
        raise UnreadableFileError(f"{file.label} holds no records.")
    if not preview.records and all(reason == NO_PROMPT for _, reason in preview.faults):
        raise UnreadableFileError(no_prompts(file.label))
    return preview
