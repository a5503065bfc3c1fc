"""Metrics in CloudWatch's embedded metric format, held against the rules of its specification."""

import json
import re
import time
from typing import Any

UNITS = {"Seconds", "Milliseconds", "Count", "Percent", "None"}  # of those that CloudWatch knows


def metrics_in(lines: str) -> list[dict[str, Any]]:
    """The members beside the metadata of each line of metrics, with its dimension sets as `by`."""
    return [checked(line) for line in lines.splitlines() if '"_aws"' in line]


def checked(line: str) -> dict[str, Any]:
    """A document of the format.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    document: dict[str, Any] = json.loads(line)
    assert len(line.encode()) < 256_000
    metadata = document.pop("_aws")
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(metadata["Timestamp"], int)
    assert abs(metadata["Timestamp"] / 1000 - time.time()) < 600
    [directive] = metadata["CloudWatchMetrics"]
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert 1 <= len(directive["Namespace"]) <= 1024
    assert directive["Dimensions"]
    for dimensions in directive["Dimensions"]:
        assert 1 <= len(dimensions) <= 30
        assert all(1 <= len(name) <= 250 and 1 <= len(document[name]) <= 1024 for name in dimensions)
    assert 1 <= len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert set(metric) == {"Name", "Unit"}
        assert re.fullmatch(r"[A-Za-z]{1,1024}", metric["Name"])
        assert metric["Unit"] in UNITS
        assert type(document[metric["Name"]]) in (int, float)
    return document | {
        "by": directive["Dimensions"],
        "units": {one["Name"]: one["Unit"] for one in directive["Metrics"]},
    }
