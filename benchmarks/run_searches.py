"""Search a library as one of several clients, and print the times in milliseconds as JSON.

Each search is asked twice, and timed the second time: what is measured is a warm search.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from schema.database import create_role_engine, viewer_session
from schema.repository.search import Sort, search_prompts
from schema.roles import Role

PAGE = 10


def main(address: str, searches: Path, first: int) -> None:
    """`searches` holds by kind a list of a query and options each; the client begins with the one at `first`."""
    readers = create_role_engine(make_url(address), Role.DASHBOARD)
    times: dict[str, list[float]] = {}
    for kind, asked in json.loads(searches.read_text(encoding="utf-8")).items():
        for query, options in asked[first:] + asked[:first]:
            if sort := options.pop("sort", None):
                options["sort"] = Sort(sort)
            for _ in range(2):
                with viewer_session(readers, None) as session:
                    began = time.perf_counter()
                    search_prompts(session, query, take=PAGE, **_tuples(options))
                    took = (time.perf_counter() - began) * 1000
            times.setdefault(kind, []).append(took)
    print(json.dumps(times))


def _tuples(options: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
