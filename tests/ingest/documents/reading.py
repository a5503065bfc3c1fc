"""Reading a folder as an import does, without a library: what is a prompt, what is rejected, what is passed over."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest import ImportOptions
from ingest.errors import RecordError, UnreadableFileError
from ingest.fields import PromptRecord
from ingest.readers import reader_for
from ingest.sources import open_sources
from ingest.staging import bounded

OPTIONS = ImportOptions(collection="c")


@dataclass
class Reading:
    """The prompts in order, how many records each reader found, and by place what was rejected or passed over."""

    prompts: list[PromptRecord] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    rejected: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)

    @property
    def only(self) -> PromptRecord:
        """The one prompt there is."""
        (prompt,) = self.prompts
        return prompt

    @property
    def bodies(self) -> int:
        """How many different texts there are."""
        return len({prompt.content_hash for prompt in self.prompts})


def read(path: Path) -> Reading:
    """What an import would read of a file or a folder."""
    reading = Reading()
    with open_sources([path]) as sources:
        for file in sources.files:
            try:
                reader = reader_for(file)
                for row in map(bounded, reader.rows(file)):
                    reading.formats[reader.name] += 1
                    try:
                        if row.fault:
                            raise RecordError(row.fault)
                        reading.prompts.append(OPTIONS.to_record(row.fields))
                    except RecordError as error:
                        reading.rejected[file.place] = str(error)
            except UnreadableFileError as error:
                if file.named:
                    raise
                reading.passed_over[file.place] = str(error).removeprefix(file.label).strip(" .")
            file.forget()
    return reading


def read_files(folder: Path, files: dict[str, str]) -> Reading:
    """What an import would read of a folder with these files."""
    for name, text in files.items():
        write(folder, name, text)
    return read(folder)


def write(folder: Path, name: str, text: str) -> Path:
    """A file with a text below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
