"""IAM enforced: whoever has assumed a role may do what its policies say; the account's administrator may do all."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import PermissionResult
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.exceptions import BucketAccessDeniedError, S3AccessDeniedError
from moto.s3.models import FakeBucket, s3_backends
from moto.sts.models import sts_backends

from tests.infra.emulator.policies import Caller, Question, Verdict, judge
from tests.infra.emulator.questions import asked, signing_service
from tests.infra.emulator.rights import right

_log = logging.getLogger(__name__)

# Every request to AWS is over TLS, and the emulator's are taken for it but with this header set to "plain".
TRANSPORT = "x-emulated-transport"


class DeniedError(Exception):
    """The caller may not do this."""


def _authorize(request: Any, _kind: type, resource: str = "*") -> None:
    caller = _caller(request)
    if caller is None:
        service = signing_service(request)
        _log.info("%s asks for %s", _key(request), right(service, request))
    if request.service_name != "s3" and (caller is None or not caller.role):
        return
    if str(request._get_action()) == "GetCallerIdentity":
        return
    for question in asked(request, resource):
        if not _allowed(_with_context(question, request, caller), caller, request.current_account):
            _deny(request, question, caller)


def _key(request: Any) -> str:
    """The name of the key that a request is signed with."""
    in_link = [request.querystring.get(name, [""])[0] for name in ("X-Amz-Credential", "AWSAccessKeyId")]
    signed: str = request.headers.get("Authorization") or "".join(in_link)
    return (signed.partition("Credential=")[2] or signed).partition("/")[0]


def _caller(request: Any) -> Caller | None:
    """The role of the caller; None stands for the administrator, and a caller without a role for nobody known."""
    key = _key(request)
    account = request.current_account
    if not key:
        return Caller(account)
    for session in sts_backends[account]["aws"].assumed_roles:
        if session.access_key_id == key:
            return Caller(account, session.role_arn, session.arn)
    return None


def _allowed(question: Question, caller: Caller | None, account: str) -> bool:
    """AWS: a denial anywhere ends it; within an account the caller's policies or the resource's must allow."""
    of_resource = Verdict.SILENT
    if document := _resource_policy(question.resource, account):
        of_resource = judge(document, question, caller or Caller(account), of_resource=True)
    if of_resource is Verdict.DENY or caller is None:
        return of_resource is not Verdict.DENY
    if not caller.role:
        return of_resource is Verdict.ALLOW
    own = [judge(policy, question, caller, of_resource=False) for policy in _role_policies(caller)]
    bounds = [judge(policy, question, caller, of_resource=False) for policy in _boundary(caller)]
    if Verdict.DENY in own or any(bound is not Verdict.ALLOW for bound in bounds):
        return False
    # A key is the one thing whose own policy must have a say.
    needs_say = question.action.startswith("kms:")
    return Verdict.ALLOW in (*own, of_resource) and not (needs_say and of_resource is Verdict.SILENT)


def _role_policies(caller: Caller) -> Iterator[Mapping[str, Any]]:
    role = iam_backends[caller.account]["aws"].get_role_by_arn(caller.role)
    yield from (json.loads(document) for document in role.policies.values())
    for policy in role.managed_policies.values():
        yield _document(policy)


def _boundary(caller: Caller) -> list[Mapping[str, Any]]:
    """What the role may do at most, whatever its policies say."""
    backend = iam_backends[caller.account]["aws"]
    arn = backend.get_role_by_arn(caller.role).permissions_boundary_arn
    return [_document(backend.managed_policies[arn])] if arn else []


def _document(policy: Any) -> Mapping[str, Any]:
    return dict(json.loads(next(version.document for version in policy.versions if version.is_default)))


def _resource_policy(resource: str, account: str) -> Mapping[str, Any] | None:
    if resource.startswith("arn:aws:s3:::"):
        bucket = s3_backends[account]["aws"].buckets.get(resource.removeprefix("arn:aws:s3:::").partition("/")[0])
        return json.loads(bucket.policy) if bucket and bucket.policy else None
    if resource.startswith("arn:aws:kms:"):
        region, key = resource.split(":")[3], resource.rpartition("/")[2]
        return dict(json.loads(kms_backends[account][region].keys[key].policy))
    return None


def _with_context(question: Question, request: Any, caller: Caller | None) -> Question:
    context = {
        "aws:securetransport": "false" if request.headers.get(TRANSPORT) == "plain" else "true",
        "aws:requestedregion": request.region,
    }
    if caller and caller.role:
        context |= {"aws:principalarn": caller.role, "aws:principalaccount": caller.account}
    return Question(question.action, question.resource, context | dict(question.context))


def _deny(request: Any, question: Question, caller: Caller | None) -> None:
    if request.service_name == "s3":
        bucket = request.data.get("BucketName")
        raise BucketAccessDeniedError(bucket=bucket) if bucket else S3AccessDeniedError()
    who = caller.session if caller else "the administrator"
    raise DeniedError(f"{who} is not authorized to perform: {question.action} on resource: {question.resource}")


def _silent(_bucket: FakeBucket, _action: str, _resource: str) -> Any:
    """Moto asks the bucket's policy once more, without conditions and callers; it has been asked by now."""
    return PermissionResult.NEUTRAL


setattr(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorize)  # noqa: B010 -- moto's, not ours
setattr(FakeBucket, "get_permission", _silent)  # noqa: B010
