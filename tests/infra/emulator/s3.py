"""Amazon S3: notifications to EventBridge are told, and logs reach the buckets whose policies let them in."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response

from tests.infra.emulator.closing import extends
from tests.infra.emulator.policies import Caller, Question, Verdict, judge


@extends(S3Response)
def get_bucket_notification(request: Any, original: Any) -> Any:
    """AWS answers with an empty EventBridgeConfiguration where it is on."""
    configuration = request.backend.get_bucket_notification_configuration(request.bucket_name)
    if configuration is None or configuration.event_bridge is None:
        return original(request)
    request.data["Action"] = "GetBucketNotificationConfiguration"
    return request.serialized(ActionResult({"EventBridgeConfiguration": {}}))


def _takes_logs(source: Any, target_bucket: Any, target_prefix: str | None) -> bool:
    """AWS's log delivery asks the policy of the target; moto fails on a policy that names everybody."""
    if not target_bucket.policy:
        return False
    context = {
        "aws:securetransport": "true",
        "aws:sourceaccount": source.account_id,
        "aws:sourcearn": f"arn:aws:s3:::{source.name}",
    }
    question = Question("s3:PutObject", f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log", context)
    caller = Caller(source.account_id, service="logging.s3.amazonaws.com")
    return judge(json.loads(target_bucket.policy), question, caller, of_resource=True) is Verdict.ALLOW


setattr(FakeBucket, "_log_permissions_enabled_policy", _takes_logs)  # noqa: B010 -- moto's class, not ours


def _nothing_to_dispose(_marker: FakeDeleteMarker, *_: Any) -> None:
    """A mark of deletion has no content; moto fails to delete one, as AWS does on the way to an empty bucket."""


setattr(FakeDeleteMarker, "dispose", _nothing_to_dispose)  # noqa: B010
