"""Import prompt collections: read, stage, merge. The same body is one prompt, however many records hold it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Engine, text

from ingest import prompts_sql as sql
from ingest.batch import BatchResult, open_batch
from ingest.errors import UnreadableFileError
from ingest.fields import NO_PROMPT, to_prompt, without_addresses
from ingest.readers import Fields, Row
from ingest.staging import Progress, Staging, no_progress
from schema.errors import PromptoryError
from schema.models import BatchKind, Tier
from schema.settings import get_settings

COLUMNS = {
    "source_key": "text",
    "title": "text",
    "title_is_from_text": "boolean",
    "description": "text",
    "prompt_text": "text",
    "agent_type": "text",
    "access": "text",
    "language": "text",
    "contributors": "text[]",
    "tags": "text[]",
    "details": "jsonb",
    "content_hash": "bytea",
    "record_hash": "bytea",
    # Filled by the merge:
    "occurrence": "integer",
    "source_id": "bigint",
    "prompt_id": "bigint",
    "former_prompt_id": "bigint",
    "was_primary": "boolean",
    "in_place": "boolean",
    "is_heir": "boolean",
}
MAX_COLLECTION_CHARACTERS = 120


@dataclass(frozen=True)
class ImportOptions:
    """What a curator may say about an import.

    `collection` defaults to the first file's name; `root` is the folder that the history names files from.
    """

    collection: str | None = None
    access: Tier = Tier.FREE
    started_by: int | None = None
    root: Path | None = None

    @cached_property
    def _pseudonym_key(self) -> bytes:
        return get_settings().pseudonym_key.get_secret_value().encode()

    def without_addresses(self, fields: Fields) -> Fields:
        """The record with pseudonyms for authors that are e-mail addresses."""
        return without_addresses(fields, self._pseudonym_key)


def import_prompts(
    engine: Engine,
    paths: list[Path],
    options: ImportOptions = ImportOptions(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Import the prompts of `paths` as one batch, in one transaction.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is imported, and the history says why.
        PromptoryError: nothing to import, or a collection name that is too long.
    """
    if not paths:
        raise PromptoryError("There is no file to import.")
    name = (options.collection or collection_of(paths[0])).strip()
    if not 0 < len(name) <= MAX_COLLECTION_CHARACTERS:
        raise PromptoryError(f"A collection's name has 1 to {MAX_COLLECTION_CHARACTERS} characters; give another.")
    with open_batch(engine, BatchKind.PROMPTS, paths, root=options.root, started_by=options.started_by) as batch:
        staging = Staging(
            batch, "staged_prompts", COLUMNS, ("source_key", "title", "prompt_text"), options.without_addresses
        )
        staging.load(paths, _staged, progress)
        for file in batch.files:
            if file.found == 0:
                raise UnreadableFileError(f"{file.path} holds no records.")
        without = batch.connection.scalars(text(sql.FILES_WITHOUT_PROMPTS), {"reason": NO_PROMPT}).all()
        if without:
            raise UnreadableFileError(no_prompts(batch.files[without[0]].path))
        collection_id = batch.connection.scalar(text(sql.COLLECTION), {"name": name, "batch_id": batch.id})
        parameters = {
            "collection_id": collection_id,
            "batch_id": batch.id,
            "default_access": options.access,
            "untitled": sql.UNTITLED,
            "files": [batch.label(path) for path in paths],
        }
        for statement in (*sql.MERGE, sql.SOURCES, *sql.AFTER_SOURCES):
            batch.run(statement, **parameters)
        staging.settle()
    return BatchResult(batch.id, batch.files)


def no_prompts(file: str) -> str:
    """What to say of a file none of whose records has a prompt."""
    return f"{file}: no record could hold a prompt; name the column 'prompt', 'text' or '프롬프트'."


def collection_of(path: Path) -> str:
    """The collection's name that a file suggests: its own, without endings."""
    return path.name.removesuffix(".gz").rpartition(".")[0] or path.name


def _staged(row: Row) -> Sequence[Any]:
    record = to_prompt(row.fields)
    body_hash = record.content_hash
    values = {
        "source_key": record.key or body_hash.hex(),
        "title": record.title,
        "title_is_from_text": record.title_is_from_text,
        "description": record.description,
        "prompt_text": record.prompt_text,
        "agent_type": record.agent_type,
        "access": record.access,
        "language": record.language,
        "contributors": list(record.contributors),
        "tags": list(record.tags),
        "details": Jsonb(record.details),
        "content_hash": body_hash,
        "record_hash": record.record_hash,
    }
    return [values.get(column) for column in COLUMNS]
