"""Amazon RDS: what was set is told again."""

from secrets import token_hex
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from tests.infra.emulator.closing import extends, remember

_REMEMBERED = ("PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId", "DatabaseInsightsMode")


def _resource_id() -> str:
    return f"db-{token_hex(13).upper()}"


def _remember_insights(instance: Any, parameters: dict[str, Any]) -> None:
    remember(instance, parameters, _REMEMBERED)
    # One is called "Enable" in the request and "Enabled" in the description.
    if parameters.get("EnablePerformanceInsights") is not None:
        instance.performance_insights_enabled = parameters["EnablePerformanceInsights"]
        instance.performance_insights_retention_period = parameters.get("PerformanceInsightsRetentionPeriod", 7)


@extends(RDSResponse)
def create_db_instance(request: Any, original: Any) -> ActionResult:
    """AWS tells whether Performance Insights is on, for how long it keeps, and its key; no two have the same id."""
    answer: ActionResult = original(request)
    instance = answer.result["DBInstance"]  # type: ignore[index]
    instance.dbi_resource_id = _resource_id()
    _remember_insights(instance, request.params)
    return answer


@extends(RDSResponse)
def modify_db_instance(request: Any, original: Any) -> ActionResult:
    """As above, for a change; the automated snapshots of a database that gets another name stay its own."""
    former, newer = request.params["DBInstanceIdentifier"], request.params.get("NewDBInstanceIdentifier")
    answer: ActionResult = original(request)
    _remember_insights(answer.result["DBInstance"], request.params)  # type: ignore[index]
    for snapshot in request.backend.database_snapshots.values() if newer else ():
        if snapshot.snapshot_type == "automated" and snapshot.database.db_instance_identifier == former:
            snapshot.database.db_instance_identifier = newer
    return answer


@extends(RDSResponse)
def restore_db_instance_to_point_in_time(request: Any, original: Any) -> ActionResult:
    """A database that was restored is one of its own, which moto takes for a replica with the id of its source."""
    answer: ActionResult = original(request)
    instance = answer.result["DBInstance"]  # type: ignore[index]
    instance.dbi_resource_id, instance.source_db_instance_identifier = _resource_id(), None
    return answer


@extends(RDSResponse)
def describe_db_parameters(request: Any, original: Any) -> ActionResult:
    """AWS says of each parameter who set it; moto knows those alone that a user set."""
    answer: ActionResult = original(request)
    parameters = [parameter | {"Source": "user"} for parameter in answer.result["Parameters"]]  # type: ignore[index]
    return ActionResult({"Parameters": parameters})
