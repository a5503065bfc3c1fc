"""Amazon S3: notifications to EventBridge are told."""

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

from tests.infra.emulator.closing import extends


@extends(S3Response)
def get_bucket_notification(request: Any, original: Any) -> Any:
    """AWS answers with an empty EventBridgeConfiguration where it is on."""
    configuration = request.backend.get_bucket_notification_configuration(request.bucket_name)
    if configuration is None or configuration.event_bridge is None:
        return original(request)
    request.data["Action"] = "GetBucketNotificationConfiguration"
    return request.serialized(ActionResult({"EventBridgeConfiguration": {}}))
