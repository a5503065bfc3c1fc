"""Amazon EC2: a rule of a security group keeps its description."""

from moto.ec2.models.security_groups import SecurityGroupRule


def _description(rule: SecurityGroupRule) -> str | None:
    """AWS keeps it whatever the rule names: a range, a group or a list of prefixes; moto for ranges alone."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description")


setattr(SecurityGroupRule, "description", property(_description))  # noqa: B010 -- a property of moto's class
