"""Compute the neighbour table of a library in a process of its own, and print seconds and peak memory as JSON."""

import json
import sys
import time

from sqlalchemy import make_url

from benchmarks.memory import peak_mb
from orchestration.lib.neighbour_tables import refresh_neighbours
from schema.database import create_role_engine
from schema.roles import Role


def main(address: str) -> None:
    """Time it as `promptory refresh` and Dagster run it."""
    began = time.perf_counter()
    prompts = refresh_neighbours(create_role_engine(make_url(address), Role.DBT))
    print(json.dumps({"prompts": prompts, "seconds": time.perf_counter() - began, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(sys.argv[1])
