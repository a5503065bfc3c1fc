"""What a policy says to a request, by the rules of IAM: actions, resources, principals and conditions."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What one policy says."""

    DENY = "deny"
    ALLOW = "allow"
    # A policy of a resource that names the account: it leaves the matter to the policies of the caller.
    DELEGATE = "delegate"
    SILENT = "silent"


@dataclass(frozen=True)
class Caller:
    """A role that somebody has assumed, or a service of AWS; nobody in particular where it is neither."""

    account: str
    role: str = ""
    session: str = ""
    service: str = ""


@dataclass(frozen=True)
class Question:
    """May this be done to that? The context holds the keys that conditions look at, in lower case."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


class UnknownConditionError(Exception):
    """A condition that the emulator cannot judge; taking it for true or false would hide a defect."""


def judge(document: Mapping[str, Any], question: Question, caller: Caller, *, of_resource: bool) -> Verdict:
    """Ask one policy; a policy of a resource speaks to the principals that it names alone."""
    said = Verdict.SILENT
    for statement in _listed(document["Statement"]):
        spoken = _principal(statement, caller) if of_resource else Verdict.ALLOW
        if spoken is Verdict.SILENT or not _concerns(statement, question):
            continue
        if statement["Effect"] == "Deny":
            return Verdict.DENY
        said = Verdict.ALLOW if Verdict.ALLOW in (said, spoken) else spoken
    return said


def _concerns(statement: Mapping[str, Any], question: Question) -> bool:
    if "NotAction" in statement:
        action = not _matches(statement["NotAction"], question.action, re.IGNORECASE)
    else:
        action = _matches(statement["Action"], question.action, re.IGNORECASE)
    if "NotResource" in statement:
        resource = not _matches(statement["NotResource"], question.resource)
    else:
        resource = _matches(statement["Resource"], question.resource)
    return action and resource and _conditions_hold(statement.get("Condition", {}), question)


def _principal(statement: Mapping[str, Any], caller: Caller) -> Verdict:
    principal = statement["Principal"]
    if caller.service and isinstance(principal, dict) and caller.service in _listed(principal.get("Service", [])):
        return Verdict.ALLOW
    named = _listed(principal if isinstance(principal, str) else principal.get("AWS", []))
    if "*" in named or (caller.role and {caller.role, caller.session} & set(named)):
        return Verdict.ALLOW
    if caller.role and {caller.account, f"arn:aws:iam::{caller.account}:root"} & set(named):
        return Verdict.DELEGATE
    return Verdict.SILENT


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], question: Question) -> bool:
    return all(
        _condition_holds(operator, key, [str(value) for value in _listed(expected)], question.context)
        for operator, keys in conditions.items()
        for key, expected in keys.items()
    )


def _condition_holds(operator: str, key: str, expected: list[str], context: Mapping[str, str]) -> bool:
    if key.lower() not in _KEYS:
        raise UnknownConditionError(f"the condition key {key} is unknown to the emulator")
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    actual = context.get(key.lower())
    if name == "Null":
        return (actual is None) == (expected[0].lower() == "true")
    if actual is None and (name.endswith("IfExists") or operator.startswith("ForAllValues:")):
        return True
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    compare = _OPERATORS.get(name.replace("Not", ""))
    if compare is None:
        raise UnknownConditionError(f"the condition operator {operator} is unknown to the emulator")
    return negated if actual is None else compare(expected, actual) != negated


def _matches(patterns: str | Iterable[str], text: str, flags: int = 0) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, flags | re.DOTALL)
        for pattern in _listed(patterns)
    )


def _same_case_aside(expected: list[str], actual: str) -> bool:
    return actual.lower() in [value.lower() for value in expected]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_OPERATORS: Mapping[str, Callable[[list[str], str], bool]] = {
    "StringEquals": lambda expected, actual: actual in expected,
    "StringEqualsIgnoreCase": _same_case_aside,
    "StringLike": _matches,
    "ArnEquals": _matches,
    "ArnLike": _matches,
    "Bool": _same_case_aside,
}

# Absent from a request's context means absent as in AWS, so the keys that the emulator can know are listed.
_KEYS = {
    "aws:calledvialast",
    "aws:securetransport",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:requestedregion",
    "aws:requesttag/environment",
    "aws:resourcetag/environment",
    "aws:sourceaccount",
    "aws:sourcearn",
    "cloudwatch:namespace",
    "ec2:createaction",
    "ecs:cluster",
    "ecs:createaction",
    "iam:awsservicename",
    "iam:passedtoservice",
    "iam:permissionsboundary",
    "iam:policyarn",
    "kms:calleraccount",
    "kms:viaservice",
    "s3:prefix",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
}
