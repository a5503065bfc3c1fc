"""Load a generated collection with dlt, merged into nested tables, and print seconds, rows and peak memory as JSON.

It runs as a program in a virtual environment of its own, and imports nothing of ours.

The settings are the fastest of those tried on two cores with 200,000 rows (best times seen). Files for the loader: CSV
16 s, Parquet 18 s, insert_values (dlt's default for PostgreSQL) 27 s. Pages of 1,000 rows: 16 s, of 10,000 17 s, single
rows 23 s. Two normalising processes with files of 25,000 rows: 27 s. The merge strategy upsert was as fast as
delete-insert with 20,000 rows, but with 200,000 its MERGE had not ended after nine minutes.
"""

import csv
import itertools
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt

PAGE = 1_000


def main(address: str, collection: Path) -> None:
    """Time extract, normalise and load together, as `pipeline.run` does them."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"
    os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"
    prompts = dlt.resource(
        pages(collection),
        name="prompts",
        primary_key="id",
        write_disposition={"disposition": "merge", "strategy": "delete-insert"},
        file_format="csv",
    )
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(address),
            dataset_name="bench",
        )
        began = time.perf_counter()
        pipeline.run(prompts).raise_on_failed_jobs()
        seconds = time.perf_counter() - began
        with pipeline.sql_client() as client:
            counts = client.execute_sql("SELECT (SELECT count(*) FROM prompts), (SELECT count(*) FROM prompts__tags)")
    rows, tags = counts[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "rows": rows, "tags": tags, "peak_mb": peak / 1e6}))


def pages(collection: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows in pages, with their tags as a list, from which dlt makes a table of its own."""
    with collection.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        while page := list(itertools.islice(table, PAGE)):
            yield [{**row, "tags": row["tags"].split(", ")} for row in page]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
