"""Import prompt collections: read, stage, merge. The same body is one prompt, however many records hold it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Engine, text

from ingest.batch import Batch, BatchResult, open_batch
from ingest.columns import Fields, meaning_of
from ingest.errors import UnreadableFileError
from ingest.fields import NO_MAPPING, NO_PROMPT, Mapping, PromptRecord, as_json, to_prompt, value_at, without_addresses
from ingest.merge import merge
from ingest.pictures import Pictures, Taken
from ingest.readers import Row
from ingest.shapes import shape_of
from ingest.sources import Address, PassedOver, check_paths, each_once, is_remote, open_sources
from ingest.staging import Progress, Staging, no_progress
from ingest.text import normalise_tag
from schema.errors import PromptoryError
from schema.models import BatchKind, Tier
from schema.pictures import picture_store
from schema.settings import get_settings

COLUMNS = {
    "source_key": "text",
    "has_own_key": "boolean",
    "title": "text",
    "title_is_from_text": "boolean",
    "description": "text",
    "prompt_text": "text",
    "agent_type": "text",
    "access": "text",
    "language": "text",
    "licence": "text",
    "negative_prompt": "text",
    "variables": "jsonb",
    "translation_key": "text",
    "contributors": "text[]",
    "tags": "text[]",
    "details": "jsonb",
    "image_key": "text",
    "content_hash": "bytea",
    "record_hash": "bytea",
}
MAX_COLLECTION_CHARACTERS = 120

_FILES_WITHOUT_PROMPTS = """
SELECT file_no FROM read_prompts GROUP BY file_no HAVING bool_and(coalesce(reason = :reason, false)) ORDER BY file_no
"""


@dataclass(frozen=True)
class ImportOptions:
    """What a curator may say about an import.

    `collection` defaults to the first file's name. `access` and `licence` are for records that name none; `tags` are
    given to all. `mapping` goes before what columns' names say. `prune` archives what a newer version of a collection
    no longer holds, up to a fifth of it unless `force`. A trial touches nothing. `resolves` are the rejections whose
    records are in the files, corrected. `root` is the folder that the history names files from.
    """

    collection: str | None = None
    access: Tier = Tier.FREE
    licence: str | None = None
    tags: tuple[str, ...] = ()
    prune: bool = False
    force: bool = False
    is_trial: bool = False
    resolves: tuple[int, ...] = ()
    mapping: Mapping = field(default_factory=lambda: NO_MAPPING)
    started_by: int | None = None
    root: Address | None = None

    def said(self) -> dict[str, Any]:
        """What is kept of them with the import, as JSON."""
        return {
            "access": self.access.value,
            "licence": self.licence,
            "tags": list(self.tags),
            "mapping": dict(self.mapping),
            "prune": self.prune,
        }

    @cached_property
    def _pseudonym_key(self) -> bytes:
        return get_settings().pseudonym_key.get_secret_value().encode()

    @cached_property
    def _chosen(self) -> dict[str, str]:
        return {theirs: ours for ours, theirs in self.mapping.items()}

    def name_shape(self, fields: Fields) -> str | None:
        """The name of a record's shape, if it has one that is known and the curator has not said otherwise."""
        shape = None if self._mapping_of(fields) else shape_of(fields)
        return shape.name if shape else None

    def meaning_of(self, column: str) -> str | None:
        """Our name for a column, as the curator said or else as the column's own name says."""
        meaning = meaning_of(column)
        return self._chosen.get(column) or (None if meaning in self.mapping else meaning)

    def to_record(self, fields: Fields) -> PromptRecord:
        """Validate a record as it stands in its file.

        Raises:
            RecordError: it cannot be imported; the message says why.
        """
        mapping = self._mapping_of(fields)
        shape = None if mapping else shape_of(fields)
        named = shape.to_fields(fields) if shape else self._with_mapped(fields, mapping)
        record = to_prompt(self.without_addresses(named), mapping)
        if not (self.tags or self.licence):
            return record
        tags = tuple(dict.fromkeys((*record.tags, *filter(None, map(normalise_tag, self.tags)))))
        return replace(record, tags=tags, licence=record.licence or self.licence)

    def columns_in(self, fields: Fields) -> set[str]:
        """Those of the columns that the curator named which a record has."""
        return {theirs for theirs in self._chosen if theirs in fields or theirs.partition(".")[0] in fields}

    def _mapping_of(self, fields: Fields) -> Mapping:
        """What the curator said of the columns that this record has: files of one import may differ."""
        if not self.mapping:
            return NO_MAPPING
        present = self.columns_in(fields)
        return {ours: theirs for ours, theirs in self.mapping.items() if theirs in present}

    def _with_mapped(self, fields: Fields, mapping: Mapping) -> Fields:
        """The record with each mapped column on its top level."""
        return {**fields, **{theirs: value_at(fields, theirs) for theirs in mapping.values()}} if mapping else fields

    def without_addresses(self, fields: Fields) -> Fields:
        """The record with pseudonyms for authors that are e-mail addresses."""
        return without_addresses(fields, self._pseudonym_key, self.meaning_of)


def import_prompts(
    engine: Engine,
    addresses: Sequence[Address],
    options: ImportOptions = ImportOptions(),
    progress: Progress = no_progress,
) -> BatchResult:
    """Import the prompts of `addresses` as one batch, in one transaction.

    Raises:
        UnreadableFileError: a file cannot be read; nothing is imported, and the history says why.
        PromptoryError: nothing to import, a collection name that is too long, or pictures that cannot be kept.
    """
    if not addresses:
        raise PromptoryError("There is no file to import.")
    addresses = each_once(addresses)
    check_paths(addresses, root=options.root)
    name = (options.collection or collection_of(addresses[0])).strip()
    if not 0 < len(name) <= MAX_COLLECTION_CHARACTERS:
        raise PromptoryError(f"A collection's name has 1 to {MAX_COLLECTION_CHARACTERS} characters; give another.")
    with (
        open_batch(
            engine,
            BatchKind.PROMPTS,
            addresses,
            root=options.root,
            started_by=options.started_by,
            options=options.said(),
            is_trial=options.is_trial,
        ) as batch,
        open_sources(addresses, root=options.root) as sources,
    ):
        staging = Staging(
            batch,
            "read_prompts",
            COLUMNS,
            ("source_key", "title", "prompt_text"),
            options.without_addresses,
            options.name_shape,
        )
        pictures = Pictures(sources, None if options.is_trial else picture_store())
        found: set[str] = set()

        def validate(row: Row) -> Sequence[Any]:
            found.update(options.columns_in(row.fields))
            record = options.to_record(row.fields)
            return _staged(record, pictures.of(staging.read[-1], record.image))

        staging.load(sources, validate, progress)
        missing = set(options.mapping.values()) - found
        if missing:
            raise PromptoryError(f"There is no column '{min(missing)}' in what was given; check the mapping.")
        _pass_over(batch, staging)
        batch.passed_over = [one for one in batch.passed_over if one.label not in pictures.named]
        batch.picture_faults = pictures.faults
        merge(
            batch,
            staging,
            collection=name,
            access=options.access,
            licence=options.licence,
            resolves=options.resolves,
            prune=options.prune,
            force=options.force,
        )
    return batch.result


def _pass_over(batch: Batch, staging: Staging) -> None:
    """Leave out the files that hold no prompt. One that the curator named is told as a fault."""
    without = set(batch.connection.scalars(text(_FILES_WITHOUT_PROMPTS), {"reason": NO_PROMPT}))
    for file_no, (file, source) in enumerate(zip(batch.files, staging.read, strict=True)):
        if file.found and file_no not in without:
            continue
        reason = no_prompts(file.path) if file.found else f"{file.path} holds no records."
        if source.named:
            raise UnreadableFileError(reason)
        batch.passed_over.append(PassedOver(file.path, reason))
    staging.drop(without)
    if not any(file.found for file in batch.files):
        told = "; ".join(one.reason for one in batch.passed_over[:3])
        raise UnreadableFileError(f"There is no prompt in what was given. {told}")


def no_prompts(file: str) -> str:
    """What to say of a file none of whose records has a prompt."""
    return f"{file}: no record could hold a prompt; name the column 'prompt', 'text' or '프롬프트'."


def collection_of(address: Address) -> str:
    """The collection's name that a file or folder suggests: its own, without endings."""
    if address == "-":
        return "standard input"
    path = PurePosixPath(address) if is_remote(address) else Path(address).absolute()
    name = path.name
    return re.sub(r"(\.(gz|bz2|xz|zip|tar|tgz|\w{2,8}))+$", "", name, flags=re.IGNORECASE) or name


def _staged(record: PromptRecord, picture: Taken | None) -> Sequence[Any]:
    body_hash, record_hash = record.content_hash, record.record_hash
    if picture:
        # By the file as it came: another version of the encoder makes no newer version of the record.
        record_hash = hashlib.sha256(record_hash + picture.digest).digest()
    values = {
        "source_key": record.key or body_hash.hex(),
        "has_own_key": record.key is not None,
        "title": record.title,
        "title_is_from_text": record.title_is_from_text,
        "description": record.description,
        "prompt_text": record.prompt_text,
        "agent_type": record.agent_type.value,
        "access": record.access and record.access.value,
        "language": record.language,
        "licence": record.licence,
        "negative_prompt": record.negative_prompt,
        "variables": as_json(record.variables) if record.variables else "[]",
        "translation_key": record.translation_key,
        "contributors": _array(record.contributors),
        "tags": _array(record.tags),
        "details": as_json(record.details) if record.details else "{}",
        "image_key": picture.key if picture else None,
        "content_hash": body_hash,
        "record_hash": record_hash,
    }
    return [values.get(column) for column in COLUMNS]


def _array(names: Sequence[str]) -> str:
    """Names as PostgreSQL writes an array, which is many times faster than to let the driver find its type."""
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in quoted) + "}"
