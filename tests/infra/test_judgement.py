"""The emulated IAM judges as AWS documents it: what the tests of rights rest on."""

from typing import Any

import pytest

from tests.infra.emulator.policies import Caller, Question, UnknownConditionError, Verdict, judge

ROLE = Caller("123456789012", "arn:aws:iam::123456789012:role/run", "arn:aws:sts::123456789012:assumed-role/run/test")
READ = Question("s3:GetObject", "arn:aws:s3:::library/images/1.webp", {"aws:securetransport": "true"})


def _statement(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:Get*", "Resource": "arn:aws:s3:::library/images/*"} | more


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([_statement()], Verdict.ALLOW),
        ([_statement(Action="s3:PutObject")], Verdict.SILENT),
        ([_statement(Resource="arn:aws:s3:::library/inbox/*")], Verdict.SILENT),
        ([_statement(), _statement("Deny", Action="s3:*", Resource="*")], Verdict.DENY),
        ([_statement("Deny", NotAction="s3:GetObject", Action=None)], Verdict.SILENT),
        ([_statement(Condition={"Bool": {"aws:SecureTransport": "true"}})], Verdict.ALLOW),
        ([_statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], Verdict.SILENT),
        # A key that the request does not have holds in no positive condition, and in every negative one.
        ([_statement(Condition={"StringLike": {"s3:prefix": "images/*"}})], Verdict.SILENT),
        ([_statement(Condition={"StringNotLike": {"s3:prefix": "images/*"}})], Verdict.ALLOW),
        ([_statement(Condition={"StringLikeIfExists": {"s3:prefix": "inbox/*"}})], Verdict.ALLOW),
        ([_statement(Condition={"Null": {"s3:prefix": "true"}})], Verdict.ALLOW),
    ],
)
def test_a_policy_of_a_role(statements: list[dict[str, Any]], verdict: Verdict) -> None:
    statements = [{key: value for key, value in one.items() if value is not None} for one in statements]
    assert judge({"Statement": statements}, READ, ROLE, of_resource=False) is verdict


@pytest.mark.parametrize(
    ("principal", "verdict"),
    [
        ("*", Verdict.ALLOW),
        ({"AWS": ROLE.role}, Verdict.ALLOW),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Verdict.SILENT),
        ({"Service": "logging.s3.amazonaws.com"}, Verdict.SILENT),
        # The account: it lets the role's own policies decide.
        ({"AWS": "arn:aws:iam::123456789012:root"}, Verdict.DELEGATE),
    ],
)
def test_a_policy_of_a_resource_speaks_to_those_it_names(principal: Any, verdict: Verdict) -> None:
    assert judge({"Statement": _statement(Principal=principal)}, READ, ROLE, of_resource=True) is verdict


def test_a_condition_that_is_unknown_is_an_error_and_neither_true_nor_false() -> None:
    for condition in ({"StringEquals": {"aws:MultiFactorAuthAge": "1"}}, {"IpAddress": {"s3:prefix": "10.0.0.0/8"}}):
        question = Question(READ.action, READ.resource, {"s3:prefix": "images/"})
        with pytest.raises(UnknownConditionError, match="unknown to the emulator"):
            judge({"Statement": [_statement(Condition=condition)]}, question, ROLE, of_resource=False)
