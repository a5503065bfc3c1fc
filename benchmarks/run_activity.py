"""Load event files into a library in a process of its own, and print seconds, rows and peak memory as JSON."""

import json
import sys
import time
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.memory import peak_mb
from ingest import load_activity
from schema.database import create_role_engine
from schema.roles import Role


def main(address: str, files: list[Path]) -> None:
    """Time the call as the command line and Dagster make it."""
    engine = create_role_engine(make_url(address), Role.INGEST)
    began = time.perf_counter()
    result = load_activity(engine, files)
    seconds = time.perf_counter() - began
    rows = result.total("inserted") + result.total("duplicates")
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(sys.argv[1], list(map(Path, sys.argv[2:])))
