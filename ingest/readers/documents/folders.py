"""A folder a prompt: fabric, Semantic Kernel, and prompt.md with metadata beside it."""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from ingest.errors import UnreadableFileError
from ingest.readers.base import Row
from ingest.readers.documents.base import document_of, folder_key_of, lifted, row_of, with_lf
from ingest.readers.documents.frontmatter import Document, load_yaml
from ingest.shapes.messages import Message, as_text
from ingest.sources import SourceFile

DESCRIPTIONS = "scripts/pattern_descriptions/pattern_descriptions.json"
METADATA = ("metadata.yml", "metadata.yaml", "metadata.json")


class FabricReader:
    """`<pattern>/system.md` with, at times, a `user.md`; fabric keeps descriptions and tags in a list of its own."""

    name = "fabric"

    def recognises(self, file: SourceFile) -> bool:
        """By its name, in a folder that names the pattern."""
        return file.name.lower() == "system.md" and bool(file.folder) and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        system, user = with_lf(file.read_text()), file.sibling("user.md")
        asked = with_lf(user.read_text()) if user and user.text_sample else ""
        body = as_text([Message("system", system), Message("user", asked)])
        yield row_of(Document({}, body), _described(file), title=file.folder, key=folder_key_of(file))


class SemanticKernelReader:
    """`<plugin>/<function>/skprompt.txt`, and a `config.json` that describes it."""

    name = "semantic kernel"

    def recognises(self, file: SourceFile) -> bool:
        """By its name."""
        return file.name.lower() == "skprompt.txt" and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        config = _fields_in(file.sibling("config.json"))
        settings = config.get("execution_settings")
        inputs = config.get("input_variables") or _below(config, "input").get("parameters")
        fields = config | {
            "model": _model(settings if isinstance(settings, dict) else {}),
            "plugin": PurePosixPath(file.label).parent.parent.name,
            **variables_of(inputs),
        }
        body = Document({}, with_lf(file.read_text()))
        yield row_of(body, fields, title=file.folder or file.stem, key=folder_key_of(file))


class PromptFolderReader:
    """`<name>/prompt.md` and, beside it, `metadata.yml`, `.yaml` or `.json`."""

    name = "prompt.md"

    def recognises(self, file: SourceFile) -> bool:
        """By its name, in a folder that names the prompt."""
        is_prompt = file.name.lower() in ("prompt.md", "prompt.txt")
        return is_prompt and bool(file.folder) and file.text_sample is not None

    def rows(self, file: SourceFile) -> Iterator[Row]:
        """Yield the one prompt."""
        document = document_of(file)
        fields = document.fields | next(filter(None, (_fields_in(file.sibling(name)) for name in METADATA)), {})
        if isinstance(fields.get("variables"), list):
            fields |= {"declared variables": fields["variables"]} | variables_of(fields.pop("variables"))
        yield row_of(document, lifted(fields), title=file.folder, key=folder_key_of(file))


def variables_of(declared: Any) -> dict[str, Any]:
    """The variables that a record declares, with their defaults: in a list of objects, or an object by name."""
    if isinstance(declared, dict):
        declared = [
            {"name": name, **(one if isinstance(one, dict) else {"default": one})} for name, one in declared.items()
        ]
    found = []
    for one in declared if isinstance(declared, list) else []:
        if isinstance(one, dict) and one.get("name"):
            default = one.get("default", one.get("defaultValue"))
            name = {"name": str(one["name"]).strip("{}$ ")}
            found.append(name if default in (None, "") else name | {"default": default})
    return {"variables": found} if found else {}


def _fields_in(beside: SourceFile | None) -> dict[str, Any]:
    """The fields of a file beside; one that cannot be read is told among the prompt's details."""
    if beside is None:
        return {}
    try:
        text = beside.read_text()
        is_json = beside.name.endswith(".json")
        loaded = json.loads(text, parse_constant=lambda _: None) if is_json else load_yaml(text)
    except (UnreadableFileError, ValueError, RecursionError) as error:
        return {"not read": f"{beside.name}: {error}"[:300]}
    return loaded if isinstance(loaded, dict) else {}


def _described(file: SourceFile) -> dict[str, Any]:
    """What fabric's list, which lies beside the patterns' folder or above it, says of this one."""
    folders = list(PurePosixPath(file.path).parents)[1:4]
    for path in (str(folder / DESCRIPTIONS) for folder in folders):
        with file.faults():
            is_there = file.fs.isfile(path)
        patterns = _fields_in(SourceFile(file.fs, path, DESCRIPTIONS)).get("patterns") if is_there else None
        for one in patterns if isinstance(patterns, list) else []:
            if isinstance(one, dict) and one.get("patternName") == file.folder:
                return {"description": one.get("description"), "tags": one.get("tags")}
    return {}


def _below(fields: dict[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def _model(settings: dict[str, Any]) -> Any:
    """The first model that the settings of one service or another name."""
    services = [one for one in settings.values() if isinstance(one, dict)]
    named = (one.get(name) for one in services for name in ("model_id", "ai_model_id", "modelId"))
    return next((model for model in named if isinstance(model, str)), None)
