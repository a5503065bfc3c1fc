"""What Alembic compares with the models: the library schema, but for the monthly partitions.

Partitions are made by `library.ensure_activity_partitions` and its like, not by migrations.
"""

import re
from typing import Any

from schema.models import LIBRARY

_MONTH = re.compile(r".*_\d{4}_\d{2}")


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name == LIBRARY


def _is_no_partition(_item: object, name: str | None, kind: str, *_: object) -> bool:
    return not (kind == "table" and name is not None and _MONTH.fullmatch(name))


OPTIONS: dict[str, Any] = {"include_schemas": True, "include_name": _is_ours, "include_object": _is_no_partition}
