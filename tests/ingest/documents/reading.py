"""Writing small folders of documents, and telling what an import would pass over in them."""

from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.readers import reader_for
from ingest.sources import open_sources
from tests.ingest.formats.reading import Outcome, read


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Files with their texts below a folder, whose path is returned."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def read_files(folder: Path, files: dict[str, str]) -> Outcome:
    """The prompts of a folder with these files; what is passed over is left out."""
    return read(write_files(folder, files), passing_over=True)


def passed_over(folder: Path) -> dict[str, str]:
    """The files of a folder that an import leaves out, with the reason."""
    reasons = {}
    with open_sources([folder]) as sources:
        for file in sources.files:
            try:
                reader_for(file)
            except UnreadableFileError as error:
                reasons[file.place] = str(error).removeprefix(file.label).strip(" .")
    return reasons
