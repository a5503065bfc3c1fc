"""Days in a row, as one run loads them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta


def day_range(first: str, last: str) -> dict[str, str]:
    """The tags of a run over the days from `first` to `last`, which are ISO dates."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def runs_of_days(days: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The first and the last of each run of days without a gap between them, in order."""
    first = last = None
    for day in sorted(days):
        if last is not None and date.fromisoformat(day) - date.fromisoformat(last) == timedelta(days=1):
            last = day
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = day
    if first is not None and last is not None:
        yield first, last
