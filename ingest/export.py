"""Write prompts out as CSV, JSON, JSON Lines, Parquet or a folder of Markdown; importing it gives the same prompts.

A folder of Markdown, or a ZIP of it, takes their pictures along; the other formats are one file.
"""

import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
import yaml
from sqlalchemy import Engine

from schema.database import connect, driver_of
from schema.errors import PromptoryError
from schema.models import AgentType, Tier
from schema.pictures import picture_store

SPREADSHEET = "spreadsheet"
"""Value of a CSV export's column `escaped`: texts that a spreadsheet would compute begin with an apostrophe."""

_ROWS_AT_ONCE = 500
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")
_LISTS = ("tags", "author")
_PICTURES = "pictures"
_UNSAFE_IN_NAMES = re.compile(r"[^\w.-]+")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("promptory_id", "title", "prompt", "description")),
        *((name, pa.list_(pa.string())) for name in _LISTS),
        *((name, pa.string()) for name in ("type", "language", "access", "negative_prompt", "licence")),
        *((name, pa.string()) for name in ("translation_key", "variables", "model")),
    ]
)
COLUMNS = tuple(_SCHEMA.names)
_IMAGE_KEY = "image_key"

_PROMPTS = """
SELECT
    cast(p.id AS text) AS promptory_id, p.title, p.prompt_text AS prompt, p.description,
    (
        SELECT coalesce(array_agg(t.name ORDER BY t.name), '{}')
        FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE pt.prompt_id = p.id
    ) AS tags,
    coalesce(k.contributors, CASE WHEN u.name IS NOT NULL THEN ARRAY[u.name] END, '{}') AS author,
    p.agent_type AS type, p.language, p.access, p.negative_prompt, k.licence,
    cast(
        CASE
            WHEN p.translation_of IS NOT NULL THEN p.translation_of
            WHEN EXISTS (SELECT FROM library.prompts AS o WHERE o.translation_of = p.id) THEN p.id
        END AS text
    ) AS translation_key,
    nullif(
        (
            SELECT coalesce(jsonb_object_agg(v ->> 'name', v -> 'default'), '{}')
            FROM jsonb_array_elements(p.variables) AS v WHERE v ? 'default'
        ),
        '{}'
    )::text AS variables,
    k.details ->> 'model' AS model,
    p.image_key
FROM library.prompts AS p
LEFT JOIN library.users AS u ON u.id = p.created_by
LEFT JOIN library.prompt_sources AS k ON k.prompt_id = p.id AND k.is_primary
WHERE
    p.archived_at IS NULL
    AND (%(collection)s::text IS NULL OR EXISTS (
        SELECT FROM library.prompt_sources AS s INNER JOIN library.collections AS c ON c.id = s.collection_id
        WHERE s.prompt_id = p.id AND c.name = %(collection)s
    ))
    AND (%(tag)s::text IS NULL OR EXISTS (
        SELECT FROM library.prompt_tags AS pt INNER JOIN library.tags AS t ON t.id = pt.tag_id
        WHERE pt.prompt_id = p.id AND t.name = %(tag)s
    ))
    AND (%(agent_type)s::text IS NULL OR p.agent_type = %(agent_type)s)
    AND (%(language)s::text IS NULL OR p.language = %(language)s)
    AND (%(access)s::text IS NULL OR p.access = %(access)s)
ORDER BY p.id
"""

log = structlog.get_logger(__name__)

Record = dict[str, Any]
Write = Callable[[Path, Iterator[Record]], int]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which prompts to write out; None means all."""

    collection: str | None = None
    tag: str | None = None
    agent_type: AgentType | None = None
    language: str | None = None
    access: Tier | None = None


def export_prompts(engine: Engine, path: Path, selection: Selection = Selection(), kind: str | None = None) -> int:
    """Write the selected prompts to `path` and return their number; `kind` is one of FORMATS, else told by the ending.

    A file is written aside and then put in its place; a Markdown folder must be new or empty. `.zip` packs the folder.

    Raises:
        PromptoryError: the format is not known, the path cannot be written, or pictures cannot be read.
    """
    write = FORMATS.get(kind or _kind_of(path))
    if write is None:
        raise PromptoryError(f"There is no export as '{kind or path.suffix}'; choose one of {', '.join(FORMATS)}.")
    try:
        with connect(engine) as connection:
            return write(path, _records(driver_of(connection), selection))
    except OSError as error:
        raise PromptoryError(f"{path} cannot be written ({error.strerror or error}).") from None


def _kind_of(path: Path) -> str:
    return path.suffix.lower().removeprefix(".") or "markdown"


def _records(driver: psycopg.Connection[Any], selection: Selection) -> Iterator[Record]:
    chosen = {name: getattr(selection, name) for name in Selection.__dataclass_fields__}
    with driver.cursor("exported") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(_PROMPTS, chosen)
        for row in cursor:
            yield dict(zip((*COLUMNS, _IMAGE_KEY), row, strict=True))


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; it takes the path's place if all goes well."""
    aside = path.with_name(f".{path.name}.part")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _without_nothing(record: Record) -> Record:
    return {name: record[name] for name in COLUMNS if record[name] not in (None, [])}


def _write_lines(path: Path, records: Iterator[Record]) -> int:
    with _aside(path) as aside, aside.open("w", encoding="utf-8") as file:
        return _count(file.write(json.dumps(_without_nothing(one), ensure_ascii=False) + "\n") for one in records)


def _write_json(path: Path, records: Iterator[Record]) -> int:
    with _aside(path) as aside, aside.open("w", encoding="utf-8") as file:
        file.write("[")
        count = 0
        for count, record in enumerate(records, start=1):
            file.write(",\n" if count > 1 else "\n")
            file.write(json.dumps(_without_nothing(record), ensure_ascii=False))
        file.write("\n]\n")
    return count


def _write_csv(path: Path, records: Iterator[Record]) -> int:
    # The mark tells spreadsheets that it is UTF-8.
    with _aside(path) as aside, aside.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow((*COLUMNS, "escaped"))
        return _count(table.writerow((*(_cell(one[name]) for name in COLUMNS), SPREADSHEET)) for one in records)


def _cell(value: object) -> str:
    if isinstance(value, list):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    told = "" if value is None else str(value)
    return f"'{told}" if _COMPUTED.match(told) else told


def unescaped(value: Any) -> Any:
    """A cell of a CSV export as it was before it was made safe for spreadsheets."""
    if isinstance(value, str) and value.startswith("'") and _COMPUTED.match(value):
        return value[1:]
    return value


def _write_parquet(path: Path, records: Iterator[Record]) -> int:
    count = 0
    with _aside(path) as aside, pq.ParquetWriter(aside, _SCHEMA, compression="zstd") as writer:
        while rows := list(islice(records, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(rows, _SCHEMA))
            count += len(rows)
    return count


def _write_markdown(path: Path, records: Iterator[Record]) -> int:
    if path.exists() and any(path.iterdir()):
        raise PromptoryError(f"{path} is not empty; name a new folder.")
    path.mkdir(parents=True, exist_ok=True)

    def write(name: str, content: bytes) -> None:
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(content)

    return _write_documents(records, write)


def _write_zip(path: Path, records: Iterator[Record]) -> int:
    with _aside(path) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        return _write_documents(records, archive.writestr)


def _write_documents(records: Iterator[Record], write: Callable[[str, bytes], None]) -> int:
    """A document a prompt, and the pictures that they name."""
    count, written = 0, set[str]()
    for record in records:
        count += 1
        head = _without_nothing(record)
        body, key = head.pop("prompt"), record[_IMAGE_KEY]
        if key is not None and key not in written:
            picture = picture_store().read(key)
            if picture is None:
                log.warning("picture_missing", key=key, prompt_id=record["promptory_id"])
            else:
                write(f"{_PICTURES}/{key}", picture)
                written.add(key)
        if key in written:
            head["image"] = f"{_PICTURES}/{key}"
        front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1_000_000)
        stem = _UNSAFE_IN_NAMES.sub("-", str(record["title"])).strip("-.")[:60] or "prompt"
        write(f"{record['promptory_id']}-{stem}.md", f"---\n{front}---\n{body}".encode())
    return count


def _count(written: Iterator[Any]) -> int:
    return sum(1 for _ in written)


FORMATS: Mapping[str, Write] = {
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_lines,
    "parquet": _write_parquet,
    "markdown": _write_markdown,
    "zip": _write_zip,
}
