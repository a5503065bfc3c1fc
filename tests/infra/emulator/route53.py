"""Amazon Route 53: ids of zones."""

from typing import Any

from moto.route53 import models

_made = models.create_route53_zone_id


def _zone_id(*arguments: Any, **named: Any) -> str:
    """At AWS each begins with Z."""
    return f"Z{_made(*arguments, **named)[1:]}"


setattr(models, "create_route53_zone_id", _zone_id)  # noqa: B010 -- moto's, not ours
