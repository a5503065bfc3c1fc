"""Elastic Load Balancing: a load balancer says where it can be reached from."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response

from tests.infra.emulator.closing import extends


@extends(ELBV2Response)
def create_load_balancer(request: Any, original: Any) -> ActionResult:
    """AWS takes one that is not said to be internal for one that faces the internet."""
    answer: ActionResult = original(request)
    for balancer in answer.result["LoadBalancers"]:  # type: ignore[index]
        balancer.scheme = balancer.scheme or "internet-facing"
    return answer
