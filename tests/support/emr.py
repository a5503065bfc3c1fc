"""A job as a run of Dagster's hands it to EMR Serverless."""

from datetime import date
from typing import Any

import dagster as dg

from orchestration.spark.emr import run_on_emr
from orchestration.spark.plan import EVENTS, EVENTS_SCHEMA, Input, Plan

REPORT = {"models": [{"name": "int_viewer_days", "rows": 3}], "fault": None}


def plan(lake: str, events: str | None = None) -> Plan:
    """A plan of one model over the events of a day."""
    inputs = {EVENTS: Input((events or f"{lake}/activity/dt=2026-03-07/1.parquet",), EVENTS_SCHEMA)}
    report = f"{lake}/jobs/job-1/report.json"
    return Plan("job-1", ("int_viewer_days",), inputs, f"{lake}/derived", report, {date(2026, 3, 7): 4})


def launched(plan: Plan) -> dict[str, Any]:
    """What the launcher gives within a run of Dagster's."""
    found: list[dict[str, Any]] = []

    @dg.asset
    def lake_days(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        found.append(run_on_emr(context, poll_s=0)(plan))
        return dg.MaterializeResult()

    dg.materialize([lake_days])
    return found[0]
