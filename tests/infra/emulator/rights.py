"""By which right of IAM a call is allowed; the service authorization reference has other names for some."""

from collections.abc import Mapping
from typing import Any

_OF_S3: Mapping[str, str] = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}


def right(service: str, request: Any) -> str:
    """The name of the right, as policies have it."""
    if service == "s3":
        # moto's own names leave out most of what a bucket has beside its objects.
        found = request.uri_match
        call = str(request._get_action_from_method_and_request_uri(request.normalized_request))
        request.uri_match = found
        return f"s3:{_OF_S3.get(call, call)}"
    call = str(request._get_action())
    if service == "budgets" and call.startswith(("Create", "Update", "Delete")):
        call = "ModifyBudget"
    elif service == "budgets" and call.startswith("Describe"):
        call = "ViewBudget"
    return f"{'cloudwatch' if service == 'monitoring' else service}:{call}"
