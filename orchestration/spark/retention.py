"""What Spark keeps of single people, no longer than PostgreSQL does: uses and likes, and who searched for what."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine

from ingest.lake import dropped_days
from ingest.lake.manifest import new_writing
from ingest.sources import is_remote
from orchestration.spark.derived import Marker, parts_of, reached
from orchestration.spark.recent_uses import USES
from schema.database import connect

_OF_EVENTS = (USES, "likes_of_days")
"""As good as events: they go with them. What is liked now is in the library, and stands until a later word."""
_SEARCHES, _SEARCHERS = "int_search_query_days", "searchers"
_SEARCHERS_KEPT = timedelta(days=90)
"""As dbt's macro forget_searchers has it."""
_BATCH_ROWS = 65_536


def forget_people(engine: Engine, derived: str) -> int:
    """Take out of what Spark computed what is kept no longer of single people; returns how many days of models.

    Uses and likes go with the events of their day. Of searches older than 90 days all stays but who searched.

    Raises:
        LakeError: the lake cannot be reached.
    """
    with connect(engine) as connection:
        dropped = dropped_days(connection)
    with reached(derived):
        return sum(_forget_days(derived, model, dropped) for model in _OF_EVENTS) + _forget_searchers(derived)


def _forget_days(derived: str, model: str, dropped: set[date]) -> int:
    found = [part for part in parts_of(derived, model) if date.fromisoformat(part) in dropped]
    fs, folder = fsspec.core.url_to_fs(f"{derived}/{model}")
    for part in found:
        fs.rm_file(f"{folder}/_parts/{part}.json")
        for place in fs.glob(f"{folder}/v=*/dt={part}"):
            fs.rm(place, recursive=True)
    return len(found)


def _forget_searchers(derived: str) -> int:
    """A day is written anew without them, and read like any other; the files with them go as old versions do."""
    markers = parts_of(derived, _SEARCHES)
    newest = max(map(date.fromisoformat, markers), default=date.min)
    old = [
        part
        for part, one in markers.items()
        if not one.is_forgotten and newest - date.fromisoformat(part) >= _SEARCHERS_KEPT
    ]
    version = new_writing()
    for part in old:
        _rewrite(f"{derived}/{_SEARCHES}", part, markers[part], version)
    return len(old)


def _rewrite(folder: str, part: str, marker: Marker, version: str) -> None:
    fs, path = fsspec.core.url_to_fs(folder)
    files = []
    for file in marker.files:
        name = f"v={version}/dt={part}/{file.rpartition('/')[2]}"
        fs.makedirs(f"{path}/v={version}/dt={part}", exist_ok=True)
        with fsspec.open(file, "rb") as stored, fs.open(f"{path}/{name}", "wb") as new:
            _copy_without_searchers(stored, new)
        files.append(name)
    told = {"version": version, "files": files, "rows": marker.rows, "revision": marker.revision}
    told |= {"text": marker.text, "forgotten": True}
    place = f"{path}/_parts/{part}.json"
    if is_remote(folder):
        fs.pipe_file(place, json.dumps(told).encode())
        return
    aside = Path(f"{place}.{version}")
    aside.write_text(json.dumps(told), encoding="utf-8")
    aside.replace(place)


def _copy_without_searchers(stored: Any, new: Any) -> None:
    with pq.ParquetFile(stored) as table:
        schema = table.schema_arrow
        place = schema.get_field_index(_SEARCHERS)
        field = schema.field(place)
        with pq.ParquetWriter(new, schema) as writer:
            for batch in table.iter_batches(_BATCH_ROWS):
                writer.write_batch(batch.set_column(place, field, pa.nulls(batch.num_rows, field.type)))
