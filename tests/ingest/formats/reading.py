"""Reading a file or folder as an import does, without a library."""

from dataclasses import dataclass, field
from pathlib import Path

from ingest import ImportOptions
from ingest.errors import RecordError
from ingest.fields import PromptRecord
from ingest.readers import reader_for
from ingest.sources import open_sources
from ingest.staging import bounded, format_name

OPTIONS = ImportOptions(collection="c")


@dataclass
class Outcome:
    """What was read: the files' formats, the prompts, and (row number, reason) of what was rejected."""

    formats: list[str] = field(default_factory=list)
    prompts: list[PromptRecord] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def found(self) -> int:
        """How many records there are."""
        return len(self.prompts) + len(self.faults)


def read(path: Path) -> Outcome:
    """The prompts of a file, or of all files of a folder."""
    outcome = Outcome()
    with open_sources([path]) as sources:
        for file in sources.files:
            reader = reader_for(file)
            for row in map(bounded, reader.rows(file)):
                if row.number == 1:
                    outcome.formats.append(format_name(file, reader, OPTIONS.name_shape(row.fields)))
                try:
                    if row.fault:
                        raise RecordError(row.fault)
                    outcome.prompts.append(OPTIONS.to_record(row.fields))
                except RecordError as error:
                    outcome.faults.append((row.number, str(error)))
    return outcome


def read_text(folder: Path, name: str, content: str) -> Outcome:
    """The prompts of a text under a file name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
    return read(path)
