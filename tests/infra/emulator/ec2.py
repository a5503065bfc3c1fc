"""Amazon EC2: a rule of a security group keeps its description, and a gateway takes its network interface with it."""

import inspect
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from tests.infra.emulator.closing import extends

_made = SecurityGroupRule.__init__
_arguments = inspect.signature(_made)


def _make(*arguments: Any, **named: Any) -> None:
    _made(*arguments, **named)
    given = _arguments.bind(*arguments, **named).arguments
    given["self"].prefix_list = given.get("prefix_list_id") or {}


def _description(rule: Any) -> str | None:
    """AWS keeps it for ranges, groups and lists of prefixes; moto for ranges alone."""
    named = (rule.ip_range, rule.source_group, rule.prefix_list)
    return next((part["Description"] for part in named if part.get("Description")), None)


setattr(SecurityGroupRule, "__init__", _make)  # noqa: B010 -- moto's class, not ours to inherit from
setattr(SecurityGroupRule, "description", property(_description))  # noqa: B010


@extends(EC2Response)
def delete_nat_gateway(request: Any, original: Any) -> Any:
    """AWS deletes the interface that it made for the gateway."""
    gateway = request.ec2_backend.nat_gateways[request._get_param("NatGatewayId")]
    request.ec2_backend.enis.pop(gateway._eni.id, None)
    return original(request)
