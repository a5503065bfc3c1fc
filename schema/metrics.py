"""Metrics for CloudWatch: JSON lines in the embedded metric format, from which CloudWatch Logs takes the figures."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from schema.lines import write_line
from schema.settings import get_settings

NAMESPACE = "Promptory"


class Metric(StrEnum):
    """What is measured. Alarms and dashboards of a deployment know the names."""

    ROWS_INGESTED = "RowsIngested"
    ROWS_REJECTED = "RowsRejected"
    RUN_SECONDS = "RunSeconds"
    RUNS_FAILED = "RunsFailed"
    SEARCH_MILLISECONDS = "SearchMilliseconds"
    FRESHNESS_LAG_SECONDS = "FreshnessLagSeconds"

    @property
    def unit(self) -> str:
        """The unit, as CloudWatch calls it."""
        return next((unit for unit in ("Milliseconds", "Seconds") if self.endswith(unit)), "Count")


def tell(values: Mapping[Metric, float], *, job: str | None = None) -> None:
    """Tell figures of this moment, by deployment, and by the job that they are of; nothing where none is deployed."""
    deployment = get_settings().deployment
    if not deployment:
        return
    dimensions = {"Deployment": deployment} | ({"Job": job} if job else {})
    directive = {
        "Namespace": NAMESPACE,
        # With a job, also all jobs together.
        "Dimensions": [["Deployment"], list(dimensions)] if job else [["Deployment"]],
        "Metrics": [{"Name": metric, "Unit": metric.unit} for metric in values],
    }
    metadata = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    write_line(json.dumps({"_aws": metadata, **dimensions, **values}, ensure_ascii=False))


@contextmanager
def timed(metric: Metric) -> Iterator[None]:
    """Tell how many milliseconds the block takes, also where it fails: what is given up took long."""
    began = time.perf_counter()
    try:
        yield
    finally:
        tell({metric: round((time.perf_counter() - began) * 1_000, 1)})
